//! Sweeps: what no row names goes, what one names stays, and the counters are right afterwards.

use std::{collections::BTreeSet, fs};

use crate::subject::{content, get, key, on_disk, open, put};

#[test]
fn orphans_of_a_dead_process_go_and_the_rest_stays() {
    let (dir, blobs) = on_disk();
    let kept: BTreeSet<_> = (0..40).map(|n| put(&blobs, &key(1), &content(n, 200)).id).collect();
    let orphans: Vec<_> = (0..30).map(|n| put(&blobs, &key(1), &content(n, 100)).id).collect();
    let before = blobs.stats();
    drop(blobs);
    let blobs = open(&dir);
    assert!(!blobs.stats().complete, "who counted the files of the process before?");
    let swept = blobs.sweep(|id| kept.contains(&id)).unwrap();
    assert_eq!((swept.kept_files, swept.removed_files, swept.removed_bytes), (40, 30, 30 * 180));
    assert!(orphans.iter().all(|id| !dir.file(*id).exists()));
    let after = blobs.stats();
    assert_eq!((after.files, after.bytes), (before.files - 30, before.bytes - 30 * 180));
    assert!(after.complete);
    assert_eq!(blobs.sweep(|id| kept.contains(&id)).unwrap().removed_files, 0);
}

#[test]
fn what_comes_and_goes_before_the_first_sweep_is_counted_once() {
    let (dir, blobs) = on_disk();
    let old: Vec<_> = (0..300).map(|n| put(&blobs, &key(1), &content(n, 10))).collect();
    drop(blobs);
    let blobs = open(&dir);
    for blob in &old[..100] {
        blobs.remove_if(blob.id, || true).unwrap();
    }
    for n in 0..50 {
        put(&blobs, &key(1), &content(n, 10));
    }
    blobs.sweep(|_| true).unwrap();
    let want = (250, 250 * 90);
    assert_eq!((blobs.stats().files, blobs.stats().bytes), want);
    drop(blobs);
    let blobs = open(&dir);
    blobs.sweep(|_| true).unwrap();
    assert_eq!((blobs.stats().files, blobs.stats().bytes), want);
}

#[test]
fn what_was_just_finished_is_not_an_orphan_while_its_pin_lives() {
    let (dir, blobs) = on_disk();
    let mut writer = blobs.create(&key(1));
    writer.write(b"x").unwrap();
    let finished = writer.finish().unwrap();
    let mut writer = blobs.create(&key(1));
    writer.write(b"y").unwrap();
    assert_eq!(blobs.clear().unwrap().removed_files, 0);
    assert_eq!(get(&blobs, &key(1), finished.blob), b"x");
    drop(finished.pin);
    assert_eq!(blobs.clear().unwrap().removed_files, 1);
    let other = writer.finish().unwrap();
    assert_eq!(get(&blobs, &key(1), other.blob), b"y", "clearing takes nothing from who is writing");
    assert!(dir.drafts().is_empty());
}

#[test]
fn a_file_that_is_none_of_ours_is_left_alone() {
    let (dir, blobs) = on_disk();
    let blob = put(&blobs, &key(1), b"x");
    let shelf = dir.file(blob.id).parent().unwrap().to_owned();
    let names =
        ["README", &"0".repeat(31), &blob.id.to_string().to_uppercase().replace(char::is_numeric, "A")];
    for name in names {
        fs::write(shelf.join(name), b"?").unwrap();
    }
    assert_eq!(blobs.clear().unwrap().removed_files, 1);
    assert!(names.iter().all(|name| shelf.join(name).exists()));
}
