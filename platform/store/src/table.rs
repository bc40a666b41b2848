//! Tables: how a typed key and row become the bytes of an engine's keyspace.
//!
//! Stored key: four bytes that stand for the table's name, then the encoded key. Stored value: row version (u16 LE),
//! CRC-32 over table name, key and payload (u32 LE), payload. The name is under the checksum, so two tables whose four
//! bytes coincide cannot be mistaken for each other: the record of the other one is reported as corrupt.

use crate::{
    CorruptRecord, Key, Row, RowError, RowReader, RowWriter,
    key::{KeyWriter, decode_whole},
};

const HEADER_BYTES: usize = 6;

/// A typed table.
pub trait Table {
    /// `"sqs.queue"`: keyspace `sqs`, table `queue`. Names what is stored: never change it.
    const NAME: &'static str;
    /// The version of the row's meaning. Adding a field needs no new one; changing what a tag means does.
    const VERSION: u16;
    /// The key, unique within the table.
    type Key: Key;
    /// The row.
    type Row: Row;

    /// Reads a row that was written under another version. Errors: by default, always.
    fn upgrade(version: u16, r: RowReader<'_>) -> Result<Self::Row, RowError> {
        let mut r = r;
        if version == Self::VERSION {
            return Self::Row::read(&mut r);
        }
        Err(RowError::new(format!("row version {version}, and this program reads {}", Self::VERSION)))
    }
}

/// The engine keyspace of a table: the part of its name before the dot.
pub(crate) const fn keyspace_of(name: &'static str) -> &'static str {
    let bytes = name.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'.' {
            return name.split_at(at).0;
        }
        at += 1;
    }
    name
}

/// The four bytes that stand for a table in stored keys: FNV-1a of its whole name.
pub(crate) const fn prefix_of(name: &str) -> [u8; 4] {
    let bytes = name.as_bytes();
    let mut hash = 0x811c_9dc5_u32;
    let mut at = 0;
    while at < bytes.len() {
        hash = (hash ^ bytes[at] as u32).wrapping_mul(0x0100_0193);
        at += 1;
    }
    hash.to_be_bytes()
}

/// The stored key of a table's key.
pub(crate) fn stored_key<T: Table>(key: &impl Key) -> Vec<u8> {
    let mut w = KeyWriter::with_prefix(&const { prefix_of(T::NAME) });
    key.encode(&mut w);
    w.into_bytes()
}

/// The stored value of a table's row.
pub(crate) fn stored_value<T: Table>(stored_key: &[u8], row: &T::Row) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(128);
    bytes.extend_from_slice(&T::VERSION.to_le_bytes());
    bytes.extend_from_slice(&[0; 4]);
    let mut w = RowWriter::over(bytes);
    row.write(&mut w);
    let mut bytes = w.into_bytes();
    let crc = checksum(T::NAME, T::VERSION, stored_key, &bytes[HEADER_BYTES..]);
    bytes[2..HEADER_BYTES].copy_from_slice(&crc.to_le_bytes());
    bytes
}

fn checksum(table: &str, version: u16, stored_key: &[u8], payload: &[u8]) -> u32 {
    let mut crc = crc32fast::Hasher::new();
    crc.update(table.as_bytes());
    crc.update(&version.to_le_bytes());
    crc.update(stored_key);
    crc.update(payload);
    crc.finalize()
}

/// Reads a stored row; the error says what did not hold.
pub(crate) fn read_value<T: Table>(stored_key: &[u8], value: &[u8]) -> Result<T::Row, RowError> {
    let (Some((version, rest)), true) = (value.split_first_chunk::<2>(), value.len() >= HEADER_BYTES) else {
        return Err(RowError::new(format!("{} bytes are too few for a record", value.len())));
    };
    let version = u16::from_le_bytes(*version);
    let (crc, payload) = rest.split_first_chunk::<4>().expect("the length was checked above");
    if checksum(T::NAME, version, stored_key, payload) != u32::from_le_bytes(*crc) {
        return Err(RowError::new("the checksum does not match"));
    }
    let mut r = RowReader::new(payload);
    if version == T::VERSION { T::Row::read(&mut r) } else { T::upgrade(version, r) }
}

/// Reads a stored key; `None` when it is not one of the table's.
pub(crate) fn read_key<T: Table>(stored_key: &[u8]) -> Option<T::Key> {
    decode_whole(stored_key.strip_prefix(&const { prefix_of(T::NAME) })?)
}

/// Names a record that cannot be read.
pub(crate) fn corrupt(table: &str, stored_key: &[u8], reason: impl ToString) -> CorruptRecord {
    let key = stored_key.strip_prefix(&prefix_of(table)).unwrap_or(stored_key);
    let key_hex = key.iter().map(|b| format!("{b:02x}")).collect();
    CorruptRecord { table: table.to_owned(), key_hex, reason: reason.to_string() }
}
