//! The conditions under which a signature is refused, and AWS's text for each.
//! The code and status per family of services are in `codes.rs`.
//!
//! Sources of texts: IAM user guide, "Troubleshoot signed requests for AWS APIs"; S3 API reference, "Error responses";
//! answers of AWS quoted in public issues (aws-sdk-js 254, chalice 828, boto3 1752, AWS.jl 565), and DynamoDB's
//! answers noted by the authors of dynalite.

use crate::codes::Family;
use crate::date::format_amz_date;

/// Why a request's authentication is refused.
///
/// The first group comes from this crate; the second is for callers, who know keys and sessions, so that their
/// refusals have codes and texts from the same table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SigError {
    /// Both an `Authorization` header and presigning parameters.
    TwoMechanisms,
    /// A part of the `Authorization` header has no equals sign.
    NotKeyValue {
        /// The part.
        part: String,
        /// The header as sent.
        authorization: String,
    },
    /// Parts of the `Authorization` header are missing.
    HeaderIncomplete {
        /// Whether Credential, Signature, SignedHeaders and a date are there.
        given: [bool; 4],
        /// The header as sent.
        authorization: String,
    },
    /// Presigning parameters are missing.
    QueryIncomplete {
        /// Whether Algorithm, Credential, Signature, SignedHeaders and Date are there.
        given: [bool; 5],
    },
    /// `X-Amz-Expires` is no number.
    ExpiresInvalid,
    /// `X-Amz-Expires` is longer than a week.
    ExpiresTooLong,
    /// The date is none.
    DateInvalid {
        /// The date as sent.
        got: String,
    },
    /// An algorithm other than `AWS4-HMAC-SHA256`.
    AlgorithmUnsupported {
        /// The algorithm as sent.
        got: String,
    },
    /// The credential does not have five elements.
    CredentialMalformed {
        /// The credential as sent.
        got: String,
    },
    /// The host is not among the signed headers.
    HostNotSigned,
    /// Headers that must be signed are not (S3: every `x-amz-*` header sent).
    HeadersNotSigned {
        /// Their names, joined by `, `.
        names: String,
    },
    /// `x-amz-content-sha256` is neither a hash nor a known word.
    PayloadHashInvalid,
    /// The body does not have the hash that was signed.
    PayloadMismatch,
    /// The credential's scope does not fit the request.
    Scope(Vec<ScopeFault>),
    /// The request was signed too long ago.
    Expired {
        /// When it was signed.
        signed_ms: i64,
        /// Now, by the first clock.
        now_ms: i64,
        /// How old a request may be.
        window_s: i64,
        /// Whether it is a presigned request past its own expiry.
        presigned: bool,
    },
    /// The request was signed in the future.
    NotYetCurrent {
        /// When it was signed.
        signed_ms: i64,
        /// Now, by the first clock.
        now_ms: i64,
        /// How far ahead a request may be.
        window_s: i64,
    },
    /// An `Authorization` header of version 2 has no signature.
    V2Malformed,
    /// Presigning parameters of version 2 are missing.
    V2QueryIncomplete,
    /// `Expires` of version 2 is no number.
    V2ExpiresInvalid {
        /// As sent.
        got: String,
    },
    /// A request that was presigned with version 2 is past its time.
    V2Expired {
        /// When that was.
        expires_ms: i64,
        /// Now, by the first clock.
        now_ms: i64,
    },
    /// The signature is not the one that the secret gives.
    Mismatch(Box<Mismatch>),
    /// A chunk's or trailer's signature is not the one that the key gives.
    ChunkMismatch,

    /// The request is not signed although it must be.
    Missing,
    /// The access key id is unknown.
    UnknownKey,
    /// The session token is not one for this access key, or is missing.
    TokenInvalid,
    /// The session token has expired.
    TokenExpired,
}

/// What was computed where a signature did not match.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mismatch {
    /// The canonical request; empty for version 2, which has none.
    pub canonical_request: String,
    /// The string to sign.
    pub string_to_sign: String,
    /// The access key id that was claimed.
    pub access_key_id: String,
    /// The signature as sent.
    pub signature: String,
}

/// One way in which a credential's scope does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScopeFault {
    /// The region does not exist or is not the endpoint's.
    Region {
        /// The region as sent.
        got: String,
    },
    /// The service is another one.
    Service {
        /// The signing name of the service that was reached.
        expected: String,
    },
    /// The last element is not `aws4_request`.
    Terminator {
        /// The element as sent.
        got: String,
    },
    /// The day is not the request date's.
    Date {
        /// The day as sent.
        got: String,
        /// The request's date.
        amz_date: String,
    },
}

impl SigError {
    /// AWS's text, as services of a family word it.
    pub fn text(&self, family: Family) -> String {
        match family {
            Family::S3 => self.s3_text(),
            Family::Ec2 => self.ec2_text(),
            Family::RestJson => match self {
                SigError::Mismatch(m) => format!("{MISMATCH}{}", m.long_text()),
                _ => self.common_text(),
            },
            Family::Query | Family::Json => self.common_text(),
        }
    }

    fn common_text(&self) -> String {
        match self {
            SigError::TwoMechanisms => {
                "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as \
                                        HTTP header."
                    .to_owned()
            }
            SigError::NotKeyValue { part, authorization } => format!(
                "'{part}' not a valid key=value pair (missing equal-sign) in Authorization header: \
                 '{authorization}'."
            ),
            SigError::HeaderIncomplete { given, authorization } => header_incomplete(given, authorization),
            SigError::QueryIncomplete { given } => query_incomplete(given),
            SigError::ExpiresInvalid => "X-Amz-Expires should be a number".to_owned(),
            SigError::ExpiresTooLong => EXPIRES_TOO_LONG.to_owned(),
            SigError::DateInvalid { got } => format!(
                "Date must be in ISO-8601 'basic format'. Got '{got}'. See http://en.wikipedia.org/wiki/ISO_8601"
            ),
            SigError::AlgorithmUnsupported { got } => {
                format!("Unsupported AWS 'algorithm': '{got}' (only AWS4-HMAC-SHA256 for now). ")
            }
            SigError::CredentialMalformed { got } => format!(
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, \
                 got '{got}'"
            ),
            SigError::HostNotSigned => {
                "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.".to_owned()
            }
            SigError::HeadersNotSigned { names } => {
                format!("There were headers present in the request which were not signed: {names}")
            }
            SigError::Scope(faults) => faults.iter().map(ScopeFault::text).collect(),
            SigError::Expired { signed_ms, now_ms, window_s, .. } => format!(
                "Signature expired: {} is now earlier than {} ({} - {} min.)",
                format_amz_date(*signed_ms),
                format_amz_date(now_ms.saturating_sub(window_s * 1000)),
                format_amz_date(*now_ms),
                window_s / 60
            ),
            SigError::NotYetCurrent { signed_ms, now_ms, window_s } => format!(
                "Signature not yet current: {} is still later than {} ({} + {} min.)",
                format_amz_date(*signed_ms),
                format_amz_date(now_ms.saturating_add(window_s * 1000)),
                format_amz_date(*now_ms),
                window_s / 60
            ),
            SigError::PayloadHashInvalid
            | SigError::PayloadMismatch
            | SigError::Mismatch(_)
            | SigError::V2Malformed
            | SigError::V2QueryIncomplete
            | SigError::V2ExpiresInvalid { .. }
            | SigError::V2Expired { .. }
            | SigError::ChunkMismatch => MISMATCH.to_owned(),
            SigError::Missing => "Request is missing Authentication Token".to_owned(),
            SigError::UnknownKey | SigError::TokenInvalid => {
                "The security token included in the request is invalid.".to_owned()
            }
            SigError::TokenExpired => "The security token included in the request is expired".to_owned(),
        }
    }

    fn ec2_text(&self) -> String {
        match self {
            SigError::Expired { .. } | SigError::NotYetCurrent { .. } | SigError::TokenExpired => {
                "Request has expired.".to_owned()
            }
            SigError::UnknownKey
            | SigError::TokenInvalid
            | SigError::Mismatch(_)
            | SigError::ChunkMismatch
            | SigError::PayloadHashInvalid
            | SigError::PayloadMismatch => {
                "AWS was not able to validate the provided access credentials".to_owned()
            }
            _ => self.common_text(),
        }
    }

    fn s3_text(&self) -> String {
        let text = match self {
            SigError::TwoMechanisms => {
                "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string \
                 parameter or the Authorization header should be specified"
            }
            SigError::NotKeyValue { .. } | SigError::HeaderIncomplete { .. } => {
                "The authorization header is malformed; the authorization header requires three components: \
                 Credential, SignedHeaders, and Signature."
            }
            SigError::QueryIncomplete { .. } => {
                "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, \
                 X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters."
            }
            SigError::DateInvalid { .. } => "AWS authentication requires a valid Date or x-amz-date header",
            SigError::AlgorithmUnsupported { .. } => {
                "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."
            }
            SigError::CredentialMalformed { .. } => {
                "The authorization header is malformed; the Credential is mal-formed; expecting \
                 \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\"."
            }
            SigError::HostNotSigned | SigError::HeadersNotSigned { .. } => {
                "There were headers present in the request which were not signed"
            }
            SigError::PayloadHashInvalid => {
                "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, \
                 STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 \
                 value."
            }
            SigError::PayloadMismatch => {
                "The provided 'x-amz-content-sha256' header does not match what was computed."
            }
            SigError::Scope(faults) => {
                let first = faults.first().map_or(String::new(), ScopeFault::s3_text);
                return format!("The authorization header is malformed; {first}");
            }
            SigError::V2Malformed => {
                "AWS authorization header is invalid.  Expected AwsAccessKeyId:signature"
            }
            SigError::V2QueryIncomplete => {
                "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters"
            }
            SigError::V2ExpiresInvalid { got } => {
                return format!("Invalid date (should be seconds since epoch): {got}");
            }
            SigError::Expired { presigned: true, .. } | SigError::V2Expired { .. } => "Request has expired",
            SigError::Expired { .. } | SigError::NotYetCurrent { .. } => {
                "The difference between the request time and the current time is too large."
            }
            SigError::Mismatch(_) | SigError::ChunkMismatch => {
                "The request signature we calculated does not match the signature you provided. Check your key and \
                 signing method."
            }
            SigError::Missing => "Access Denied",
            SigError::UnknownKey => "The AWS Access Key Id you provided does not exist in our records.",
            SigError::TokenInvalid => "The provided token is malformed or otherwise invalid.",
            SigError::TokenExpired => "The provided token has expired.",
            SigError::ExpiresInvalid | SigError::ExpiresTooLong => return self.common_text(),
        };
        text.to_owned()
    }
}

const MISMATCH: &str = "The request signature we calculated does not match the signature you provided. Check your \
                        AWS Secret Access Key and signing method. Consult the service documentation for details.";
const EXPIRES_TOO_LONG: &str = "X-Amz-Expires must be less than a week (in seconds); that is, the given \
                                X-Amz-Expires must be less than 604800 seconds";

impl Mismatch {
    /// The tail that some services append to the text: what they computed.
    pub fn long_text(&self) -> String {
        format!(
            "\n\nThe Canonical String for this request should have been\n'{}'\n\nThe String-to-Sign should have \
             been\n'{}'\n",
            self.canonical_request, self.string_to_sign
        )
    }
}

impl ScopeFault {
    fn text(&self) -> String {
        match self {
            ScopeFault::Region { got } => {
                format!("Credential should be scoped to a valid region, not '{got}'. ")
            }
            ScopeFault::Service { expected } => {
                format!("Credential should be scoped to correct service: '{expected}'. ")
            }
            ScopeFault::Terminator { got } => {
                format!("Credential should be scoped with a valid terminator: 'aws4_request', not '{got}'. ")
            }
            ScopeFault::Date { got, amz_date } => format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: \
                 '{got}' != '{}', from '{amz_date}'.",
                amz_date.get(..8).unwrap_or_default()
            ),
        }
    }

    fn s3_text(&self) -> String {
        match self {
            ScopeFault::Region { got } => format!("the region '{got}' is wrong"),
            ScopeFault::Service { expected } => {
                format!("incorrect service. This endpoint belongs to \"{expected}\".")
            }
            ScopeFault::Terminator { got } => {
                format!("incorrect terminal \"{got}\". This endpoint uses \"aws4_request\".")
            }
            ScopeFault::Date { got, .. } => {
                format!("Invalid credential date \"{got}\". This date is not the same as X-Amz-Date.")
            }
        }
    }
}

fn header_incomplete(given: &[bool; 4], authorization: &str) -> String {
    let mut text = String::new();
    for (name, given) in ["Credential", "Signature", "SignedHeaders"].iter().zip(given) {
        if !given {
            text.push_str(&format!("Authorization header requires '{name}' parameter. "));
        }
    }
    if !given[3] {
        text.push_str(
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ",
        );
    }
    text + "Authorization=" + authorization
}

fn query_incomplete(given: &[bool; 5]) -> String {
    let names =
        ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date"];
    let mut text = String::new();
    for (name, _) in names.iter().zip(given).filter(|(_, given)| !**given) {
        text.push_str(&format!("AWS query-string parameters must include '{name}'. "));
    }
    text + "Re-examine the query-string parameters."
}
