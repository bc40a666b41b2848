//! What a request says about its own signature, read from the `Authorization` header or from a presigned query.
//! Nothing here is checked against a key or a clock yet.
//!
//! Source: IAM user guide, "Elements of an AWS API request signature"; S3 API reference, "Using Query Parameters".

use http::header::{AUTHORIZATION, DATE};
use http::request::Parts;

use crate::canonical::{
    X_AMZ_CONTENT_SHA256, X_AMZ_DATE, X_AMZ_REGION_SET, X_AMZ_SECURITY_TOKEN, decode, header, unhex,
};
use crate::date::{format_amz_date, parse_amz_date, parse_date_header};
use crate::error::SigError;
use crate::v2::{self, V2};
use crate::v4a;

pub(crate) const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// Seven days, the longest life of a presigned request.
const LONGEST_EXPIRES_S: u64 = 604_800;

/// A request's claim to have been signed by the holder of an access key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The access key id, first element of the credential.
    pub access_key_id: String,
    /// The scope's day, `YYYYMMDD`.
    pub date: String,
    /// The scope's region; empty with version 4A, whose scope has none.
    pub region: String,
    /// Set when the request is signed with version 4A: the regions that it is good in, as sent.
    pub region_set: Option<String>,
    /// The scope's service, the signing name.
    pub service: String,
    /// The scope's last element, `aws4_request` in a sound request.
    pub terminator: String,
    /// The signed header names as sent, separated by `;`.
    pub signed_headers: String,
    /// The signature as sent, hexadecimal.
    pub signature: String,
    /// The moment of signing as sent, `YYYYMMDDTHHMMSSZ`.
    pub amz_date: String,
    /// The moment of signing.
    pub amz_date_ms: i64,
    /// The session token of temporary credentials.
    pub security_token: Option<String>,
    /// Set when the request is presigned: how long it stays good.
    pub presigned: Option<Expires>,
    /// What the request says about its body.
    pub payload: PayloadHash,
    /// Set when the request is signed with version 2, which has no scope.
    pub v2: Option<V2>,
}

/// How long a presigned request stays good, in seconds from its date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expires {
    /// `X-Amz-Expires`; non-S3 signers may leave it out, which counts as 15 minutes.
    pub seconds: u64,
}

/// What `x-amz-content-sha256` says about the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PayloadHash {
    /// The body has this hash.
    Hex([u8; 32]),
    /// The body is not covered by the signature.
    Unsigned,
    /// The body comes in signed chunks, perhaps with signed trailers.
    StreamingSigned {
        /// Whether trailers follow the last chunk.
        trailer: bool,
    },
    /// The body comes in unsigned chunks with trailers.
    StreamingUnsignedTrailer,
    /// Nothing was said: the body's own hash counts.
    None,
}

impl PayloadHash {
    fn read(text: Option<&str>, algorithm: &str) -> Result<PayloadHash, SigError> {
        let signed = text.and_then(|t| t.strip_prefix("STREAMING-")?.strip_prefix(algorithm));
        match signed {
            Some("-PAYLOAD") => return Ok(PayloadHash::StreamingSigned { trailer: false }),
            Some("-PAYLOAD-TRAILER") => return Ok(PayloadHash::StreamingSigned { trailer: true }),
            _ => {}
        }
        Ok(match text {
            None => PayloadHash::None,
            Some("UNSIGNED-PAYLOAD") => PayloadHash::Unsigned,
            Some("STREAMING-UNSIGNED-PAYLOAD-TRAILER") => PayloadHash::StreamingUnsignedTrailer,
            Some(hex) => PayloadHash::Hex(unhex(hex).ok_or(SigError::PayloadHashInvalid)?),
        })
    }
}

impl Claim {
    /// The credential scope, `date/region/service/aws4_request`; with version 4A without the region.
    pub fn scope(&self) -> String {
        match self.region_set {
            None => [&*self.date, &*self.region, &*self.service, "aws4_request"].join("/"),
            Some(_) => [&*self.date, &*self.service, "aws4_request"].join("/"),
        }
    }

    /// What the string to sign begins with.
    pub(crate) fn algorithm(&self) -> &'static str {
        if self.region_set.is_some() { v4a::ALGORITHM } else { ALGORITHM }
    }

    /// Whether a header is among the signed ones.
    pub fn signs(&self, name: &str) -> bool {
        self.signed_headers.split(';').any(|s| s.eq_ignore_ascii_case(name))
    }
}

/// Reads a request's claim; `None` when the request is signed with neither version 4 nor version 2.
pub fn parse(head: &Parts) -> Result<Option<Claim>, SigError> {
    let authorization =
        header(&head.headers, &AUTHORIZATION).map(str::trim).filter(|a| a.starts_with("AWS4-"));
    let query = head.uri.query().filter(|q| q.contains("X-Amz-"));
    let presigned = query.and_then(Presigned::read);
    match (authorization, presigned) {
        (None, None) => v2::parse(head),
        (Some(_), Some(_)) => Err(SigError::TwoMechanisms),
        (Some(authorization), None) => from_header(head, authorization).map(Some),
        (None, Some(query)) => from_query(head, query).map(Some),
    }
}

fn from_header(head: &Parts, authorization: &str) -> Result<Claim, SigError> {
    let (algorithm, rest) = authorization.split_once([' ', ',']).unwrap_or((authorization, ""));
    let (mut credential, mut signed_headers, mut signature) = (None, None, None);
    for part in parts(rest) {
        let Some((name, value)) = part.split_once('=') else {
            let (part, all) = (part.to_owned(), authorization.to_owned());
            return Err(SigError::NotKeyValue { part, authorization: all });
        };
        match name {
            "Credential" => credential = Some(value),
            "SignedHeaders" => signed_headers = Some(value),
            "Signature" => signature = Some(value),
            _ => {}
        }
    }
    let date = header(&head.headers, &X_AMZ_DATE).or_else(|| header(&head.headers, &DATE));
    let (Some(credential), Some(signature), Some(signed_headers), Some(date)) =
        (credential, signature, signed_headers, date)
    else {
        let given = [credential.is_some(), signature.is_some(), signed_headers.is_some(), date.is_some()];
        return Err(SigError::HeaderIncomplete { given, authorization: authorization.to_owned() });
    };
    Fields {
        algorithm,
        credential,
        signature,
        signed_headers,
        date,
        token: header(&head.headers, &X_AMZ_SECURITY_TOKEN).map(str::to_owned),
        region_set: header(&head.headers, &X_AMZ_REGION_SET).map(str::to_owned),
        presigned: None,
        payload: PayloadHash::read(header(&head.headers, &X_AMZ_CONTENT_SHA256), algorithm)?,
    }
    .claim()
}

/// What commas and spaces separate. Bytes, not characters, are looked at: every request comes through here.
fn parts(list: &str) -> impl Iterator<Item = &str> {
    let mut rest = list;
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let end = rest.bytes().position(|b| matches!(b, b',' | b' ')).unwrap_or(rest.len());
            let part = rest[..end].trim_ascii();
            rest = rest.get(end + 1..).unwrap_or_default();
            if !part.is_empty() {
                return Some(part);
            }
        }
        None
    })
}

fn from_query(head: &Parts, q: Presigned) -> Result<Claim, SigError> {
    let given = [
        q.algorithm.is_some(),
        q.credential.is_some(),
        q.signature.is_some(),
        q.signed_headers.is_some(),
        q.date.is_some(),
    ];
    let (Some(algorithm), Some(credential), Some(signature), Some(signed_headers), Some(date)) =
        (q.algorithm, q.credential, q.signature, q.signed_headers, q.date)
    else {
        return Err(SigError::QueryIncomplete { given });
    };
    let seconds = match &q.expires {
        None => 15 * 60,
        Some(text) => text.parse::<u64>().map_err(|_| SigError::ExpiresInvalid)?,
    };
    if seconds > LONGEST_EXPIRES_S {
        return Err(SigError::ExpiresTooLong);
    }
    let in_header = header(&head.headers, &X_AMZ_CONTENT_SHA256);
    let payload = q.content_sha256.as_deref().or(in_header);
    Fields {
        algorithm: &algorithm,
        credential: &credential,
        signature: &signature,
        signed_headers: &signed_headers,
        date: &date,
        token: q.token.or_else(|| header(&head.headers, &X_AMZ_SECURITY_TOKEN).map(str::to_owned)),
        region_set: q.region_set,
        presigned: Some(Expires { seconds }),
        payload: PayloadHash::read(payload, &algorithm)?,
    }
    .claim()
}

/// The fields of a claim before they are taken apart, from whichever place.
struct Fields<'a> {
    algorithm: &'a str,
    credential: &'a str,
    signature: &'a str,
    signed_headers: &'a str,
    date: &'a str,
    token: Option<String>,
    region_set: Option<String>,
    presigned: Option<Expires>,
    payload: PayloadHash,
}

impl Fields<'_> {
    fn claim(self) -> Result<Claim, SigError> {
        // Mostly the date already has the form that is wanted.
        let (amz_date_ms, amz_date) = match (parse_amz_date(self.date), self.presigned) {
            (Some(ms), _) => (ms, self.date.to_owned()),
            (None, None) if let Some(ms) = parse_date_header(self.date) => (ms, format_amz_date(ms)),
            _ => return Err(SigError::DateInvalid { got: self.date.to_owned() }),
        };
        if !self.signed_headers.split(';').any(|h| h.eq_ignore_ascii_case("host")) {
            return Err(SigError::HostNotSigned);
        }
        // A set that isn't there holds no region, which is refused as a wrong region is.
        let region_set = match self.algorithm {
            ALGORITHM => None,
            v4a::ALGORITHM => Some(self.region_set.unwrap_or_default()),
            other => return Err(SigError::AlgorithmUnsupported { got: other.to_owned() }),
        };
        let malformed = || SigError::CredentialMalformed { got: self.credential.to_owned() };
        let mut elements = self.credential.trim_end_matches('/').split('/').map(str::to_owned);
        let mut next = || elements.next().ok_or_else(malformed);
        let (access_key_id, date) = (next()?, next()?);
        let region = if region_set.is_some() { String::new() } else { next()? };
        let (service, terminator) = (next()?, next()?);
        if elements.next().is_some() {
            return Err(malformed());
        }
        Ok(Claim {
            access_key_id,
            date,
            region,
            region_set,
            service,
            terminator,
            signed_headers: self.signed_headers.to_owned(),
            signature: self.signature.to_owned(),
            amz_date,
            amz_date_ms,
            security_token: self.token,
            presigned: self.presigned,
            payload: self.payload,
            v2: None,
        })
    }
}

/// The query parameters of a presigned request, decoded.
#[derive(Default)]
struct Presigned {
    algorithm: Option<String>,
    credential: Option<String>,
    date: Option<String>,
    expires: Option<String>,
    signed_headers: Option<String>,
    signature: Option<String>,
    token: Option<String>,
    region_set: Option<String>,
    content_sha256: Option<String>,
}

impl Presigned {
    /// Reads the parameters; `None` when neither the algorithm nor the signature says that this is presigned.
    fn read(query: &str) -> Option<Presigned> {
        let mut p = Presigned::default();
        for pair in query.split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let slot = match name {
                "X-Amz-Algorithm" => &mut p.algorithm,
                "X-Amz-Credential" => &mut p.credential,
                "X-Amz-Date" => &mut p.date,
                "X-Amz-Expires" => &mut p.expires,
                "X-Amz-SignedHeaders" => &mut p.signed_headers,
                "X-Amz-Signature" => &mut p.signature,
                "X-Amz-Security-Token" => &mut p.token,
                "X-Amz-Region-Set" => &mut p.region_set,
                "X-Amz-Content-Sha256" => &mut p.content_sha256,
                _ => continue,
            };
            *slot = Some(String::from_utf8_lossy(&decode(value, false)).into_owned());
        }
        (p.algorithm.is_some() || p.signature.is_some()).then_some(p)
    }
}
