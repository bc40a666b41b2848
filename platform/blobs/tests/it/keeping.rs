//! Pins and holds against removal.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

use blobs::{BlobError, BlobId, Removal};

use crate::subject::{Dice, content, each, get, key, put};

#[test]
fn a_removal_asks_and_does_as_told() {
    each(|blobs| {
        let blob = put(blobs, &key(1), b"x");
        assert_eq!(blobs.remove_if(blob.id, || false).unwrap(), Removal::Referenced);
        assert_eq!(get(blobs, &key(1), blob), b"x");
        assert_eq!(blobs.remove_if(blob.id, || true).unwrap(), Removal::Removed);
        assert!(matches!(blobs.reader(blob, &key(1)), Err(BlobError::Missing { .. })));
        assert_eq!(blobs.remove_if(blob.id, || true).unwrap(), Removal::Missing);
    });
}

#[test]
fn an_open_reader_reads_on_after_the_removal() {
    each(|blobs| {
        let want = content(1, 300_000);
        let blob = put(blobs, &key(1), &want);
        let reader = blobs.reader(blob, &key(1)).unwrap();
        blobs.remove_if(blob.id, || true).unwrap();
        assert_eq!(reader.read_at(250_000, 100_000).unwrap(), want[250_000..]);
    });
}

#[test]
fn a_removal_waits_for_the_last_pin_and_asks_then() {
    each(|blobs| {
        for referenced in [false, true] {
            let mut writer = blobs.create(&key(1));
            writer.write(b"x").unwrap();
            let finished = writer.finish().unwrap();
            let (blob, first) = (finished.blob, finished.pin);
            let second = blobs.pin(blob.id).unwrap();
            let third = second.clone();
            let asked = Arc::new(AtomicUsize::new(0));
            let question = {
                let asked = asked.clone();
                move || {
                    asked.fetch_add(1, Ordering::Relaxed);
                    !referenced
                }
            };
            assert_eq!(blobs.remove_if(blob.id, question).unwrap(), Removal::Deferred);
            drop(first);
            drop(second);
            assert_eq!(blobs.sweep(|_| false).unwrap().kept_files, 1, "a sweep leaves it too");
            assert_eq!(asked.load(Ordering::Relaxed), 0);
            drop(third);
            assert_eq!(asked.load(Ordering::Relaxed), 1);
            assert_eq!(blobs.reader(blob, &key(1)).is_ok(), referenced);
            blobs.clear().unwrap();
        }
    });
}

#[test]
fn a_hold_puts_off_every_removal() {
    each(|blobs| {
        let [a, b, c] = [(), (), ()].map(|()| put(blobs, &key(1), b"x"));
        let hold = blobs.hold();
        let second = blobs.hold();
        assert_eq!(blobs.remove_if(a.id, || true).unwrap(), Removal::Deferred);
        assert_eq!(blobs.remove_if(b.id, || false).unwrap(), Removal::Deferred);
        let pin = blobs.pin(a.id).unwrap();
        assert_eq!(blobs.clear().unwrap().removed_files, 0);
        drop(hold);
        assert_eq!(blobs.stats().files, 3);
        drop(second);
        assert_eq!(blobs.stats().files, 3, "a is pinned, b referenced, c nobody's");
        drop(pin);
        assert_eq!(blobs.stats().files, 2);
        assert!(blobs.pin(a.id).is_none() && blobs.pin(b.id).is_some() && blobs.pin(c.id).is_some());
        assert_eq!(blobs.remove_if(c.id, || true).unwrap(), Removal::Removed);
    });
}

#[test]
fn a_hold_puts_off_only_so_many() {
    each(|blobs| {
        let hold = blobs.hold();
        let id = |n: u32| BlobId::from_bytes(std::array::from_fn(|i| n.to_be_bytes()[i % 4]));
        let outcomes: Vec<_> = (0..10_001).map(|n| blobs.remove_if(id(n), || true).unwrap()).collect();
        assert!(outcomes[..10_000].iter().all(|o| *o == Removal::Deferred));
        assert_eq!(outcomes[10_000], Removal::Left);
        drop(hold);
        assert_eq!(blobs.remove_if(id(1), || true).unwrap(), Removal::Missing);
        assert_eq!(blobs.stats().failed_removals, 0, "what is gone anyway is no failure");
    });
}

#[test]
fn a_removal_that_was_put_off_and_fails_is_counted() {
    each(|blobs| {
        let blob = put(blobs, &key(1), b"x");
        let pin = blobs.pin(blob.id).unwrap();
        blobs.remove_if(blob.id, || true).unwrap();
        blobs.fail_io(1, std::io::ErrorKind::Other);
        drop(pin);
        assert_eq!((blobs.stats().failed_removals, blobs.stats().files), (1, 1));
        assert_eq!(blobs.sweep(|_| false).unwrap().removed_files, 1);
    });
}

/// Rows, as the caller has them: a number of references to each blob.
type Rows = Arc<Mutex<BTreeSet<(BlobId, u64)>>>;

#[test]
fn threads_that_copy_and_delete_never_lose_a_blob_that_a_row_names() {
    each(|blobs| {
        let rows = Rows::default();
        let mut seen = Vec::new();
        for n in 0..8 {
            let blob = put(blobs, &key(1), &content(n, 100));
            rows.lock().unwrap().insert((blob.id, 0));
            seen.push(blob);
        }
        let stop = AtomicBool::new(false);
        thread::scope(|scope| {
            for t in 1..=3_u64 {
                let (rows, seen, stop) = (rows.clone(), &seen, &stop);
                scope.spawn(move || {
                    let mut dice = Dice(t);
                    for n in 0..400 {
                        let blob = seen[dice.roll(8) as usize];
                        let row = (blob.id, t * 1_000 + n);
                        let Some(pin) = blobs.pin(blob.id) else { continue };
                        rows.lock().unwrap().insert(row);
                        drop(pin);
                        // Named by a row: it must be there.
                        assert!(blobs.reader(blob, &key(1)).is_ok());
                        rows.lock().unwrap().remove(&row);
                        let asked = rows.clone();
                        let is_unreferenced = move || !asked.lock().unwrap().iter().any(|r| r.0 == blob.id);
                        blobs.remove_if(blob.id, is_unreferenced).unwrap();
                    }
                    stop.store(true, Ordering::Relaxed);
                });
            }
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    drop(blobs.hold());
                    blobs.sweep(|id| rows.lock().unwrap().iter().any(|r| r.0 == id)).unwrap();
                }
            });
        });
        for blob in &seen {
            assert!(blobs.reader(*blob, &key(1)).is_ok(), "its first row was never dropped");
        }
        assert_eq!(blobs.stats().files, 8);
    });
}
