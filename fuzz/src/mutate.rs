//! New inputs from old ones: bytes, words of the format, numbers in text and in binary, stretches copied, nested and
//! repeated. It knows no format; targets bring their words.

use crate::random::Random;

/// Words that mean something in several formats.
const WORDS: [&[u8]; 56] = [
    b"null",
    b"true",
    b"false",
    b"{}",
    b"[]",
    b"\"\"",
    b"{\"",
    b"\":",
    b",",
    b"\\u0000",
    b"\\ud800",
    b"\\udc00",
    b"NaN",
    b"1e400",
    b"-0",
    b"0.1",
    b"-1",
    b"18446744073709551616",
    b"9223372036854775807",
    b"-9223372036854775808",
    b"2147483648",
    b"1e-7",
    b"<a>",
    b"</a>",
    b"<a/>",
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"-->",
    b"<?xml?>",
    b"&amp;",
    b"&#x0;",
    b"&#1114112;",
    b"<!DOCTYPE a [<!ENTITY x \"y\">]>",
    b"&x;",
    b"xmlns=\"",
    b"%00",
    b"%ff",
    b"%",
    b"%2F",
    b"&",
    b"=",
    b".1",
    b".member.1",
    b".entry.1.key",
    b"\r\n",
    b"\0",
    b"\xff",
    b"\xc3",
    b"\xed\xa0\x80",
    b"\xf0\x9f\x98\x80",
    b"/",
    b"/../",
    b"*",
    b"?",
    b"${",
];

/// Ways to go one level deeper.
const NESTS: [(&[u8], &[u8]); 8] = [
    (b"[", b"]"),
    (b"{\"a\":", b"}"),
    (b"{\"M\":{\"a\":", b"}}"),
    (b"<a>", b"</a>"),
    (b"(", b")"),
    (b"\x81", b""),
    (b"\x9f", b"\xff"),
    (b"${", b"}"),
];

const NUMBERS: [u64; 16] = [
    0,
    1,
    2,
    7,
    16,
    127,
    128,
    255,
    256,
    65_535,
    65_536,
    0x7fff_ffff,
    0xffff_ffff,
    0x1_0000_0000,
    i64::MAX as u64,
    u64::MAX,
];

/// Makes inputs.
#[derive(Debug)]
pub struct Mutator {
    /// Its randomness.
    pub random: Random,
    words: &'static [&'static str],
    max_bytes: usize,
}

impl Mutator {
    /// A mutator with a target's words and its largest input.
    pub fn new(seed: u64, words: &'static [&'static str], max_bytes: usize) -> Mutator {
        Mutator { random: Random::new(seed), words, max_bytes }
    }

    /// A new input from some of these.
    pub fn next(&mut self, corpus: &[Vec<u8>]) -> Vec<u8> {
        if corpus.is_empty() {
            return self.noise(64);
        }
        // What was found last has been tried least.
        let from = if self.random.one_in(2) { corpus.len().saturating_sub(32) } else { 0 };
        let (one, other) = (self.random.pick(&corpus[from..]), self.random.pick(&corpus[from..]));
        // Short inputs run faster and are read by people.
        let short = if self.random.one_in(4) || one.len() <= other.len() { one } else { other };
        let mut data = short.clone();
        for _ in 0..1 + self.random.below(5) {
            self.change(&mut data, corpus);
            data.truncate(self.max_bytes);
        }
        data
    }

    fn change(&mut self, data: &mut Vec<u8>, corpus: &[Vec<u8>]) {
        let at = self.random.below(data.len() + 1);
        let end = (at + 1 + self.length()).min(data.len());
        match self.random.below(20) {
            0 | 1 if at < data.len() => data[at] ^= 1 << self.random.below(8),
            2 if at < data.len() => data[at] = self.random.next_u64() as u8,
            3 | 4 => drop(data.drain(at.min(end)..end)),
            5 => data.truncate(at),
            6 | 7 => {
                let stretch = data[at.min(end)..end].to_vec();
                let to = self.random.below(data.len() + 1);
                data.splice(to..to, stretch);
            }
            8..=11 => {
                let word = self.word();
                let end = if self.random.one_in(3) { (at + word.len()).min(data.len()) } else { at };
                data.splice(at..end, word.iter().copied());
            }
            12 => {
                let noise = self.noise(8);
                data.splice(at..at, noise);
            }
            13 | 14 => self.decimal(data, at),
            15 => self.binary(data, at),
            16 => {
                let other = self.random.pick(corpus);
                let from = self.random.below(other.len() + 1);
                data.truncate(at);
                data.extend_from_slice(&other[from..]);
            }
            17 => {
                let other = self.random.pick(corpus);
                let from = self.random.below(other.len() + 1);
                let to = (from + 1 + self.length()).min(other.len());
                data.splice(at..at, other[from.min(to)..to].iter().copied());
            }
            18 if self.random.one_in(8) => self.repeat(data, at, end),
            19 if self.random.one_in(8) => self.nest(data, at, end),
            _ => {}
        }
    }

    /// Mostly short.
    fn length(&mut self) -> usize {
        let most = *self.random.pick(&[1, 4, 16, 64, 1024]);
        self.random.below(most)
    }

    fn noise(&mut self, most: usize) -> Vec<u8> {
        (0..self.random.below(most)).map(|_| self.random.next_u64() as u8).collect()
    }

    fn word(&mut self) -> &'static [u8] {
        if self.words.is_empty() || self.random.one_in(3) {
            return WORDS[self.random.below(WORDS.len())];
        }
        self.random.pick(self.words).as_bytes()
    }

    /// Another number where digits stand.
    fn decimal(&mut self, data: &mut Vec<u8>, at: usize) {
        let Some(start) = (at..data.len()).find(|i| data[*i].is_ascii_digit()) else { return };
        let end = (start..data.len()).find(|i| !data[*i].is_ascii_digit()).unwrap_or(data.len());
        let number = if self.random.one_in(2) {
            self.random.pick(&NUMBERS).wrapping_sub(self.random.below(2) as u64)
        } else {
            let now =
                std::str::from_utf8(&data[start..end]).ok().and_then(|d| d.parse::<u64>().ok()).unwrap_or(0);
            now.wrapping_add(self.random.below(5) as u64).wrapping_sub(2)
        };
        data.splice(start..end, number.to_string().into_bytes());
    }

    /// Another number in one to eight bytes, either end first.
    fn binary(&mut self, data: &mut [u8], at: usize) {
        let width = *self.random.pick(&[1, 2, 4, 8]);
        let Some(place) = data.get_mut(at..at + width) else { return };
        let number = self.random.pick(&NUMBERS).wrapping_add(self.random.below(3) as u64).wrapping_sub(1);
        if self.random.one_in(2) {
            place.copy_from_slice(&number.to_le_bytes()[..width]);
        } else {
            place.copy_from_slice(&number.to_be_bytes()[8 - width..]);
        }
    }

    /// The same stretch again and again: what costs more than its length shows here.
    fn repeat(&mut self, data: &mut Vec<u8>, at: usize, end: usize) {
        let stretch = data[at.min(end)..end].to_vec();
        if stretch.is_empty() {
            return;
        }
        let room = self.max_bytes.saturating_sub(data.len()) / stretch.len();
        let most = *self.random.pick(&[4, 64, 1024, 1 << 20]);
        let times = self.random.below(room.min(most) + 1);
        data.splice(at..at, stretch.repeat(times));
    }

    /// The same brackets around a stretch, many times.
    fn nest(&mut self, data: &mut Vec<u8>, at: usize, end: usize) {
        let (open, close) = *self.random.pick(&NESTS);
        let room = self.max_bytes.saturating_sub(data.len()) / (open.len() + close.len());
        let most = *self.random.pick(&[2, 30, 130, 1 << 20]);
        let times = self.random.below(room.min(most) + 1);
        data.splice(end.max(at)..end.max(at), close.repeat(times));
        data.splice(at..at, open.repeat(times));
    }
}
