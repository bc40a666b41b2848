//! What the fuzzers once found stays mended, and every target runs: its seeds, and some inputs made from them.

use fuzz::targets::{TARGETS, find};
use fuzz::{child, memory};

#[global_allocator]
static ALLOCATOR: memory::Counting = memory::Counting;

#[test]
fn what_was_found_stays_mended() {
    for target in TARGETS {
        (target.seeds)();
        for path in fuzz::regressions(target.name) {
            println!("{}", path.display());
            child::run(target, &std::fs::read(&path).unwrap());
        }
    }
}

#[test]
fn every_regression_belongs_to_a_target() {
    for entry in std::fs::read_dir(fuzz::home().join("regressions")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(find(&name).is_some() || name == "README.md", "no target {name}");
    }
}

#[test]
fn every_target_takes_what_its_seeds_become() {
    for target in TARGETS {
        let rounds = if target.name == "kernel" { 50 } else { 500 };
        println!("{}", target.name);
        child::run_some(target, rounds, 1);
    }
}

#[test]
fn memory_is_counted() {
    let peak = memory::peak_of(|| drop(std::hint::black_box(vec![1_u8; 3 << 20])));
    assert!((3 << 20..4 << 20).contains(&peak), "{peak}");
}
