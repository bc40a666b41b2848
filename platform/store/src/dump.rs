//! A saved snapshot: one file with every keyspace's records as they are stored, in order, in checksummed blocks. The same for
//! every engine, so what one saved another loads. Not a backup of single tables, and not incremental.
//!
//! `state` = magic line, then blocks of `length u32, crc32 u32, entries`. An entry is a keyspace's name (1), a record of
//! the keyspace named last (2), or the end with the number of records (3). A file without its end is refused.

use std::{
    fs::File,
    io::{BufReader, BufWriter, Read, Write},
    path::{Path, PathBuf},
};

use crate::{
    StoreError,
    engine::{ByteRange, Bytes, Engine, Snapshot},
    home::{io, replace_file},
    tx::{MAX_KEY_BYTES, MAX_VALUE_BYTES},
};

const FILE: &str = "state";
const MAGIC: &[u8] = b"tabletop-snapshot 1\n";
const BLOCK_BYTES: usize = 256 << 10;
const MAX_BLOCK_BYTES: usize = BLOCK_BYTES + MAX_KEY_BYTES + MAX_VALUE_BYTES + 64;
const KEYSPACE: u8 = 1;
const RECORD: u8 = 2;
const END: u8 = 3;

/// Writes a snapshot into a folder, replacing an earlier one there in the last step.
pub(crate) fn save(snapshot: &dyn Snapshot, dir: &Path) -> Result<(), StoreError> {
    std::fs::create_dir_all(dir).map_err(|e| io("creating", dir, e))?;
    replace_file(dir, FILE, |file| {
        let mut writer = BlockWriter { file: BufWriter::new(file), dir, block: Vec::new() };
        writer.out(MAGIC)?;
        let mut count = 0u64;
        for keyspace in snapshot.keyspaces() {
            writer.block.push(KEYSPACE);
            writer.block.push(keyspace.len() as u8);
            writer.block.extend_from_slice(keyspace.as_bytes());
            for record in snapshot.scan(&keyspace, &ByteRange::default(), false) {
                let (key, value) = record?;
                writer.record(&key, &value)?;
                count += 1;
            }
        }
        writer.block.push(END);
        writer.block.extend_from_slice(&count.to_le_bytes());
        writer.flush_block()?;
        writer.file.flush().map_err(|e| io("writing", dir, e))
    })
}

/// Copies one engine's state into another that is empty.
pub(crate) fn copy(from: &dyn Snapshot, to: &dyn Engine) -> Result<(), StoreError> {
    for keyspace in from.keyspaces() {
        to.fill(&keyspace, &mut from.scan(&keyspace, &ByteRange::default(), false))?;
    }
    to.sync()
}

/// Fills an empty engine with a saved snapshot.
pub(crate) fn load(dir: &Path, to: &dyn Engine) -> Result<(), StoreError> {
    let mut reader = BlockReader::open(dir)?;
    let mut entry = reader.entry()?;
    loop {
        match entry {
            Entry::End if reader.count == reader.promised => return to.sync(),
            Entry::End => return Err(reader.damaged("its number of records does not match")),
            Entry::Record(..) => return Err(reader.damaged("a record stands before any keyspace")),
            Entry::Keyspace(name) => {
                let mut section = Section { reader: &mut reader, last: None, next: None };
                to.fill(&name, &mut section)?;
                entry = match section.next.take() {
                    Some(next) => next,
                    None => return Err(reader.damaged("a keyspace was not read to its end")),
                };
            }
        }
    }
}

struct BlockWriter<'a> {
    file: BufWriter<&'a mut File>,
    dir: &'a Path,
    block: Vec<u8>,
}

impl BlockWriter<'_> {
    fn out(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.file.write_all(bytes).map_err(|e| io("writing", self.dir, e))
    }

    fn record(&mut self, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
        self.block.push(RECORD);
        self.block.extend_from_slice(&(key.len() as u32).to_le_bytes());
        self.block.extend_from_slice(&(value.len() as u32).to_le_bytes());
        self.block.extend_from_slice(key);
        self.block.extend_from_slice(value);
        if self.block.len() >= BLOCK_BYTES { self.flush_block() } else { Ok(()) }
    }

    fn flush_block(&mut self) -> Result<(), StoreError> {
        let block = std::mem::take(&mut self.block);
        self.out(&(block.len() as u32).to_le_bytes())?;
        self.out(&crc32fast::hash(&block).to_le_bytes())?;
        self.out(&block)?;
        self.block = block;
        self.block.clear();
        Ok(())
    }
}

enum Entry {
    Keyspace(String),
    Record(Bytes, Bytes),
    End,
}

struct BlockReader {
    path: PathBuf,
    file: BufReader<File>,
    block: Vec<u8>,
    at: usize,
    count: u64,
    promised: u64,
}

impl BlockReader {
    fn open(dir: &Path) -> Result<BlockReader, StoreError> {
        let path = dir.join(FILE);
        let file = BufReader::new(File::open(&path).map_err(|e| io("opening", &path, e))?);
        let mut reader = BlockReader { path, file, block: Vec::new(), at: 0, count: 0, promised: 0 };
        let mut magic = [0; MAGIC.len()];
        reader.read_exact(&mut magic)?;
        if magic != MAGIC {
            return Err(reader.damaged("it is not a snapshot of this format"));
        }
        Ok(reader)
    }

    fn damaged(&self, reason: &str) -> StoreError {
        StoreError::Snapshot { path: self.path.clone(), reason: reason.to_owned() }
    }

    fn read_exact(&mut self, bytes: &mut [u8]) -> Result<(), StoreError> {
        match self.file.read_exact(bytes) {
            Ok(()) => Ok(()),
            Err(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => Err(self.damaged("it ends early")),
            Err(e) => Err(io("reading", &self.path, e)),
        }
    }

    fn next_block(&mut self) -> Result<(), StoreError> {
        let (mut len, mut crc) = ([0; 4], [0; 4]);
        self.read_exact(&mut len)?;
        self.read_exact(&mut crc)?;
        let len = u32::from_le_bytes(len) as usize;
        if len == 0 || len > MAX_BLOCK_BYTES {
            return Err(self.damaged("a block has an impossible length"));
        }
        let mut block = std::mem::take(&mut self.block);
        // As much memory as there is file, whatever length it claims.
        block.clear();
        self.file
            .by_ref()
            .take(len as u64)
            .read_to_end(&mut block)
            .map_err(|e| io("reading", &self.path, e))?;
        if block.len() < len {
            return Err(self.damaged("it ends early"));
        }
        if crc32fast::hash(&block) != u32::from_le_bytes(crc) {
            return Err(self.damaged("the checksum of a block does not match"));
        }
        (self.block, self.at) = (block, 0);
        Ok(())
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], StoreError> {
        let chunk = self.block[self.at..].first_chunk::<N>().copied();
        self.at += N;
        chunk.ok_or_else(|| self.damaged("an entry ends early"))
    }

    fn bytes(&mut self, len: usize) -> Result<&[u8], StoreError> {
        let from = self.at;
        if self.block.len() - from < len {
            return Err(self.damaged("an entry ends early"));
        }
        self.at += len;
        Ok(&self.block[from..self.at])
    }

    fn entry(&mut self) -> Result<Entry, StoreError> {
        if self.at >= self.block.len() {
            self.next_block()?;
        }
        match self.take()? {
            [KEYSPACE] => {
                let [len] = self.take()?;
                let name = self.bytes(usize::from(len))?.to_vec();
                match String::from_utf8(name) {
                    Ok(name) if !name.is_empty() => Ok(Entry::Keyspace(name)),
                    _ => Err(self.damaged("a keyspace has no proper name")),
                }
            }
            [RECORD] => {
                let key_len = u32::from_le_bytes(self.take()?) as usize;
                let value_len = u32::from_le_bytes(self.take()?) as usize;
                if key_len == 0 || key_len > MAX_KEY_BYTES || value_len > MAX_VALUE_BYTES {
                    return Err(self.damaged("a record exceeds the bounds"));
                }
                let key = Bytes::from(self.bytes(key_len)?);
                let value = Bytes::from(self.bytes(value_len)?);
                self.count += 1;
                Ok(Entry::Record(key, value))
            }
            [END] => {
                self.promised = u64::from_le_bytes(self.take()?);
                Ok(Entry::End)
            }
            _ => Err(self.damaged("an entry is of no known kind")),
        }
    }
}

/// The records of one keyspace; what follows them is left in `next`.
struct Section<'a> {
    reader: &'a mut BlockReader,
    last: Option<Bytes>,
    next: Option<Entry>,
}

impl Iterator for Section<'_> {
    type Item = Result<(Bytes, Bytes), StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next.is_some() {
            return None;
        }
        match self.reader.entry() {
            Err(e) => Some(Err(e)),
            Ok(Entry::Record(key, value)) => {
                if self.last.as_ref().is_some_and(|last| *last >= key) {
                    return Some(Err(self.reader.damaged("its records are out of order")));
                }
                self.last = Some(key.clone());
                Some(Ok((key, value)))
            }
            Ok(other) => {
                self.next = Some(other);
                None
            }
        }
    }
}
