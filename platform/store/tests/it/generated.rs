//! Generated operations: a store and a plain map do the same thousands of things, and must always agree.

use std::collections::BTreeMap;

use store::{Durability, RawScan, Store, Tx};

use crate::subject::{Subject, TempDir};

/// SplitMix64, so that a seed always gives the same run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % below
    }

    fn key(&mut self) -> Vec<u8> {
        let len = 1 + self.roll(3);
        (0..len).map(|_| [0, 1, b'a', b'b', 0xFE, 0xFF][self.roll(6) as usize]).collect()
    }
}

type Model = BTreeMap<(usize, Vec<u8>), Vec<u8>>;
const SPACES: [&str; 3] = ["alpha", "beta", "gamma"];

fn check_scan(tx: &Tx, model: &Model, dice: &mut Dice) {
    let space = dice.roll(3) as usize;
    let from = if dice.roll(3) == 0 { Vec::new() } else { dice.key() };
    let to = (dice.roll(3) > 0).then(|| dice.key());
    let reverse = dice.roll(2) == 0;
    let limit = if dice.roll(2) == 0 { 3 } else { usize::MAX };
    let inside = |k: &Vec<u8>| *k >= from && to.as_ref().is_none_or(|to| k < to);
    let records = model.iter().filter(|((s, k), _)| *s == space && inside(k));
    let mut want: Vec<_> = records.map(|((_, k), v)| (k.clone(), v.clone())).collect();
    if reverse {
        want.reverse();
    }
    want.truncate(limit);
    let scan = RawScan { from, to, reverse };
    let got: Vec<_> = tx.scan_raw(SPACES[space], scan.clone()).unwrap().take(limit).collect();
    assert_eq!(got, want, "{scan:?}");
}

fn step(tx: &mut Tx, model: &mut Model, dice: &mut Dice, count: u64) {
    let (space, key) = (dice.roll(3) as usize, dice.key());
    match dice.roll(10) {
        0..=4 => {
            let value = vec![count as u8; dice.roll(40) as usize];
            tx.put_raw(SPACES[space], &key, &value);
            model.insert((space, key), value);
        }
        5..=6 => {
            tx.delete_raw(SPACES[space], &key);
            model.remove(&(space, key));
        }
        7 => assert_eq!(tx.get_raw(SPACES[space], &key).unwrap(), model.get(&(space, key)).cloned()),
        8 if dice.roll(20) == 0 => {
            let gone = tx.delete_prefix(SPACES[space], &key).unwrap();
            let before = model.len();
            model.retain(|(s, k), _| *s != space || !k.starts_with(&key));
            assert_eq!(gone, before - model.len());
        }
        _ => check_scan(tx, model, dice),
    }
}

fn run(mut subject: Subject, seed: u64) {
    let (mut dice, mut model, dir) = (Dice(seed), Model::new(), TempDir::new());
    let mut saved: Option<Model> = None;
    let mut old: Option<(Tx, Model)> = None;
    for round in 0..400 {
        let mut tx = subject.store().tx();
        let before = model.clone();
        for n in 0..1 + dice.roll(30) {
            step(&mut tx, &mut model, &mut dice, round + n);
        }
        match dice.roll(8) {
            0 => {
                drop(tx);
                model = before;
            }
            _ => subject.store().wait(subject.store().commit(tx).unwrap()).unwrap(),
        }
        if let Some((tx, model)) = &old {
            check_scan(tx, model, &mut dice);
        }
        match dice.roll(60) {
            0..=2 => {
                old = None;
                subject.reopen();
            }
            3..=9 => old = Some((subject.store().tx(), model.clone())),
            10 => {
                subject.store().snapshot_save(dir.path()).unwrap();
                saved = Some(model.clone());
            }
            11 => {
                if let Some(saved) = &saved {
                    subject.store().snapshot_load(dir.path()).unwrap();
                    model = saved.clone();
                }
            }
            _ => {}
        }
    }
    let fork: Store = subject.store().fork().unwrap();
    for _ in 0..50 {
        check_scan(&fork.tx(), &model, &mut dice);
    }
}

#[test]
fn memory_agrees_with_a_map() {
    for seed in 0..10 {
        run(Subject::memory(), seed);
    }
}

#[test]
fn disk_agrees_with_a_map() {
    for seed in 0..3 {
        run(Subject::disk(Durability::Process), seed);
    }
}
