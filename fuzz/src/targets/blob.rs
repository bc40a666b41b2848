//! Files of blobs and sealed byte strings: nothing is taken for whole but what was written.

use std::sync::OnceLock;

use blobs::{BLOCK_BYTES, BlobId, BlobReader, BlobRef, Blobs, DataKey, MasterKey};

const KEY: DataKey = DataKey::from_bytes([7; 32]);
const CONTEXT: &[u8] = b"a row";

/// A file, and what it is the file of.
struct Written {
    file: Vec<u8>,
    blob: BlobRef,
    content: Vec<u8>,
}

/// An empty one, a small one and one of two blocks.
fn written() -> &'static [Written] {
    static WRITTEN: OnceLock<Vec<Written>> = OnceLock::new();
    WRITTEN.get_or_init(|| {
        let dir = std::env::temp_dir().join(format!("fuzz-blobs-{}", std::process::id()));
        let blobs = Blobs::open(&dir, store::Durability::Process).expect("a folder can be made");
        let write = |len: usize| {
            let content: Vec<u8> = (0..len).map(|i| (i % 251) as u8).collect();
            let mut writer = blobs.create(&KEY);
            writer.write(&content).expect("the folder for temporary files can be written");
            let blob = writer.finish().expect("the folder for temporary files can be written").blob;
            let name = blob.id.to_string();
            let file = std::fs::read(dir.join(&name[..2]).join(&name)).expect("it was just written");
            Written { file, blob, content }
        };
        let written = [0, 100, BLOCK_BYTES + 100].map(write).into();
        // Best effort: it is a temporary one.
        let _ = std::fs::remove_dir_all(dir);
        written
    })
}

/// Bytes as the file of each blob: refused, or exactly what was written. The first two say where a read begins.
pub fn file(data: &[u8]) {
    let Some((at, file)) = data.split_at_checked(2) else { return };
    let at = u64::from(at[0]) << 9 | u64::from(at[1]);
    for written in written() {
        let Ok(reader) = BlobReader::of_bytes(file.to_vec(), written.blob, &KEY) else { continue };
        if reader.verify().is_ok() {
            assert!(file == written.file, "other bytes are taken for a blob");
        }
        if let Ok(piece) = reader.read_at(at, 1_000) {
            let (from, len) = (at.min(written.blob.len_bytes) as usize, piece.len());
            assert!(piece == written.content[from..from + len], "a read gives what was not written");
        }
    }
    let other = BlobRef { id: BlobId::from_bytes([1; 16]), len_bytes: file.len().saturating_sub(80) as u64 };
    assert!(BlobReader::of_bytes(file.to_vec(), other, &KEY).is_err(), "a file under another name is taken");
}

/// The files as they are.
pub fn file_seeds() -> Vec<Vec<u8>> {
    written().iter().map(|w| [&[0, 50], &*w.file].concat()).collect()
}

/// A byte string, a key and a master key, sealed.
fn sealed() -> &'static [Vec<u8>; 2] {
    static SEALED: OnceLock<[Vec<u8>; 2]> = OnceLock::new();
    let master = MasterKey::from_bytes([3; 32]);
    SEALED.get_or_init(|| [master.seal(b"some bytes", CONTEXT), master.wrap(&KEY, CONTEXT)])
}

/// Bytes as a sealed string and as a wrapped key: refused, or exactly what was sealed.
pub fn seal(data: &[u8]) {
    let master = MasterKey::from_bytes([3; 32]);
    if master.open_sealed(data, CONTEXT).is_ok() {
        assert_eq!(data, sealed()[0], "other bytes are taken for sealed ones");
    }
    if master.unwrap(data, CONTEXT).is_ok() {
        assert_eq!(data, sealed()[1], "other bytes are taken for a key");
    }
    assert_eq!(master.open_sealed(&master.seal(data, CONTEXT), CONTEXT).as_deref(), Ok(data));
}

/// Both as they are.
pub fn seal_seeds() -> Vec<Vec<u8>> {
    sealed().to_vec()
}
