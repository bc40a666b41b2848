//! Checking a claim: its time, its scope, and its signature against a key.
//! Whether the key exists and the session is alive are the caller's questions.

use http::request::Parts;

use crate::canonical::{Spelling, canonical_request, hex, string_to_sign};
use crate::claim::{Claim, PayloadHash};
use crate::error::{Mismatch, ScopeFault, SigError};
use crate::key::Key;

/// How a service family reads Signature Version 4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Normalise the path and encode it twice.
    pub double_encode_path: bool,
    /// How far a request's date may lie from now, in seconds.
    pub skew_s: i64,
    /// The body of a presigned request is not signed, and every `x-amz-*` header must be.
    pub s3: bool,
}

impl Rules {
    /// Every service but S3. Source: IAM user guide, "a request must reach AWS within five minutes of the time stamp".
    pub const COMMON: Rules = Rules { double_encode_path: true, skew_s: 5 * 60, s3: false };
    /// S3 and S3 Control. Source: S3 API reference, `RequestTimeTooSkewed` (15 minutes).
    pub const S3: Rules = Rules { double_encode_path: false, skew_s: 15 * 60, s3: true };

    /// Those of the services that sign by that name.
    pub fn of(signing_name: &str) -> Rules {
        if signing_name == "s3" { Rules::S3 } else { Rules::COMMON }
    }
}

impl Claim {
    /// Checks the request's date against clocks: it is in time if any of them says so (or if there is none).
    ///
    /// Errors: `Expired`, `NotYetCurrent`, told by the first clock.
    pub fn check_time(&self, now_ms: &[i64], rules: Rules) -> Result<(), SigError> {
        let mut first = None;
        for now_ms in now_ms {
            match self.check_one_time(*now_ms, rules) {
                Ok(()) => return Ok(()),
                Err(e) => first = first.or(Some(e)),
            }
        }
        first.map_or(Ok(()), Err)
    }

    fn check_one_time(&self, now_ms: i64, rules: Rules) -> Result<(), SigError> {
        let age_ms = now_ms.saturating_sub(self.amz_date_ms);
        let signed_ms = self.amz_date_ms;
        if age_ms < -rules.skew_s * 1000 {
            return Err(SigError::NotYetCurrent { signed_ms, now_ms, window_s: rules.skew_s });
        }
        let (window_s, presigned) = match self.presigned {
            Some(expires) => (expires.seconds as i64, true),
            None => (rules.skew_s, false),
        };
        if age_ms > window_s * 1000 {
            return Err(SigError::Expired { signed_ms, now_ms, window_s, presigned });
        }
        Ok(())
    }

    /// Checks the credential's scope: whether the caller knows the region (and serves it here), and the signing name.
    ///
    /// Errors: `Scope`, with every fault at once.
    pub fn check_scope(&self, region_is_valid: bool, service: &str) -> Result<(), SigError> {
        let day = self.amz_date.get(..8).unwrap_or_default();
        let sound = region_is_valid
            && self.service == service
            && self.terminator == "aws4_request"
            && self.date == day;
        if sound {
            return Ok(());
        }
        let mut faults = Vec::new();
        if !region_is_valid {
            let got = self.region_set.as_ref().unwrap_or(&self.region).clone();
            faults.push(ScopeFault::Region { got });
        }
        if self.service != service {
            faults.push(ScopeFault::Service { expected: service.to_owned() });
        }
        if self.terminator != "aws4_request" {
            faults.push(ScopeFault::Terminator { got: self.terminator.clone() });
        }
        if self.date != day {
            faults.push(ScopeFault::Date { got: self.date.clone(), amz_date: self.amz_date.clone() });
        }
        Err(SigError::Scope(faults))
    }
}

/// Checks a claim's signature over a request head.
///
/// `body_sha256` is the hash of the body as sent, or `None` while a streamed body is not there yet; then a hash
/// that the client announced is trusted here and must be checked when the body has come.
///
/// Errors: `HeadersNotSigned` (S3), `PayloadMismatch`, `Mismatch`.
pub fn verify(
    claim: &Claim,
    head: &Parts,
    body_sha256: Option<&[u8; 32]>,
    key: &Key,
    rules: Rules,
) -> Result<(), SigError> {
    if rules.s3 {
        all_amz_headers_signed(claim, head)?;
    }
    if claim.region_set.is_some() && claim.presigned.is_none() && !claim.signs(REGION_SET) {
        return Err(SigError::HeadersNotSigned { names: REGION_SET.to_owned() });
    }
    if let (PayloadHash::Hex(said), Some(found)) = (&claim.payload, body_sha256)
        && said != found
    {
        return Err(SigError::PayloadMismatch);
    }
    let mut work = Work { claim, head, body_sha256, rules, scope: claim.scope(), buffer: Vec::new() };
    let query = head.uri.query().unwrap_or("");
    let plus_may_be_plus = query.contains('+');
    let token_may_be_outside = claim.presigned.is_some() && query.contains("X-Amz-Security-Token");
    for plus_is_plus in [false, true] {
        for skip_token in [false, true] {
            let worth_trying = (plus_may_be_plus || !plus_is_plus) && (token_may_be_outside || !skip_token);
            if worth_trying && work.matches(key, plus_is_plus, skip_token) {
                return Ok(());
            }
        }
    }
    Err(SigError::Mismatch(Box::new(work.explain())))
}

/// One verification's inputs and its buffer, which holds the canonical request and then the string to sign.
struct Work<'a> {
    claim: &'a Claim,
    head: &'a Parts,
    body_sha256: Option<&'a [u8; 32]>,
    rules: Rules,
    scope: String,
    buffer: Vec<u8>,
}

impl Work<'_> {
    fn matches(&mut self, key: &Key, plus_is_plus: bool, skip_token: bool) -> bool {
        let end = self.canonical(plus_is_plus, skip_token);
        let (canonical, _) = self.buffer.split_at(end);
        let mut text = Vec::with_capacity(192);
        string_to_sign(&mut text, self.claim.algorithm(), &self.claim.amz_date, &self.scope, canonical);
        key.holds(&text, &self.claim.signature)
    }

    fn canonical(&mut self, plus_is_plus: bool, skip_token: bool) -> usize {
        self.buffer.clear();
        self.buffer.reserve(512);
        let how = Spelling {
            double_encode_path: self.rules.double_encode_path,
            plus_is_plus,
            skip_token,
            presigned: self.claim.presigned.is_some(),
        };
        let (hashed, streaming);
        let payload: &[u8] = match &self.claim.payload {
            PayloadHash::Hex(hash) => {
                hashed = hex(hash);
                &hashed
            }
            PayloadHash::Unsigned => b"UNSIGNED-PAYLOAD",
            PayloadHash::StreamingSigned { trailer } => {
                let tail = if *trailer { "-PAYLOAD-TRAILER" } else { "-PAYLOAD" };
                streaming = ["STREAMING-", self.claim.algorithm(), tail].concat();
                streaming.as_bytes()
            }
            PayloadHash::StreamingUnsignedTrailer => b"STREAMING-UNSIGNED-PAYLOAD-TRAILER",
            PayloadHash::None if self.rules.s3 && how.presigned => b"UNSIGNED-PAYLOAD",
            PayloadHash::None => {
                hashed = hex(self.body_sha256.unwrap_or(&EMPTY_SHA256));
                &hashed
            }
        };
        canonical_request(&mut self.buffer, self.head, &self.claim.signed_headers, payload, how);
        self.buffer.len()
    }

    fn explain(mut self) -> Mismatch {
        self.canonical(false, false);
        let mut text = Vec::new();
        string_to_sign(&mut text, self.claim.algorithm(), &self.claim.amz_date, &self.scope, &self.buffer);
        Mismatch {
            canonical_request: String::from_utf8_lossy(&self.buffer).into_owned(),
            string_to_sign: String::from_utf8_lossy(&text).into_owned(),
            access_key_id: self.claim.access_key_id.clone(),
            signature: self.claim.signature.clone(),
        }
    }
}

/// The header that says in which regions a signature of version 4A is good.
const REGION_SET: &str = "x-amz-region-set";
/// The SHA-256 of nothing.
pub(crate) const EMPTY_SHA256: [u8; 32] = [
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27,
    0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
];

fn all_amz_headers_signed(claim: &Claim, head: &Parts) -> Result<(), SigError> {
    // A presigned URL's parameters are signed in the query; the hash header alone may be added later.
    let free = |name: &str| claim.presigned.is_some() && name == "x-amz-content-sha256";
    let mut missing: Vec<&str> = Vec::new();
    for name in head.headers.keys().map(|n| n.as_str()) {
        if name.starts_with("x-amz-") && !claim.signs(name) && !free(name) {
            missing.push(name);
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    Err(SigError::HeadersNotSigned { names: missing.join(", ") })
}
