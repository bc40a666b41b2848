//! Text as XML has it between tags and in attributes.

use crate::untouched::is_untouched;

/// Whether [`escape`] may have to write something else instead of a byte.
fn is_special(b: u8) -> bool {
    // Differing in one bit each: `<` and `>`, `"` and `&`.
    (b < 0x20) | (b | 0x02 == b'>') | (b | 0x04 == b'&')
}

/// Writes text. Quotes and carriage returns are escaped too: SQS and S3 do, and a bare carriage return would not survive
/// parsing.
pub(crate) fn escape(out: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    if is_untouched(bytes, is_special) {
        out.extend_from_slice(bytes);
        return;
    }
    let mut run = 0;
    for (i, &b) in bytes.iter().enumerate() {
        let entity: &[u8] = match b {
            b'&' => b"&amp;",
            b'<' => b"&lt;",
            b'>' => b"&gt;",
            b'"' => b"&quot;",
            b'\r' => b"&#xD;",
            b'\t' | b'\n' | 0x20..=0xFF => continue,
            _ => b"",
        };
        out.extend_from_slice(&bytes[run..i]);
        run = i + 1;
        if entity.is_empty() {
            out.extend_from_slice(format!("&#x{b:X};").as_bytes());
        } else {
            out.extend_from_slice(entity);
        }
    }
    out.extend_from_slice(&bytes[run..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_wherever_it_stands() {
        for c in (0..0x100u32).filter_map(char::from_u32) {
            let alone = {
                let mut out = Vec::new();
                escape(&mut out, c.encode_utf8(&mut [0; 4]));
                String::from_utf8(out).expect("it is text")
            };
            let is_kept = (c >= ' ' || "\t\n".contains(c)) && !"&<>\"".contains(c);
            assert_eq!(alone == c.to_string(), is_kept, "{c:?}");
            for (before, after) in [(0, 3), (7, 0), (3, 20), (20, 3), (15, 0), (16, 16), (40, 0)] {
                let (before, after) = ("a".repeat(before), "é".repeat(after));
                let mut out = Vec::new();
                escape(&mut out, &format!("{before}{c}{after}"));
                assert_eq!(String::from_utf8(out), Ok(format!("{before}{alone}{after}")));
            }
        }
    }
}
