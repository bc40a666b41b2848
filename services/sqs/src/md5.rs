//! MD5 digests as SQS answers them: of a body, and of message attributes. Clients compare them with their own.
//! Source: SQS developer guide, "Calculating the MD5 message digest for message attributes" (2026-11-22).

use md5::{Digest, Md5};

use crate::state::StoredAttribute;

const STRING: u8 = 1;
const BINARY: u8 = 2;

/// Digest of a body, in hex.
pub(crate) fn of_body(body: &str) -> String {
    hex(&Md5::digest(body.as_bytes()))
}

/// Digest of attributes in the order of their names, in hex.
pub(crate) fn of_attributes<'a>(attributes: impl Iterator<Item = &'a StoredAttribute>) -> String {
    let mut h = Md5::new();
    for a in attributes {
        part(&mut h, a.name.as_bytes());
        part(&mut h, a.data_type.as_bytes());
        h.update([if a.binary { BINARY } else { STRING }]);
        part(&mut h, &a.value);
    }
    hex(&h.finalize())
}

fn part(h: &mut Md5, bytes: &[u8]) {
    h.update(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
    h.update(bytes);
}

/// Lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut s = String::with_capacity(bytes.len() * 2);
    for b in bytes {
        s.push(char::from(DIGITS[usize::from(b >> 4)]));
        s.push(char::from(DIGITS[usize::from(b & 15)]));
    }
    s
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(name: &str, data_type: &str, value: &str) -> StoredAttribute {
        let (name, data_type) = (name.to_owned(), data_type.to_owned());
        StoredAttribute { name, data_type, binary: false, value: value.as_bytes().to_vec() }
    }

    /// Recorded from AWS (2024): bodies and attributes with the digests that it answered.
    #[test]
    fn recorded_digests() {
        assert_eq!(of_body("test"), "098f6bcd4621d373cade4e832627b4f6");
        let foo = [text("Foo", "String", "Bar")];
        assert_eq!(of_attributes(foo.iter()), "ae7155c6026991b6d54b11589678bf9c");
        let three = [
            text("General", "String", "Kenobi"),
            text("Hello", "String", "There"),
            text("Help.Me", "String", "Me"),
        ];
        assert_eq!(of_attributes(three.iter()), "4c360f3fdafd970e05fae2f149d997f5");
        let binary = StoredAttribute {
            name: "attr1".to_owned(),
            data_type: "Binary".to_owned(),
            binary: true,
            value: b"traceparent\x1e00-774062d6c37081a5a0b9b5b88e30627c-2d2482211f6489da-01".to_vec(),
        };
        assert_eq!(of_attributes(std::iter::once(&binary)), "8cbe4db156db8a94db8b801b7addb984");
    }
}
