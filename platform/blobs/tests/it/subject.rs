//! What the tests stand on: folders, blobs of every kind, content that tells where it is from.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use blobs::{BlobId, BlobRef, Blobs, DataKey};
use store::Durability;

/// A folder of its own, removed at the end.
pub struct TempDir(PathBuf);

impl TempDir {
    pub fn new() -> TempDir {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let name = format!("blobs-it-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let dir = std::env::temp_dir().join(name);
        fs::create_dir_all(&dir).unwrap();
        TempDir(dir)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The file of a blob.
    pub fn file(&self, id: BlobId) -> PathBuf {
        let name = id.to_string();
        self.0.join(&name[..2]).join(name)
    }

    /// Names of everything that is being written.
    pub fn drafts(&self) -> Vec<PathBuf> {
        fs::read_dir(self.0.join("tmp")).unwrap().map(|e| e.unwrap().path()).collect()
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Blobs that last, and their folder.
pub fn on_disk() -> (TempDir, Blobs) {
    let dir = TempDir::new();
    let blobs = open(&dir);
    (dir, blobs)
}

pub fn open(dir: &TempDir) -> Blobs {
    Blobs::open(dir.path(), Durability::Process).unwrap()
}

/// Runs a test on blobs of every kind.
pub fn each(test: impl Fn(&Blobs)) {
    for durability in [Durability::Process, Durability::Power, Durability::Memory] {
        println!("{durability:?}");
        let dir = TempDir::new();
        test(&Blobs::open(dir.path(), durability).unwrap());
    }
}

/// SplitMix64, so that a seed always gives the same run.
pub struct Dice(pub u64);

impl Dice {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn roll(&mut self, below: u64) -> u64 {
        self.next() % below
    }
}

/// Bytes of which no two blocks are alike.
pub fn content(seed: u64, len: usize) -> Vec<u8> {
    let mut dice = Dice(seed);
    let mut bytes = Vec::with_capacity(len + 8);
    while bytes.len() < len {
        bytes.extend_from_slice(&dice.next().to_le_bytes());
    }
    bytes.truncate(len);
    bytes
}

/// A key that a seed gives.
pub fn key(seed: u8) -> DataKey {
    DataKey::from_bytes([seed; 32])
}

/// Writes a blob, of which nobody then holds a pin.
pub fn put(blobs: &Blobs, key: &DataKey, content: &[u8]) -> BlobRef {
    let mut writer = blobs.create(key);
    writer.write(content).unwrap();
    writer.finish().unwrap().blob
}

/// The whole content.
pub fn get(blobs: &Blobs, key: &DataKey, blob: BlobRef) -> Vec<u8> {
    let reader = blobs.reader(blob, key).unwrap();
    let mut all = Vec::new();
    for piece in reader.pieces(0..u64::MAX) {
        all.extend_from_slice(&piece.unwrap());
    }
    all
}
