//! Collects a blob's numbers and strings and writes them in the layout that `model`'s `blob.rs` reads. Strings are numbered by
//! how often they occur, so that frequent ones take one byte.

use std::collections::HashMap;

enum Token {
    Byte(u8),
    Number(u64),
    Text(usize),
    OptText(Option<usize>),
}

/// A blob in the making.
#[derive(Default)]
pub struct Sink {
    tokens: Vec<Token>,
    index: HashMap<String, usize>,
    strings: Vec<(String, u32)>,
}

impl Sink {
    /// One byte.
    pub fn byte(&mut self, b: u8) {
        self.tokens.push(Token::Byte(b));
    }

    /// A varint.
    pub fn number(&mut self, n: u64) {
        self.tokens.push(Token::Number(n));
    }

    /// A zigzag varint.
    pub fn signed(&mut self, n: i64) {
        self.number(((n << 1) ^ (n >> 63)) as u64);
    }

    /// A string.
    pub fn text(&mut self, s: &str) {
        let t = self.intern(s);
        self.tokens.push(Token::Text(t));
    }

    /// A string or nothing.
    pub fn opt_text(&mut self, s: Option<&str>) {
        let t = s.map(|s| self.intern(s));
        self.tokens.push(Token::OptText(t));
    }

    /// A counted list of strings.
    pub fn texts(&mut self, all: &[&str]) {
        self.number(all.len() as u64);
        for s in all {
            self.text(s);
        }
    }

    /// A value plus one, or zero.
    pub fn opt_number(&mut self, n: Option<u64>) {
        self.number(n.map_or(0, |n| n + 1));
    }

    fn intern(&mut self, s: &str) -> usize {
        let next = self.strings.len();
        let i = *self.index.entry(s.to_owned()).or_insert(next);
        if i == next {
            self.strings.push((s.to_owned(), 0));
        }
        self.strings[i].1 += 1;
        i
    }

    /// The blob: magic, checksum, string table, tokens.
    pub fn finish(mut self) -> Vec<u8> {
        self.intern("");
        let mut order: Vec<usize> = (0..self.strings.len()).collect();
        order.sort_by(|a, b| {
            let ((sa, na), (sb, nb)) = (&self.strings[*a], &self.strings[*b]);
            (!sa.is_empty()).cmp(&!sb.is_empty()).then(nb.cmp(na)).then(sa.cmp(sb))
        });
        let mut rank = vec![0u64; order.len()];
        let mut body = Vec::new();
        varint(&mut body, order.len() as u64);
        for (i, n) in order.iter().zip(0..) {
            rank[*i] = n;
            varint(&mut body, self.strings[*i].0.len() as u64);
        }
        let text: String = order.iter().map(|i| self.strings[*i].0.as_str()).collect();
        varint(&mut body, text.len() as u64);
        body.extend_from_slice(text.as_bytes());
        for t in &self.tokens {
            match t {
                Token::Byte(b) => body.push(*b),
                Token::Number(n) => varint(&mut body, *n),
                Token::Text(i) => varint(&mut body, rank[*i]),
                Token::OptText(i) => varint(&mut body, i.map_or(0, |i| rank[i] + 1)),
            }
        }
        let mut blob = model::MAGIC.to_vec();
        blob.extend_from_slice(&model::checksum(&body).to_le_bytes());
        blob.append(&mut body);
        blob
    }
}

fn varint(out: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}
