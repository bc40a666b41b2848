//! What the store reads back: keys, rows, whole records, saved states.

use std::collections::BTreeMap;
use std::path::PathBuf;

use store::{Key, KeyReader, KeyWriter, RawScan, Row, RowError, RowReader, RowWriter, Scan, Store, Table};

type Long = (String, u64, i64, Option<Vec<u8>>, bool, [u8; 3]);

/// Two keys of any bytes: what reads back is written as it was, and sorts as its bytes do.
pub fn keys(data: &[u8]) {
    let Some((cut, data)) = data.split_first() else { return };
    let (a, b) = data.split_at(usize::from(*cut).min(data.len()));
    alike::<Long>(a, b);
    alike::<(String, String)>(a, b);
    alike::<(Vec<u8>, u16, u32, u8)>(a, b);
    alike::<(Option<String>, i64)>(a, b);
    let text = (String::from_utf8_lossy(a).into_owned(), b.to_vec(), a.len() as u64);
    assert_eq!(decoded::<(String, Vec<u8>, u64)>(&encoded(&text)).as_ref(), Some(&text));
    let prefix = encoded(&(text.0.as_str(),));
    assert!(encoded(&text).starts_with(&prefix), "a leading part is a prefix");
}

fn alike<K: Key + Ord + std::fmt::Debug>(a: &[u8], b: &[u8]) {
    let (Some(first), Some(second)) = (decoded::<K>(a), decoded::<K>(b)) else { return };
    assert_eq!(encoded(&first), a, "{first:?} is written otherwise");
    assert_eq!(first.cmp(&second), a.cmp(b), "{first:?} and {second:?} sort otherwise");
}

fn decoded<K: Key>(bytes: &[u8]) -> Option<K> {
    let mut r = KeyReader::new(bytes);
    K::decode(&mut r).filter(|_| r.is_empty())
}

fn encoded(key: &impl Key) -> Vec<u8> {
    let mut w = KeyWriter::default();
    key.encode(&mut w);
    w.as_bytes().to_vec()
}

/// Keys of each type.
pub fn key_seeds() -> Vec<Vec<u8>> {
    let long: Long = ("a\0b".to_owned(), 7, -7, Some(vec![0, 255]), true, [1, 2, 3]);
    let (long, pair) = (encoded(&long), encoded(&("a".to_owned(), "b\0".to_owned())));
    let other = encoded(&(vec![0_u8, 1], 2_u16, 3_u32, 4_u8));
    let optional = encoded(&(Some("x".to_owned()), -1_i64));
    [long, pair, other, optional].iter().map(|k| [&[k.len() as u8], &**k, &**k].concat()).collect()
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Everything {
    text: String,
    flag: bool,
    small: u16,
    wide: u64,
    signed: i64,
    bytes: Vec<u8>,
    list: Vec<String>,
    map: BTreeMap<String, u64>,
    inner: Vec<Everything>,
    maybe: Option<String>,
}

impl Row for Everything {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.text);
        w.put(2, &self.flag);
        w.put(3, &self.small);
        w.put(4, &self.wide);
        w.put(5, &self.signed);
        w.put(6, &self.bytes);
        w.put(7, &self.list);
        w.put(8, &self.map);
        w.put(9, &self.inner);
        w.put(200, &self.maybe);
    }

    fn read(r: &mut RowReader<'_>) -> Result<Everything, RowError> {
        Ok(Everything {
            text: r.get(1)?,
            flag: r.get(2)?,
            small: r.get(3)?,
            wide: r.get(4)?,
            signed: r.get(5)?,
            bytes: r.get(6)?,
            list: r.get(7)?,
            map: r.get(8)?,
            inner: r.get(9)?,
            maybe: r.get(200)?,
        })
    }
}

struct Records;
impl Table for Records {
    const NAME: &'static str = "fuzz.records";
    const VERSION: u16 = 1;
    type Key = String;
    type Row = Everything;
}

/// Bytes as a row: what reads is the same after it was stored. Bytes as a record, with its checksum right (the first
/// byte even) or as they are: read, or reported as corrupt, alone.
pub fn rows(data: &[u8]) {
    let Some((mode, bytes)) = data.split_first() else { return };
    let store = Store::memory();
    let mut tx = store.tx();
    let (good, bad) = ("good".to_owned(), "odd".to_owned());
    if let Ok(row) = Everything::read(&mut RowReader::new(bytes)) {
        tx.put::<Records>(&bad, &row);
        assert_eq!(tx.get::<Records>(&bad).expect("it was just put"), Some(row), "it reads back otherwise");
    }
    tx.put::<Records>(&good, &Everything { text: "x".to_owned(), ..Everything::default() });
    let stored: Vec<(Vec<u8>, Vec<u8>)> =
        tx.scan_raw("fuzz", RawScan::all()).expect("memory works").collect();
    let prefix = &stored[0].0[..4];
    let key = [prefix, &encoded(&bad)].concat();
    let value = if mode & 1 == 0 { record(&key, bytes) } else { bytes.to_vec() };
    tx.put_raw("fuzz", &key, &value);
    tx.put_raw("fuzz", &[prefix, bytes].concat()[..4 + bytes.len().min(100)], b"short");
    let read = tx.get::<Records>(&bad);
    let found: Vec<String> = tx.scan::<Records>(Scan::all()).expect("memory works").map(|(k, _)| k).collect();
    assert!(found.contains(&good), "one bad record hides another");
    assert_eq!(found.contains(&bad), matches!(read, Ok(Some(_))), "a scan and a look say otherwise");
}

/// A record of version 1 with its checksum. See `store`'s `table.rs` for the format.
fn record(key: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut crc = crc32fast::Hasher::new();
    crc.update(Records::NAME.as_bytes());
    crc.update(&Records::VERSION.to_le_bytes());
    crc.update(key);
    crc.update(payload);
    [&Records::VERSION.to_le_bytes()[..], &crc.finalize().to_le_bytes(), payload].concat()
}

/// A row with everything in it, and an empty one.
pub fn row_seeds() -> Vec<Vec<u8>> {
    let inner = Everything { wide: 300, maybe: Some("m".to_owned()), ..Everything::default() };
    let all = Everything {
        text: "text".to_owned(),
        flag: true,
        small: 7,
        wide: u64::MAX,
        signed: -1,
        bytes: vec![1, 2],
        list: vec!["a".to_owned(), String::new()],
        map: BTreeMap::from([("k".to_owned(), 1)]),
        inner: vec![inner.clone(), inner],
        maybe: Some(String::new()),
    };
    let store = Store::memory();
    let mut tx = store.tx();
    tx.put::<Records>(&"k".to_owned(), &all);
    let stored = tx.scan_raw("fuzz", RawScan::all()).expect("memory works").next().expect("it was just put");
    vec![[&[0], &stored.1[6..]].concat(), [&[1], &*stored.1].concat(), vec![0]]
}

fn folder() -> PathBuf {
    std::env::temp_dir().join(format!("fuzz-snapshot-{}", std::process::id()))
}

const MAGIC: &[u8] = b"tabletop-snapshot 1\n";

/// Bytes as the file of a saved state: as they are, or (the first byte even) as blocks whose checksums are right.
pub fn snapshot(data: &[u8]) {
    let Some((mode, bytes)) = data.split_first() else { return };
    let state = if mode & 1 == 1 { bytes.to_vec() } else { blocks(bytes) };
    let dir = folder();
    std::fs::create_dir_all(&dir).expect("the folder for temporary files can be written");
    std::fs::write(dir.join("state"), &state).expect("the folder for temporary files can be written");
    let store = Store::memory();
    let mut tx = store.tx();
    tx.put::<Records>(&"before".to_owned(), &Everything::default());
    store.commit(tx).expect("memory works");
    let loaded = store.snapshot_load(&dir);
    let there = store.tx().get::<Records>(&"before".to_owned());
    if loaded.is_err() {
        assert_eq!(
            there.expect("memory works"),
            Some(Everything::default()),
            "a refused state leaves the old one"
        );
    }
    store.commit(store.tx()).expect("the store goes on");
}

/// Blocks of up to 255 bytes, each behind its length.
fn blocks(mut bytes: &[u8]) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    while let Some((len, rest)) = bytes.split_first() {
        let (block, rest) = rest.split_at(usize::from(*len).min(rest.len()));
        out.extend_from_slice(&(block.len() as u32).to_le_bytes());
        out.extend_from_slice(&crc32fast::hash(block).to_le_bytes());
        out.extend_from_slice(block);
        bytes = rest;
    }
    out
}

/// A saved state.
pub fn snapshot_seeds() -> Vec<Vec<u8>> {
    let store = Store::memory();
    let mut tx = store.tx();
    for key in ["a", "b"] {
        tx.put::<Records>(&key.to_owned(), &Everything { text: key.to_owned(), ..Everything::default() });
    }
    tx.put_raw("other", b"k", b"v");
    store.commit(tx).expect("memory works");
    let dir = folder();
    store.snapshot_save(&dir).expect("the folder for temporary files can be written");
    let state = std::fs::read(dir.join("state")).expect("it was just saved");
    let block = &state[MAGIC.len() + 8..];
    vec![[&[1], &*state].concat(), [&[0, block.len() as u8], block].concat()]
}
