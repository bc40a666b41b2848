//! Passwords as they are kept: never as text, only as PBKDF2-HMAC-SHA-256 over a salt.
//! Source: RFC 8018, section 5.2. One block of output is enough for a digest of 32 bytes.

use hmac::{Hmac, KeyInit, Mac};
use kernel::Cx;
use sha2::Sha256;
use store::{Row, RowError, RowReader, RowWriter};

/// Rounds for new passwords. Few enough for tests in debug builds; the number is stored with each password.
const ROUNDS: u32 = 2_048;

/// A password as kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Password {
    salt: Vec<u8>,
    rounds: u32,
    digest: Vec<u8>,
}

impl Row for Password {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.salt);
        w.put(2, &self.rounds);
        w.put(3, &self.digest);
    }
    fn read(r: &mut RowReader) -> Result<Password, RowError> {
        Ok(Password { salt: r.get(1)?, rounds: r.get(2)?, digest: r.get(3)? })
    }
}

impl Password {
    /// Keeps a password.
    pub(crate) fn new(cx: &Cx, text: &str) -> Password {
        let salt = cx.ids.bytes("iam.password_salt")[..16].to_vec();
        let digest = derive(text, &salt, ROUNDS).to_vec();
        Password { salt, rounds: ROUNDS, digest }
    }

    /// Whether that text is the password.
    pub(crate) fn is(&self, text: &str) -> bool {
        let given = derive(text, &self.salt, self.rounds);
        let differences = given.iter().zip(&self.digest).map(|(a, b)| a ^ b);
        self.digest.len() == 32 && differences.fold(0, |all, d| all | d) == 0
    }
}

fn derive(text: &str, salt: &[u8], rounds: u32) -> [u8; 32] {
    let keyed = Hmac::<Sha256>::new_from_slice(text.as_bytes()).expect("HMAC takes keys of any length");
    let mut mac = keyed.clone();
    mac.update(salt);
    mac.update(&1u32.to_be_bytes());
    let mut u: [u8; 32] = mac.finalize().into_bytes().into();
    let mut out = u;
    for _ in 1..rounds {
        let mut mac = keyed.clone();
        mac.update(&u);
        u = mac.finalize().into_bytes().into();
        out.iter_mut().zip(u).for_each(|(o, x)| *o ^= x);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::derive;

    #[test]
    fn the_published_vector() {
        // RFC 7914, section 11: PBKDF2-HMAC-SHA-256 with ("passwd", "salt", 1).
        let out = derive("passwd", b"salt", 1);
        assert_eq!(out[..8], [0x55, 0xac, 0x04, 0x6e, 0x56, 0xe3, 0x08, 0x9f]);
        assert_ne!(derive("passwd", b"salt", 2), out);
    }
}
