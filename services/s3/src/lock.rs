//! Object lock: versions that nobody deletes before their time. A *retention* ends by the clock: in governance mode whoever has
//! `s3:BypassGovernanceRetention` and says so may end it early, in compliance mode nobody may. A *legal hold* ends when it is
//! taken off.
//! Source: S3 user guide, "Locking objects with Object Lock"; texts recorded.

use codec::{Fault, Timestamp, Value};
use kernel::{Cx, Target};
use shapes_s3::ObjectLockConfiguration;

use crate::state::{Bucket, Version};
use crate::{err, settings};

pub(crate) const GOVERNANCE: &str = "GOVERNANCE";
pub(crate) const COMPLIANCE: &str = "COMPLIANCE";
const DAY_MS: i64 = 86_400_000;

/// What a write says about the lock of its version.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Asked<'a> {
    pub(crate) mode: Option<&'a str>,
    pub(crate) until: Option<Timestamp>,
    pub(crate) legal_hold: Option<&'a str>,
}

impl Asked<'_> {
    /// Whether it says anything.
    pub(crate) fn is_some(&self) -> bool {
        self.mode.is_some() || self.until.is_some() || self.legal_hold.is_some()
    }

    /// Checks what can be checked without the bucket.
    ///
    /// Errors: `InvalidArgument`.
    pub(crate) fn check(&self, now_ms: i64) -> Result<(), Fault> {
        let both = "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied";
        match (self.mode, self.until) {
            (Some(_), None) => {
                return Err(Fault::new("InvalidArgument", 400, both)
                    .with_field("ArgumentName", name("x-amz-object-lock-retain-until-date")));
            }
            (None, Some(_)) => {
                return Err(Fault::new("InvalidArgument", 400, both)
                    .with_field("ArgumentName", name("x-amz-object-lock-mode")));
            }
            (Some(mode), Some(until)) => {
                if mode != GOVERNANCE && mode != COMPLIANCE {
                    let text = "Unknown wormMode directive.";
                    return Err(err::invalid_argument(text, "x-amz-object-lock-mode", mode));
                }
                check_future("x-amz-object-lock-retain-until-date", until, now_ms)?;
            }
            (None, None) => {}
        }
        match self.legal_hold {
            None | Some("ON" | "OFF") => Ok(()),
            Some(other) => {
                let text = "Legal Hold must be either of 'ON' or 'OFF'";
                Err(err::invalid_argument(text, "x-amz-object-lock-legal-hold", other))
            }
        }
    }

    /// Puts the lock on a new version: what the write says, or else the bucket's default retention.
    ///
    /// Errors: `InvalidRequest` where the bucket has no object lock.
    pub(crate) fn apply(&self, cx: &Cx, bucket: &Bucket, new: &mut Version) -> Result<(), Fault> {
        if !bucket.object_lock {
            return if self.is_some() { Err(missing()) } else { Ok(()) };
        }
        new.legal_hold = self.legal_hold.map(|hold| hold == "ON");
        if let (Some(mode), Some(until)) = (self.mode, self.until) {
            new.lock_mode = Some(mode.to_owned());
            new.lock_until_ms = Some(until.epoch_ms);
        } else if let Some((mode, until_ms)) = default(cx, bucket)? {
            new.lock_mode = Some(mode);
            new.lock_until_ms = Some(until_ms);
        }
        Ok(())
    }

    /// The permissions that a write with a lock needs besides its own.
    pub(crate) fn targets(&self, target: &Target) -> Vec<Target> {
        let mut all = Vec::new();
        if let Some(mode) = self.mode {
            let one = target.clone().action("s3:PutObjectRetention");
            all.push(one.key("s3:object-lock-mode", vec![mode.to_owned()]));
        }
        if let Some(hold) = self.legal_hold {
            let one = target.clone().action("s3:PutObjectLegalHold");
            all.push(one.key("s3:object-lock-legal-hold", vec![hold.to_owned()]));
        }
        all
    }
}

fn name(text: &str) -> Value {
    Value::String(text.to_owned())
}

/// Errors: `InvalidArgument`: a time that is over.
pub(crate) fn check_future(argument: &str, until: Timestamp, now_ms: i64) -> Result<(), Fault> {
    if until.epoch_ms > now_ms {
        return Ok(());
    }
    let text = "The retain until date must be in the future!";
    Err(err::invalid_argument(text, argument, &pacific(until.epoch_ms)))
}

/// The bucket's default retention of a version that is written now.
fn default(cx: &Cx, bucket: &Bucket) -> Result<Option<(String, i64)>, Fault> {
    let Some(retention) = config(cx, bucket)?.and_then(|c| c.rule).and_then(|r| r.default_retention) else {
        return Ok(None);
    };
    let Some(mode) = retention.mode else { return Ok(None) };
    let days = match (retention.days, retention.years) {
        (Some(days), _) => i64::from(days),
        (None, years) => i64::from(years.unwrap_or(0)) * 365,
    };
    Ok(Some((mode, cx.now_ms + days * DAY_MS)))
}

/// The configuration that was put, if any.
pub(crate) fn config(cx: &Cx, bucket: &Bucket) -> Result<Option<ObjectLockConfiguration>, Fault> {
    settings::get(cx, bucket, settings::OBJECT_LOCK, "")
}

/// A bucket without object lock was asked about locks of its objects.
pub(crate) fn missing() -> Fault {
    err::invalid_request("Bucket is missing Object Lock Configuration")
}

/// What is to be locked has to come with a digest: whether its request said what it is. Source: S3 API reference, PutObject; the text widely quoted.
pub(crate) fn check_said(new: &Version, is_said: bool) -> Result<(), Fault> {
    if is_said || (new.lock_mode.is_none() && new.legal_hold != Some(true)) {
        return Ok(());
    }
    Err(err::invalid_request(
        "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters",
    ))
}

/// The version is locked.
pub(crate) fn protected() -> Fault {
    Fault::new("AccessDenied", 403, "Access Denied because object protected by object lock.")
}

/// Whether a version may not go at that time. `bypass`: governance doesn't hold it.
pub(crate) fn is_locked(version: &Version, now_ms: i64, bypass: bool) -> bool {
    if version.legal_hold == Some(true) {
        return true;
    }
    let until_ms = version.lock_until_ms.unwrap_or(i64::MIN);
    until_ms > now_ms && !(bypass && version.lock_mode.as_deref() == Some(GOVERNANCE))
}

/// The permission that a request needs which wants to bypass governance.
pub(crate) fn bypass_target(target: &Target) -> Target {
    target.clone().action("s3:BypassGovernanceRetention")
}

/// A moment as Java prints it on a clock of the Pacific coast, which is how AWS quotes such arguments.
fn pacific(epoch_ms: i64) -> String {
    let summer = is_summer(epoch_ms.div_euclid(1_000));
    let (offset_s, zone) = if summer { (-7 * 3_600, "PDT") } else { (-8 * 3_600, "PST") };
    let local = Timestamp { epoch_ms: epoch_ms + offset_s * 1_000 }.http_date();
    // `Tue, 31 Dec 2019 16:00:00 GMT`
    let parts: Vec<&str> = local.split([' ', ',']).filter(|p| !p.is_empty()).collect();
    match parts[..] {
        [weekday, day, month, year, time, _] => format!("{weekday} {month} {day} {time} {zone} {year}"),
        _ => local,
    }
}

/// Second Sunday of March to first Sunday of November, at two o'clock. Source: Energy Policy Act of 2005.
fn is_summer(epoch_s: i64) -> bool {
    let year = Timestamp { epoch_ms: epoch_s * 1_000 }.iso8601(false)[..4].parse::<i64>().unwrap_or(1970);
    let at = |month: &str, nth: i64, hour_utc: i64| -> i64 {
        let first = Timestamp::parse(&format!("{year:04}-{month}-01T00:00:00Z"))
            .map_or(0, |t| t.epoch_ms / 86_400_000);
        // 1 January 1970 was a Thursday: Sundays are the days of remainder 3.
        let first_sunday = first + (3 - first).rem_euclid(7);
        (first_sunday + (nth - 1) * 7) * 86_400 + hour_utc * 3_600
    };
    (at("03", 2, 10)..at("11", 1, 9)).contains(&epoch_s)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_quoted_as_aws_quotes_them() {
        // Recorded: a retention until 2020-01-01T00:00:00Z.
        assert_eq!(pacific(1_577_836_800_000), "Tue Dec 31 16:00:00 PST 2019");
        assert_eq!(pacific(1_593_561_600_000), "Tue Jun 30 17:00:00 PDT 2020");
        // Summer of 2020: 8 March to 1 November, 02:00.
        assert!(!is_summer(1_583_661_599) && is_summer(1_583_661_600));
        assert!(is_summer(1_604_221_199) && !is_summer(1_604_221_200));
    }

    #[test]
    fn locks_hold_by_mode_and_time() {
        let with = |mode: &str, hold| Version {
            lock_mode: Some(mode.to_owned()),
            lock_until_ms: Some(100),
            legal_hold: hold,
            ..Version::default()
        };
        assert!(is_locked(&with(GOVERNANCE, None), 99, false));
        assert!(!is_locked(&with(GOVERNANCE, None), 99, true));
        assert!(!is_locked(&with(GOVERNANCE, None), 100, false));
        assert!(is_locked(&with(COMPLIANCE, None), 99, true));
        assert!(!is_locked(&with(COMPLIANCE, Some(false)), 100, false));
        assert!(is_locked(&with(COMPLIANCE, Some(true)), 100, true));
    }
}
