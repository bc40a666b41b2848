//! Seeded randomness and random values for tests. Not good randomness: repeatable.

use std::collections::BTreeMap;

use dynamodb_language::{Item, Number, Value};

/// A small generator (SplitMix64).
pub struct Random(u64);

impl Random {
    /// The generator of that seed.
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    /// The next 64 bits.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    /// Whether something of that chance, in a hundred, happens.
    pub fn chance(&mut self, in_hundred: usize) -> bool {
        self.below(100) < in_hundred
    }

    /// One of them.
    pub fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// Any number that DynamoDB holds: every sign, length and exponent.
pub fn number(r: &mut Random) -> Number {
    let digits = if r.chance(50) { 1 + r.below(3) } else { 1 + r.below(38) };
    let mut text = String::new();
    for i in 0..digits {
        let least = usize::from(i == 0 || i == digits - 1);
        text.push(char::from(b'0' + (least + r.below(10 - least)) as u8));
    }
    if r.chance(3) {
        return Number::ZERO;
    }
    let first = r.below(256) as i32 - 130;
    let exponent = first + 1 - digits as i32;
    let sign = if r.chance(50) { "-" } else { "" };
    Number::parse(&format!("{sign}{text}e{exponent}")).expect("within the range")
}

/// A short text over few letters, sometimes beyond ASCII.
pub fn text(r: &mut Random) -> String {
    (0..r.below(5)).map(|_| *r.pick(&['a', 'b', 'c', '\0', 'é', '😀'])).collect()
}

/// Any value of at most that depth.
pub fn value(r: &mut Random, depth: usize) -> Value {
    match r.below(if depth == 0 { 8 } else { 10 }) {
        0 => Value::S(text(r)),
        1 => Value::N(number(r)),
        2 => Value::B(text(r).into_bytes()),
        3 => Value::Bool(r.chance(50)),
        4 => Value::Null,
        5 => Value::Ss((0..1 + r.below(3)).map(|_| text(r)).collect()),
        6 => Value::Ns((0..1 + r.below(3)).map(|_| number(r)).collect()),
        7 => Value::Bs((0..1 + r.below(3)).map(|_| text(r).into_bytes()).collect()),
        8 => Value::L((0..r.below(4)).map(|_| value(r, depth - 1)).collect()),
        _ => Value::M(map(r, depth - 1)),
    }
}

fn map(r: &mut Random, depth: usize) -> BTreeMap<String, Value> {
    (0..r.below(4)).map(|_| (text(r), value(r, depth))).collect()
}

/// Any item.
pub fn item(r: &mut Random) -> Item {
    (0..r.below(6)).map(|_| (text(r), value(r, 3))).collect()
}
