//! Virtual MFA devices: the table, and whether a code is right. IAM makes and assigns devices, STS asks for codes; who
//! must give a code is theirs to say.
//! Source: RFC 6238 (time-based one-time passwords: HMAC-SHA-1, steps of 30 s, six digits) and RFC 4226.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use store::{Row, RowError, RowReader, RowWriter, StoreError, Table, Tx};

use crate::tables::EntityKey;

/// Length of a step.
const STEP_MS: i64 = 30_000;
/// Steps by which a device's clock may be off its known drift, when it gives one code.
const TOLERANCE: i64 = 1;
/// Steps by which a device's clock may be off when it gives two codes in a row (enable, resync).
const WIDE_TOLERANCE: i64 = 40;

/// A virtual MFA device.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MfaDevice {
    /// Partition of its account.
    pub partition: String,
    /// Account.
    pub account: String,
    /// `/` or `/a/b/`.
    pub path: String,
    /// Name as created.
    pub name: String,
    /// Shared secret in base 32.
    pub seed: String,
    /// Milliseconds since the epoch.
    pub created_ms: i64,
    /// When it was assigned, milliseconds since the epoch.
    pub enabled_ms: Option<i64>,
    /// Name of the user to whom it is assigned; empty: the account's root.
    pub user: Option<String>,
    /// Key and value, in the order of arrival.
    pub tags: Vec<(String, String)>,
    /// Steps by which the device's clock is ahead.
    pub drift_steps: i64,
    /// Step of the last code that was accepted: no code is good twice.
    pub last_step: i64,
}

impl Row for MfaDevice {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.partition);
        w.put(2, &self.account);
        w.put(3, &self.path);
        w.put(4, &self.name);
        w.put(5, &self.seed);
        w.put(6, &self.created_ms);
        w.put(7, &self.enabled_ms);
        w.put(8, &self.user);
        w.put(9, &self.tags);
        w.put(10, &self.drift_steps);
        w.put(11, &self.last_step);
    }
    fn read(r: &mut RowReader) -> Result<MfaDevice, RowError> {
        Ok(MfaDevice {
            partition: r.get(1)?,
            account: r.get(2)?,
            path: r.get(3)?,
            name: r.get(4)?,
            seed: r.get(5)?,
            created_ms: r.get(6)?,
            enabled_ms: r.get(7)?,
            user: r.get(8)?,
            tags: r.get(9)?,
            drift_steps: r.get(10)?,
            last_step: r.get(11)?,
        })
    }
}

/// Virtual MFA devices: partition, account, path and name (`/a/b/name`).
pub struct MfaDevices;
impl Table for MfaDevices {
    const NAME: &'static str = "iam.mfa_device";
    const VERSION: u16 = 1;
    type Key = EntityKey;
    type Row = MfaDevice;
}

/// The key of the device with that serial number (its ARN); `None` for what is no ARN of a virtual device.
pub fn mfa_key(serial_number: &str) -> Option<EntityKey> {
    let parts: Vec<&str> = serial_number.splitn(6, ':').collect();
    let ["arn", partition, "iam", "", account, resource] = parts[..] else { return None };
    let path_and_name = resource.strip_prefix("mfa").filter(|p| p.starts_with('/'))?;
    Some((partition.to_owned(), account.to_owned(), path_and_name.to_owned()))
}

/// The device with that serial number.
pub fn mfa_device(tx: &Tx, serial_number: &str) -> Result<Option<MfaDevice>, StoreError> {
    match mfa_key(serial_number) {
        Some(key) => tx.get::<MfaDevices>(&key),
        None => Ok(None),
    }
}

impl MfaDevice {
    /// Its ARN.
    pub fn serial_number(&self) -> String {
        format!("arn:{}:iam::{}:mfa{}{}", self.partition, self.account, self.path, self.name)
    }

    /// Its row's key.
    pub fn key(&self) -> EntityKey {
        (self.partition.clone(), self.account.clone(), format!("{}{}", self.path, self.name))
    }

    /// The step of a code that is right at one of these times and was not used before. Whoever accepts it stores the step
    /// as [`MfaDevice::last_step`]. `at_ms`: the virtual time, and the real one, by which real devices count.
    pub fn accepts(&self, code: &str, at_ms: &[i64]) -> Option<i64> {
        let secret = base32(&self.seed)?;
        let near = at_ms.iter().map(|t| t.div_euclid(STEP_MS) + self.drift_steps);
        near.flat_map(|step| [step, step - TOLERANCE, step + TOLERANCE])
            .find(|step| *step > self.last_step && code_at(&secret, *step) == code)
    }

    /// The step of the second of two codes in a row, and the drift of the device's clock that they tell.
    pub fn accepts_pair(&self, first: &str, second: &str, at_ms: &[i64]) -> Option<(i64, i64)> {
        let secret = base32(&self.seed)?;
        at_ms.iter().map(|t| t.div_euclid(STEP_MS)).find_map(|now| {
            (now - WIDE_TOLERANCE..=now + WIDE_TOLERANCE)
                .find(|s| code_at(&secret, *s) == first && code_at(&secret, *s + 1) == second)
                .map(|step| (step + 1, step + 1 - now))
        })
    }

    /// The code that the device shows at that time, if its clock is right.
    pub fn code(&self, at_ms: i64) -> Option<String> {
        base32(&self.seed).map(|secret| code_at(&secret, at_ms.div_euclid(STEP_MS)))
    }
}

fn code_at(secret: &[u8], step: i64) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret).expect("HMAC takes keys of any length");
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let at = usize::from(digest[19] & 15);
    let word = u32::from_be_bytes([digest[at], digest[at + 1], digest[at + 2], digest[at + 3]]);
    format!("{:06}", (word & 0x7fff_ffff) % 1_000_000)
}

/// The bytes of a text in base 32 without padding.
fn base32(text: &str) -> Option<Vec<u8>> {
    let (mut bits, mut have, mut out) = (0u32, 0, Vec::with_capacity(text.len() * 5 / 8));
    for c in text.bytes() {
        let value = match c {
            b'A'..=b'Z' => c - b'A',
            b'2'..=b'7' => c - b'2' + 26,
            _ => return None,
        };
        bits = bits << 5 | u32::from(value);
        have += 5;
        if have >= 8 {
            have -= 8;
            out.push((bits >> have) as u8);
            bits &= (1 << have) - 1;
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// "12345678901234567890" in base 32: the secret of RFC 6238's appendix B.
    const SEED: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    fn device() -> MfaDevice {
        MfaDevice { seed: SEED.to_owned(), last_step: -1, ..MfaDevice::default() }
    }

    #[test]
    fn codes_of_the_rfc() {
        // RFC 6238, appendix B: the last six of the eight digits there.
        for (at_s, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            assert_eq!(device().code(at_s * 1_000).as_deref(), Some(code));
            assert!(device().accepts(code, &[at_s * 1_000]).is_some());
        }
        assert_eq!(device().accepts("287082", &[200_000]), None);
    }

    #[test]
    fn no_code_is_good_twice() {
        let mut d = device();
        d.last_step = d.accepts("287082", &[59_000]).expect("it is right");
        assert_eq!(d.accepts("287082", &[59_000]), None);
    }

    #[test]
    fn two_codes_in_a_row_tell_the_drift() {
        let mut d = device();
        let (a, b) = (d.code(600_000).expect("a seed"), d.code(630_000).expect("a seed"));
        let (step, drift) = d.accepts_pair(&a, &b, &[0]).expect("ten minutes ahead");
        assert_eq!((step, drift), (21, 21));
        assert_eq!(d.accepts_pair(&b, &a, &[0]), None);
        d.drift_steps = drift;
        let later = d.code(700_000).expect("a seed");
        assert!(d.accepts(&later, &[70_000]).is_some());
    }

    #[test]
    fn keys_come_from_serial_numbers() {
        let d = MfaDevice {
            partition: "aws".into(),
            account: "111122223333".into(),
            path: "/a/".into(),
            name: "Phone".into(),
            ..device()
        };
        assert_eq!(mfa_key(&d.serial_number()), Some(d.key()));
        assert_eq!(mfa_key("GAHT12345678"), None);
        assert_eq!(mfa_key("arn:aws:iam::111122223333:user/x"), None);
    }
}
