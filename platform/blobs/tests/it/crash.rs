//! What is not finished leaves nothing: dropped writers, processes that die, disks that refuse at any step.

use std::{fs, io};

use blobs::{BlobError, Blobs, PIECE_BYTES, Removal};
use store::Durability;

use crate::subject::{TempDir, content, each, get, key, on_disk, open, put};

#[test]
fn a_dropped_writer_leaves_nothing() {
    let (dir, blobs) = on_disk();
    for len in [0, 1, PIECE_BYTES, 3 * PIECE_BYTES] {
        let mut writer = blobs.create(&key(1));
        writer.write(&content(1, len)).unwrap();
        assert_eq!(dir.drafts().len(), usize::from(len > PIECE_BYTES), "a large one is on disk by now");
        drop(writer);
        assert!(dir.drafts().is_empty());
    }
    assert_eq!(blobs.stats().files, 0);
    assert_eq!(blobs.sweep(|_| panic!("there is nothing to ask for")).unwrap(), blobs::Swept::default());
}

#[test]
fn what_a_dead_process_was_writing_is_removed_and_what_it_finished_stays() {
    let dir = TempDir::new();
    let blobs = open(&dir);
    let blob = put(&blobs, &key(1), b"finished");
    drop(blobs);
    fs::write(dir.path().join("tmp/00112233445566778899aabbccddeeff"), b"half").unwrap();
    fs::write(dir.path().join("FORMAT.new"), b"tabl").unwrap();
    let blobs = open(&dir);
    assert!(dir.drafts().is_empty());
    assert_eq!(get(&blobs, &key(1), blob), b"finished");
}

#[test]
fn a_folder_has_one_owner_and_a_known_format() {
    let (dir, blobs) = on_disk();
    let second = Blobs::open(dir.path(), Durability::Process);
    assert_eq!(second.unwrap_err().kind(), io::ErrorKind::ResourceBusy);
    drop(blobs);
    fs::write(dir.path().join("FORMAT"), "tabletop-blobs 2\n").unwrap();
    let newer = Blobs::open(dir.path(), Durability::Process);
    assert_eq!(newer.unwrap_err().kind(), io::ErrorKind::InvalidData);
}

#[test]
fn a_temporary_folder_lasts_as_long_as_its_last_reference() {
    let blobs = Blobs::memory();
    let blob = put(&blobs, &key(1), b"x");
    let clone = blobs.clone();
    let pin = blobs.pin(blob.id).unwrap();
    drop(blobs);
    assert_eq!(get(&clone, &key(1), blob), b"x");
    drop(clone);
    drop(pin);
}

/// Writes, reads and removes; what came of it.
fn round(blobs: &Blobs, bytes: &[u8]) -> Result<(), BlobError> {
    let mut writer = blobs.create(&key(1));
    writer.write(bytes)?;
    let finished = writer.finish()?;
    blobs.reader(finished.blob, &key(1))?.verify()?;
    drop(finished.pin);
    assert_eq!(blobs.remove_if(finished.blob.id, || true)?, Removal::Removed);
    Ok(())
}

#[test]
fn a_failure_at_any_step_is_told_and_leaves_what_a_sweep_clears() {
    let bytes = content(1, PIECE_BYTES + 10);
    each(|blobs| {
        for failure in [io::ErrorKind::StorageFull, io::ErrorKind::Other] {
            let mut failed = 0;
            for n in 1.. {
                blobs.fail_io(n, failure);
                let outcome = round(blobs, &bytes);
                if blobs.fail_io(0, failure) > 0 {
                    assert!(outcome.is_ok());
                    break;
                }
                match outcome.unwrap_err() {
                    BlobError::Full { .. } => assert_eq!(failure, io::ErrorKind::StorageFull),
                    BlobError::Io { .. } => assert_eq!(failure, io::ErrorKind::Other),
                    other => panic!("{other}"),
                }
                failed += 1;
                let swept = blobs.sweep(|_| false).unwrap();
                assert_eq!((swept.kept_files, blobs.stats().files, blobs.stats().bytes), (0, 0, 0));
            }
            assert!(failed >= 7, "creating, two writes, naming, opening, reading, removing: {failed}");
        }
    });
}

#[test]
fn after_a_failed_write_nothing_more_is_taken() {
    each(|blobs| {
        let bytes = content(1, 2 * PIECE_BYTES + 1);
        let mut writer = blobs.create(&key(1));
        blobs.fail_io(2, io::ErrorKind::StorageFull);
        assert!(matches!(writer.write(&bytes), Err(BlobError::Full { .. })));
        assert!(matches!(writer.write(&bytes), Err(BlobError::Io { .. })));
        assert!(matches!(writer.finish(), Err(BlobError::Io { .. })));
        assert_eq!(blobs.stats().files, 0);
    });
}

#[test]
fn a_failed_fsync_leaves_no_file() {
    let dir = TempDir::new();
    let blobs = Blobs::open(dir.path(), Durability::Power).unwrap();
    // Creating, writing, then the fsync of the bytes; and after the naming, that of the name.
    for n in [3, 5] {
        let mut writer = blobs.create(&key(1));
        writer.write(b"x").unwrap();
        blobs.fail_io(n, io::ErrorKind::Other);
        assert!(writer.finish().is_err());
        assert_eq!(blobs.fail_io(0, io::ErrorKind::Other), 0);
        assert!(dir.drafts().is_empty());
        assert_eq!(blobs.sweep(|_| panic!("nothing is left")).unwrap().kept_files, 0);
        assert_eq!(blobs.stats().bytes, 0);
    }
}

#[test]
fn a_large_file_goes_too_and_its_name_at_once() {
    let (dir, blobs) = on_disk();
    let bytes = content(1, 5 * PIECE_BYTES);
    let blob = put(&blobs, &key(1), &bytes);
    let mut aborted = blobs.create(&key(1));
    aborted.write(&bytes).unwrap();
    let reader = blobs.reader(blob, &key(1)).unwrap();
    assert_eq!(blobs.remove_if(blob.id, || true).unwrap(), Removal::Removed);
    assert!(!dir.file(blob.id).exists());
    assert_eq!(blobs.stats().bytes, 0);
    drop(aborted);
    assert!(reader.verify().is_ok());
    // The last reference waits for what is being removed.
    drop(blobs);
    assert!(dir.drafts().is_empty());
}
