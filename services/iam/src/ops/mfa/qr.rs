//! The QR code that an authenticator app scans: `otpauth://…` as a grey-scale PNG.
//! Source: W3C "PNG specification" (chunks, one bit a pixel); the URI's form: IAM API reference, "VirtualMFADevice".

use std::io::Write;

use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};
use qrcode::{Color, EcLevel, QrCode};

/// Pixels a module.
const SCALE: usize = 4;
/// Modules of white around the code, as the standard asks.
const QUIET: usize = 4;

/// The PNG of a text's QR code; nothing for a text that no QR code holds.
pub(crate) fn png(text: &str) -> Option<Vec<u8>> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let modules = code.width();
    let colors = code.into_colors();
    let side = (modules + 2 * QUIET) * SCALE;
    let mut rows = Vec::with_capacity(side * (side / 8 + 2));
    for y in 0..side {
        rows.push(0); // No filter.
        let mut row = vec![0u8; side.div_ceil(8)];
        for x in 0..side {
            let at = |p: usize| (p / SCALE).checked_sub(QUIET).filter(|m| *m < modules);
            let dark =
                matches!((at(x), at(y)), (Some(mx), Some(my)) if colors[my * modules + mx] == Color::Dark);
            if !dark {
                row[x / 8] |= 0x80 >> (x % 8);
            }
        }
        rows.extend_from_slice(&row);
    }
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::default());
    packed.write_all(&rows).ok()?;
    let side = u32::try_from(side).ok()?.to_be_bytes();
    let header = [&side[..], &side[..], &[1, 0, 0, 0, 0]].concat();
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut out, b"IHDR", &header);
    chunk(&mut out, b"IDAT", &packed.finish().ok()?);
    chunk(&mut out, b"IEND", &[]);
    Some(out)
}

fn chunk(out: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    out.extend_from_slice(&(data.len() as u32).to_be_bytes());
    let mut crc = Crc::new();
    crc.update(kind);
    crc.update(data);
    out.extend_from_slice(kind);
    out.extend_from_slice(data);
    out.extend_from_slice(&crc.sum().to_be_bytes());
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    #[test]
    fn a_png_of_the_right_size_whose_corner_is_a_finder_pattern() {
        let png = super::png("otpauth://totp/a@b?secret=ABC").expect("it fits");
        assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
        let side = u32::from_be_bytes([png[16], png[17], png[18], png[19]]) as usize;
        let length = u32::from_be_bytes([png[33], png[34], png[35], png[36]]) as usize;
        let mut rows = Vec::new();
        flate2::read::ZlibDecoder::new(&png[41..41 + length]).read_to_end(&mut rows).expect("it inflates");
        let stride = side.div_ceil(8) + 1;
        assert_eq!(rows.len(), side * stride);
        let dark = |x: usize, y: usize| rows[y * stride + 1 + x / 8] & (0x80 >> (x % 8)) == 0;
        assert!(!dark(0, 0) && dark(16, 16) && dark(16 + 27, 16) && !dark(16 + 28, 16) && !dark(20, 20));
        assert!(super::png(&"x".repeat(5_000)).is_none());
    }
}
