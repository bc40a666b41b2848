//! Saving all files into another folder, and taking them in again.

use std::{fs, os::unix::fs::MetadataExt};

use crate::subject::{TempDir, content, each, get, key, on_disk, put};

#[test]
fn a_saved_state_comes_back() {
    each(|blobs| {
        let saved = TempDir::new();
        let wanted: Vec<_> = (0..20).map(|n| (content(n, 5_000), n as u8)).collect();
        let put = |(bytes, k): &(Vec<u8>, u8)| put(blobs, &key(*k), bytes);
        let refs: Vec<_> = wanted.iter().map(put).collect();
        assert_eq!(blobs.link_all_to(saved.path()).unwrap().files, 20);
        assert_eq!(blobs.link_all_to(saved.path()).unwrap().there_already, 20);
        let stats = blobs.stats();
        for blob in &refs[..15] {
            blobs.remove_if(blob.id, || true).unwrap();
        }
        let late = put(&(b"late".to_vec(), 9));
        let hold = blobs.hold();
        let taken = blobs.restore_from(saved.path()).unwrap();
        assert_eq!((taken.files, taken.there_already), (15, 5));
        drop(hold);
        blobs.sweep(|id| id != late.id).unwrap();
        assert_eq!(blobs.stats(), stats);
        for (blob, (bytes, k)) in refs.iter().zip(&wanted) {
            assert!(get(blobs, &key(*k), *blob) == *bytes);
        }
    });
}

#[test]
fn what_is_saved_is_linked_and_outlives_the_original() {
    let (dir, blobs) = on_disk();
    let saved = TempDir::new();
    let blob = put(&blobs, &key(1), b"x");
    blobs.link_all_to(saved.path()).unwrap();
    assert_eq!(fs::metadata(dir.file(blob.id)).unwrap().nlink(), 2);
    blobs.clear().unwrap();
    assert!(saved.file(blob.id).exists());
    let (_dir, other) = on_disk();
    assert_eq!(other.restore_from(saved.path()).unwrap().files, 1);
    assert_eq!(get(&other, &key(1), blob), b"x");
}

#[test]
fn where_no_link_can_be_made_a_copy_is() {
    let (dir, blobs) = on_disk();
    // Another file system, where there is one.
    let Ok(other) = fs::metadata("/dev/shm") else { return };
    if other.dev() == fs::metadata(dir.path()).unwrap().dev() {
        return;
    }
    let saved = std::path::PathBuf::from(format!("/dev/shm/blobs-it-{}", std::process::id()));
    let blob = put(&blobs, &key(1), b"x");
    let outcome = blobs.link_all_to(&saved);
    blobs.clear().unwrap();
    let restored = blobs.restore_from(&saved);
    fs::remove_dir_all(&saved).unwrap();
    assert_eq!((outcome.unwrap().files, restored.unwrap().files), (1, 1));
    assert_eq!(get(&blobs, &key(1), blob), b"x");
    assert!(dir.drafts().is_empty());
}

#[test]
fn an_empty_state_is_saved_and_taken_in() {
    each(|blobs| {
        let saved = TempDir::new();
        assert_eq!(blobs.link_all_to(&saved.path().join("new")).unwrap().files, 0);
        assert_eq!(blobs.restore_from(&saved.path().join("new")).unwrap().files, 0);
        assert_eq!(blobs.restore_from(&saved.path().join("nowhere")).unwrap().files, 0);
    });
}
