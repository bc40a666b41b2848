//! CBOR's data items (RFC 8949) as far as RPC v2 needs them: heads, lengths, numbers, strings in chunks, tags, nesting.
//! No shapes here. Every length is checked against what is left of the input before anything is allocated.

use crate::WireError;

/// Deepest nesting that is read; beyond it the input is refused.
pub const MAX_DEPTH: usize = 128;

/// Half-width, single and double floats, and the other "simple" items.
const HALF: u8 = 25;
const SINGLE: u8 = 26;
const DOUBLE: u8 = 27;
/// Additional information of an indefinite length, and of the item that ends one.
const INDEFINITE: u8 = 31;

/// The head of a data item, its argument resolved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Token {
    /// A whole number; wide enough for both of CBOR's 64-bit kinds.
    Integer(i128),
    /// A float of any width.
    Float(f64),
    /// Bytes follow: their count, or `None` for chunks up to a break.
    Bytes(Option<usize>),
    /// UTF-8 follows, as for `Bytes`.
    Text(Option<usize>),
    /// An array of so many items, or up to a break.
    Array(Option<usize>),
    /// A map of so many pairs, or up to a break.
    Map(Option<usize>),
    /// A tag on the next item.
    Tag(u64),
    /// true or false
    Bool(bool),
    /// null or undefined
    Null,
    /// The end of something indefinite.
    Break,
}

/// A position in CBOR input.
pub struct Tokens<'a> {
    input: &'a [u8],
    at: usize,
}

impl<'a> Tokens<'a> {
    /// Starts at the beginning.
    pub fn new(input: &'a [u8]) -> Tokens<'a> {
        Tokens { input, at: 0 }
    }

    /// Whether everything was read.
    pub fn is_at_end(&self) -> bool {
        self.at == self.input.len()
    }

    /// The next head, not consumed.
    pub fn peek(&self) -> Result<Token, WireError> {
        Tokens { input: self.input, at: self.at }.next_token()
    }

    /// Consumes the next head.
    pub fn next_token(&mut self) -> Result<Token, WireError> {
        let first = self.byte()?;
        let (major, info) = (first >> 5, first & 0x1f);
        if major == 7 {
            return self.simple(info);
        }
        if info == INDEFINITE {
            return match major {
                2 => Ok(Token::Bytes(None)),
                3 => Ok(Token::Text(None)),
                4 => Ok(Token::Array(None)),
                5 => Ok(Token::Map(None)),
                _ => Err(bad("an indefinite length where none may stand")),
            };
        }
        let argument = self.argument(info)?;
        match major {
            0 => Ok(Token::Integer(i128::from(argument))),
            1 => Ok(Token::Integer(-1 - i128::from(argument))),
            2 => self.length(argument, 1).map(|n| Token::Bytes(Some(n))),
            3 => self.length(argument, 1).map(|n| Token::Text(Some(n))),
            4 => self.length(argument, 1).map(|n| Token::Array(Some(n))),
            5 => self.length(argument, 2).map(|n| Token::Map(Some(n))),
            _ => Ok(Token::Tag(argument)),
        }
    }

    /// The bytes that a `Bytes` or `Text` head announced, chunks joined.
    pub fn bytes(&mut self, announced: Option<usize>, text: bool) -> Result<Vec<u8>, WireError> {
        if let Some(n) = announced {
            return self.take(n).map(<[u8]>::to_vec);
        }
        let mut joined = Vec::new();
        loop {
            match self.next_token()? {
                Token::Break => return Ok(joined),
                Token::Bytes(Some(n)) if !text => joined.extend_from_slice(self.take(n)?),
                Token::Text(Some(n)) if text => joined.extend_from_slice(self.take(n)?),
                _ => return Err(bad("a chunk of another kind inside a string")),
            }
        }
    }

    /// The text that a `Text` head announced.
    pub fn text(&mut self, announced: Option<usize>) -> Result<String, WireError> {
        String::from_utf8(self.bytes(announced, true)?).map_err(|_| bad("text that is not UTF-8"))
    }

    /// Whether another item of an array or map follows; consumes the break of an indefinite one.
    pub fn more(&mut self, left: &mut Option<usize>) -> Result<bool, WireError> {
        match left {
            Some(0) => Ok(false),
            Some(n) => {
                *n -= 1;
                Ok(true)
            }
            None if self.peek()? == Token::Break => {
                self.at += 1;
                Ok(false)
            }
            None => Ok(true),
        }
    }

    /// Passes over one whole item, without recursion.
    pub fn skip(&mut self) -> Result<(), WireError> {
        // What is still open: items left in each enclosing array or map, `None` for an indefinite one.
        let mut open: Vec<Option<usize>> = Vec::new();
        loop {
            match self.next_token()? {
                Token::Bytes(n) => drop(self.bytes(n, false)?),
                Token::Text(n) => drop(self.bytes(n, true)?),
                Token::Array(n) => open.push(n),
                Token::Map(n) => open.push(n.map(|n| n.saturating_mul(2))),
                Token::Tag(_) => continue,
                Token::Break => return Err(bad("a break where none may stand")),
                Token::Integer(_) | Token::Float(_) | Token::Bool(_) | Token::Null => {}
            }
            if open.len() > MAX_DEPTH {
                return Err(bad("too many levels"));
            }
            while let Some(left) = open.last_mut() {
                if self.more(left)? {
                    break;
                }
                open.pop();
            }
            if open.is_empty() {
                return Ok(());
            }
        }
    }

    fn simple(&mut self, info: u8) -> Result<Token, WireError> {
        match info {
            20 => Ok(Token::Bool(false)),
            21 => Ok(Token::Bool(true)),
            22 | 23 => Ok(Token::Null),
            HALF => self.fixed::<2>().map(|b| Token::Float(half(u16::from_be_bytes(b)))),
            SINGLE => self.fixed::<4>().map(|b| Token::Float(f64::from(f32::from_be_bytes(b)))),
            DOUBLE => self.fixed::<8>().map(|b| Token::Float(f64::from_be_bytes(b))),
            INDEFINITE => Ok(Token::Break),
            _ => Err(bad("an unknown simple value")),
        }
    }

    fn argument(&mut self, info: u8) -> Result<u64, WireError> {
        match info {
            0..=23 => Ok(u64::from(info)),
            24 => self.byte().map(u64::from),
            25 => self.fixed::<2>().map(|b| u64::from(u16::from_be_bytes(b))),
            26 => self.fixed::<4>().map(|b| u64::from(u32::from_be_bytes(b))),
            27 => self.fixed::<8>().map(u64::from_be_bytes),
            _ => Err(bad("a reserved length")),
        }
    }

    /// A count of things that take at least `each` bytes: more than is left cannot be true.
    fn length(&self, announced: u64, each: u64) -> Result<usize, WireError> {
        let left = (self.input.len() - self.at) as u64;
        match announced.checked_mul(each) {
            Some(least) if least <= left => Ok(announced as usize),
            _ => Err(bad("a length beyond the end of the body")),
        }
    }

    fn byte(&mut self) -> Result<u8, WireError> {
        self.fixed::<1>().map(|[b]| b)
    }

    fn fixed<const N: usize>(&mut self) -> Result<[u8; N], WireError> {
        let bytes = self.take(N)?;
        Ok(bytes.try_into().expect("take returns exactly N bytes"))
    }

    fn take(&mut self, n: usize) -> Result<&'a [u8], WireError> {
        let end = self.at.checked_add(n).filter(|end| *end <= self.input.len());
        let end = end.ok_or_else(|| bad("the body ends inside a value"))?;
        let taken = &self.input[self.at..end];
        self.at = end;
        Ok(taken)
    }
}

/// Appends a head: major type and argument in the fewest bytes.
pub fn put_head(out: &mut Vec<u8>, major: u8, argument: u64) {
    let major = major << 5;
    match argument {
        0..=23 => out.push(major | argument as u8),
        24..=0xff => out.extend_from_slice(&[major | 24, argument as u8]),
        0x100..=0xffff => {
            out.push(major | 25);
            out.extend_from_slice(&(argument as u16).to_be_bytes());
        }
        0x1_0000..=0xffff_ffff => {
            out.push(major | 26);
            out.extend_from_slice(&(argument as u32).to_be_bytes());
        }
        _ => {
            out.push(major | 27);
            out.extend_from_slice(&argument.to_be_bytes());
        }
    }
}

/// Appends a whole number.
pub fn put_integer(out: &mut Vec<u8>, v: i64) {
    if v < 0 { put_head(out, 1, !(v as u64)) } else { put_head(out, 0, v as u64) }
}

/// Appends text.
pub fn put_text(out: &mut Vec<u8>, v: &str) {
    put_head(out, 3, v.len() as u64);
    out.extend_from_slice(v.as_bytes());
}

/// Appends a float in the narrower of single and double width that keeps its value. Half width is read but not
/// written, as RPC v2 demands of servers.
pub fn put_float(out: &mut Vec<u8>, v: f64) {
    let narrow = v as f32;
    if f64::from(narrow) == v || v.is_nan() {
        out.push(0xe0 | SINGLE);
        out.extend_from_slice(&narrow.to_be_bytes());
    } else {
        out.push(0xe0 | DOUBLE);
        out.extend_from_slice(&v.to_be_bytes());
    }
}

/// IEEE 754 binary16 to a double.
fn half(bits: u16) -> f64 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (i32::from((bits >> 10) & 0x1f), f64::from(bits & 0x3ff));
    sign * match exponent {
        0 => fraction * 2f64.powi(-24),
        0x1f if fraction == 0.0 => f64::INFINITY,
        0x1f => f64::NAN,
        _ => (1.0 + fraction / 1024.0) * 2f64.powi(exponent - 15),
    }
}

fn bad(what: &str) -> WireError {
    WireError(format!("Malformed CBOR: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(input: &[u8]) -> Token {
        Tokens::new(input).next_token().unwrap()
    }

    #[test]
    fn reads_the_numbers_of_rfc_8949_appendix_a() {
        assert_eq!(first(&[0x18, 0x64]), Token::Integer(100));
        assert_eq!(
            first(&[0x1b, 255, 255, 255, 255, 255, 255, 255, 255]),
            Token::Integer(18_446_744_073_709_551_615)
        );
        assert_eq!(first(&[0x38, 0x63]), Token::Integer(-100));
        assert_eq!(first(&[0xf9, 0x3e, 0x00]), Token::Float(1.5));
        assert_eq!(first(&[0xf9, 0x7b, 0xff]), Token::Float(65504.0));
        assert_eq!(first(&[0xf9, 0x00, 0x01]), Token::Float(5.960_464_477_539_063e-8));
        assert_eq!(first(&[0xf9, 0xfc, 0x00]), Token::Float(f64::NEG_INFINITY));
        assert_eq!(first(&[0xfb, 0x3f, 0xf1, 0x99, 0x99, 0x99, 0x99, 0x99, 0x9a]), Token::Float(1.1));
    }

    #[test]
    fn joins_the_chunks_of_an_indefinite_string() {
        let mut tokens =
            Tokens::new(&[0x7f, 0x65, b's', b't', b'r', b'e', b'a', 0x64, b'm', b'i', b'n', b'g', 0xff]);
        assert_eq!(tokens.next_token().unwrap(), Token::Text(None));
        assert_eq!(tokens.text(None).unwrap(), "streaming");
        assert!(tokens.is_at_end());
    }

    #[test]
    fn skips_nested_items_and_stops_behind_them() {
        // {_ "a": [1, [_ 2, 3]], "b": 1(0.0) } then 7
        let mut tokens = Tokens::new(&[
            0xbf, 0x61, b'a', 0x82, 1, 0x9f, 2, 3, 0xff, 0x61, b'b', 0xc1, 0xf9, 0, 0, 0xff, 7,
        ]);
        tokens.skip().unwrap();
        assert_eq!(tokens.next_token().unwrap(), Token::Integer(7));
    }

    #[test]
    fn refuses_lengths_and_depths_that_cannot_be_true() {
        let bombs: [&[u8]; 6] = [
            &[0x9b, 0, 0, 0, 1, 0, 0, 0, 0],
            &[0x5a, 0xff, 0xff, 0xff, 0xff],
            &[0xbb, 255, 255, 255, 255, 255, 255, 255, 255],
            &[0x81],
            &[0xff],
            &[0x1c],
        ];
        for bomb in bombs {
            assert!(Tokens::new(bomb).skip().is_err(), "{bomb:?}");
        }
        assert!(Tokens::new(&[0x81; 100_000]).skip().is_err());
        assert!(Tokens::new(&[0xc1; 100_000]).skip().is_err());
    }

    #[test]
    fn writes_the_shortest_form() {
        let put = |v| {
            let mut out = Vec::new();
            put_integer(&mut out, v);
            out
        };
        assert_eq!(put(23), [0x17]);
        assert_eq!(put(-24), [0x37]);
        assert_eq!(put(256), [0x19, 1, 0]);
        assert_eq!(put(i64::MIN), [0x3b, 0x7f, 255, 255, 255, 255, 255, 255, 255]);
        let mut out = Vec::new();
        put_float(&mut out, 1.5);
        put_float(&mut out, 1.1);
        assert_eq!(out[..5], [0xfa, 0x3f, 0xc0, 0, 0]);
        assert_eq!(out[5], 0xfb);
    }
}
