//! Conformance: order, prefixes, bounds, and the merge with a transaction's own writes.

use store::{Key, KeyWriter, RawScan, Scan};

use crate::subject::{Queues, Subject, Timers, commit, key, put_all, row};

fn names(subject: &Subject, scan: Scan<Queues>) -> Vec<String> {
    subject.store().tx().scan(scan).unwrap().map(|((_, name), _)| name).collect()
}

pub fn order(subject: &mut Subject) {
    let numbers = [i64::MIN, -70_000, -1, 0, 1, 255, 256, 70_000, i64::MAX];
    let mut tx = subject.store().tx();
    for n in numbers.iter().rev() {
        tx.put::<Timers>(n, &row(7));
    }
    commit(subject.store(), tx);
    let tx = subject.store().tx();
    let forward: Vec<i64> = tx.scan::<Timers>(Scan::all()).unwrap().map(|(k, _)| k).collect();
    assert_eq!(forward, numbers);
    let mut backward: Vec<i64> = tx.scan::<Timers>(Scan::all().reverse()).unwrap().map(|(k, _)| k).collect();
    backward.reverse();
    assert_eq!(backward, numbers);
    assert_eq!(tx.get::<Timers>(&-1).unwrap(), Some(row(7)));
}

pub fn escapes(subject: &mut Subject) {
    let sorted =
        ["", "\0", "\0\0", "\0a", "\u{1}", "a", "a\0", "a\0\0", "a\0b", "a\u{1}", "ab", "ÿ", "\u{10FFFF}"];
    let mut mixed = sorted;
    mixed.reverse();
    put_all(subject.store(), "a", &mixed);
    assert_eq!(names(subject, Scan::all()), sorted);
    for name in sorted {
        assert!(subject.store().tx().get::<Queues>(&key("a", name)).unwrap().is_some(), "{name:?}");
    }
}

pub fn prefix(subject: &mut Subject) {
    for account in ["a", "ab", "abc", "b"] {
        put_all(subject.store(), account, &["x", "xy"]);
    }
    let tx = subject.store().tx();
    let of = |account: &str| {
        let rows = tx.scan::<Queues>(Scan::prefix(&account)).unwrap();
        rows.map(|((a, n), _)| format!("{a}/{n}")).collect::<Vec<_>>()
    };
    assert_eq!(of("ab"), ["ab/x", "ab/xy"]);
    assert_eq!(of("a"), ["a/x", "a/xy"]);
    assert!(of("").is_empty());
    let whole: Vec<_> = tx.scan::<Queues>(Scan::prefix(&("ab", "x"))).unwrap().collect();
    assert_eq!(whole, [(key("ab", "x"), row(0))]);
}

pub fn bounds(subject: &mut Subject) {
    put_all(subject.store(), "a", &["b", "d", "f", "h"]);
    put_all(subject.store(), "z", &["b"]);
    let of = |scan: Scan<Queues>| names(subject, scan).concat();
    let all = || Scan::<Queues>::prefix(&"a");
    assert_eq!(of(all().from(&key("a", "d"))), "dfh");
    assert_eq!(of(all().after(&key("a", "d"))), "fh");
    assert_eq!(of(all().after(&key("a", "c"))), "dfh");
    assert_eq!(of(all().to(&key("a", "f"))), "bd");
    assert_eq!(of(all().to(&key("a", "f")).reverse()), "db");
    assert_eq!(of(all().after(&key("a", "b")).to(&key("a", "h")).reverse()), "fd");
    assert_eq!(of(all().from(&key("a", "h")).to(&key("a", "b"))), "");
    assert_eq!(of(all().to(&key("zz", "z"))), "bdfh", "a bound does not widen a prefix");
    assert_eq!(of(all().from(&key("", ""))), "bdfh");
}

pub fn tables_apart(subject: &mut Subject) {
    put_all(subject.store(), "a", &["x"]);
    let mut tx = subject.store().tx();
    tx.put::<Timers>(&5, &row(5));
    commit(subject.store(), tx);
    let tx = subject.store().tx();
    assert_eq!(tx.scan::<Queues>(Scan::all()).unwrap().count(), 1);
    assert_eq!(tx.scan::<Timers>(Scan::all()).unwrap().count(), 1);
    assert_eq!(tx.scan_raw("sqs", RawScan::all()).unwrap().count(), 2);
    assert_eq!(tx.keyspaces(), ["sqs"]);
}

pub fn own_writes(subject: &mut Subject) {
    put_all(subject.store(), "a", &["b", "d", "f"]);
    let mut tx = subject.store().tx();
    for (name, size) in [("a", 10), ("d", 11), ("e", 12), ("z", 13)] {
        tx.put::<Queues>(&key("a", name), &row(size));
    }
    let seen =
        |scan: Scan<Queues>| tx.scan(scan).unwrap().map(|((_, n), r)| (n, r.size_bytes)).collect::<Vec<_>>();
    let want = [("a", 10), ("b", 0), ("d", 11), ("e", 12), ("f", 2), ("z", 13)];
    let mut want: Vec<(String, u64)> = want.iter().map(|(n, s)| ((*n).to_owned(), *s)).collect();
    assert_eq!(seen(Scan::all()), want);
    want.reverse();
    assert_eq!(seen(Scan::all().reverse()), want);
    assert_eq!(seen(Scan::all().after(&key("a", "b")).to(&key("a", "e"))), [("d".to_owned(), 11)]);
    assert_eq!(tx.get::<Queues>(&key("a", "d")).unwrap(), Some(row(11)));
    assert_eq!(tx.count_writes(), 4);
}

pub fn own_deletes(subject: &mut Subject) {
    put_all(subject.store(), "a", &["b", "c", "d", "e"]);
    let mut tx = subject.store().tx();
    tx.delete::<Queues>(&key("a", "b"));
    tx.delete::<Queues>(&key("a", "d"));
    tx.delete::<Queues>(&key("a", "never"));
    tx.put::<Queues>(&key("a", "e"), &row(9));
    tx.delete::<Queues>(&key("a", "e"));
    let seen: Vec<_> = tx.scan::<Queues>(Scan::all()).unwrap().map(|((_, n), _)| n).collect();
    assert_eq!(seen, ["c"]);
    let seen: Vec<_> = tx.scan::<Queues>(Scan::all().reverse()).unwrap().map(|((_, n), _)| n).collect();
    assert_eq!(seen, ["c"]);
    assert_eq!(tx.get::<Queues>(&key("a", "d")).unwrap(), None);
    commit(subject.store(), tx);
    assert_eq!(names(subject, Scan::all()), ["c"]);
}

pub fn long_scan(subject: &mut Subject) {
    const ROWS: i64 = 5_000;
    let mut tx = subject.store().tx();
    for n in 0..ROWS {
        // Not in order: 7,919 is prime to 5,000.
        tx.put::<Timers>(&(n * 7_919 % ROWS), &row(n as u64));
    }
    commit(subject.store(), tx);
    let mut tx = subject.store().tx();
    for n in (0..ROWS).step_by(2) {
        tx.delete::<Timers>(&n);
    }
    commit(subject.store(), tx);
    let tx = subject.store().tx();
    let odd: Vec<i64> = (1..ROWS).step_by(2).collect();
    assert_eq!(tx.scan::<Timers>(Scan::all()).unwrap().map(|(k, _)| k).collect::<Vec<_>>(), odd);
    let middle = tx.scan::<Timers>(Scan::all().after(&1_001).to(&1_009).reverse()).unwrap();
    assert_eq!(middle.map(|(k, _)| k).collect::<Vec<_>>(), [1_007, 1_005, 1_003]);
    assert_eq!(tx.scan::<Timers>(Scan::all().from(&4_000)).unwrap().next().map(|(k, _)| k), Some(4_001));
}

pub fn nothing(subject: &mut Subject) {
    let tx = subject.store().tx();
    assert_eq!(tx.get::<Queues>(&key("a", "b")).unwrap(), None);
    assert_eq!(tx.scan::<Queues>(Scan::all()).unwrap().count(), 0);
    assert_eq!(tx.get_raw("never", b"k").unwrap(), None);
    assert_eq!(tx.get_raw("never", b"").unwrap(), None);
    assert_eq!(tx.get_raw("never", &[1; 100_000]).unwrap(), None);
    assert_eq!(tx.scan_raw("never", RawScan::all()).unwrap().count(), 0);
    assert!(tx.is_empty());
    assert_eq!(subject.store().commit(tx).unwrap(), subject.store().last_commit());
}

#[test]
fn keys_round_trip_and_refuse_what_is_not_theirs() {
    fn bytes(key: &impl Key) -> Vec<u8> {
        let mut w = KeyWriter::default();
        key.encode(&mut w);
        w.as_bytes().to_vec()
    }
    fn back<K: Key>(bytes: &[u8]) -> Option<K> {
        let mut r = store::KeyReader::new(bytes);
        let key = K::decode(&mut r)?;
        r.is_empty().then_some(key)
    }
    type Six = (String, u8, bool, Vec<u8>, Option<u16>, [u8; 3]);
    let key: Six = ("a\0".into(), 9, true, vec![0, 0xFF, 0], Some(300), [1, 2, 3]);
    let encoded = bytes(&key);
    assert_eq!(back::<Six>(&encoded), Some(key));
    for end in 0..encoded.len() {
        assert_eq!(back::<Six>(&encoded[..end]), None, "{end}");
    }
    assert_eq!(back::<String>(&[b'a', 0, 7]), None, "an escape that is none");
    assert_eq!(back::<String>(&[0xC3, 0, 0]), None, "not UTF-8");
    assert_eq!(back::<bool>(&[2]), None);
    assert!(bytes(&None::<u8>) < bytes(&Some(0u8)));
    assert!(bytes(&(1u32, "b")) < bytes(&(256u32, "a")));
}
