//! The suite that holds every engine: a list of cases, each run on a fresh store of each kind.

use store::Durability;

use crate::{
    kept, reading, snapshots,
    subject::Subject,
    writing::{self},
};

type Case = (&'static str, fn(&mut Subject));

const CASES: &[Case] = &[
    ("keys keep their order", reading::order),
    ("zero bytes and empty strings are keys", reading::escapes),
    ("a prefix is made of whole parts", reading::prefix),
    ("bounds cut a scan in either direction", reading::bounds),
    ("tables of one keyspace are apart", reading::tables_apart),
    ("own writes are seen", reading::own_writes),
    ("own deletions hide what is stored", reading::own_deletes),
    ("a long scan crosses blocks and leaves", reading::long_scan),
    ("what was never written is empty", reading::nothing),
    ("a transaction sees one moment", snapshots::isolation),
    ("a scan sees one moment", snapshots::scan_isolation),
    ("a kept row is of the transaction's moment", kept::moments),
    ("kept rows and others are of one moment", kept::together),
    ("a state can be saved and loaded", snapshots::save_and_load),
    ("a load refuses transactions under way", snapshots::load_conflicts),
    ("a damaged snapshot changes nothing", snapshots::damaged),
    ("a fork goes its own way", snapshots::fork),
    ("a commit is whole", writing::atomicity),
    ("commits are numbered in order", writing::numbers),
    ("what was committed is there after opening again", writing::reopening),
    ("a row of an older version is upgraded", writing::upgrade),
    ("fields of other versions are no trouble", writing::unknown_tags),
    ("a corrupt record is alone in it", writing::corrupt_record),
    ("every flipped byte is noticed", writing::flipped_bytes),
    ("prefixes are deleted, in steps if asked", writing::delete_prefix),
    ("bounds of keys and values", writing::limits),
];

fn run(make: impl Fn() -> Subject) {
    for (name, case) in CASES {
        println!("case: {name}");
        case(&mut make());
    }
}

#[test]
fn memory_conforms() {
    run(Subject::memory);
}

#[test]
fn disk_conforms() {
    run(|| Subject::disk(Durability::Process));
}

#[test]
fn disk_with_group_commit_conforms() {
    run(|| Subject::disk(Durability::Power));
}
