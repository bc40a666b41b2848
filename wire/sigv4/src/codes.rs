//! Which error code and status each refusal has, by family of services: one table.
//! The texts are in `error.rs`; the envelope belongs to the codec.
//!
//! Sources: "Common Error Types" pages of IAM, SQS and EC2 (API references), EC2 "Error codes for the Amazon EC2 API",
//! S3 "Error responses", and answers of AWS quoted in public issues: EC2 `RequestExpired` 400 (aws-sdk-java 1443),
//! EC2 `AuthFailure` 401 (aws-sdk-java-v2 2981), DynamoDB's 400s (dynalite), `IncompleteSignature` 400 (boto3 1752).

use crate::error::SigError;

/// Services that word authentication errors alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// awsQuery services, and the XML ones that are not S3 (IAM, STS, SNS, Route 53…).
    Query,
    /// awsJson and rpcv2Cbor services (DynamoDB, SQS by JSON, KMS…).
    Json,
    /// restJson services (Lambda, API Gateway…): the codes of `Json`, with status 403.
    RestJson,
    /// EC2.
    Ec2,
    /// S3 and S3 Control.
    S3,
}

/// An error code with its HTTP status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorCode {
    /// The code, as in `Code` or `__type`.
    pub code: &'static str,
    /// The HTTP status.
    pub status: u16,
}

/// The code and status of a refusal in a family.
pub fn code_for(condition: &SigError, family: Family) -> ErrorCode {
    let row = Kind::of(condition) as usize;
    let (code, status) = match family {
        Family::Query => TABLE[row].query,
        Family::Json => (TABLE[row].json, 400),
        Family::RestJson => (TABLE[row].json, 403),
        Family::Ec2 => TABLE[row].ec2,
        Family::S3 => s3(condition),
    };
    ErrorCode { code, status }
}

/// The kinds that services other than S3 tell apart; the order of [`TABLE`]'s rows.
#[derive(Clone, Copy)]
enum Kind {
    Missing,
    Incomplete,
    Mismatch,
    OutOfTime,
    UnknownKey,
    TokenExpired,
}

impl Kind {
    fn of(condition: &SigError) -> Kind {
        match condition {
            SigError::Missing => Kind::Missing,
            SigError::NotKeyValue { .. }
            | SigError::HeaderIncomplete { .. }
            | SigError::QueryIncomplete { .. }
            | SigError::ExpiresInvalid
            | SigError::ExpiresTooLong
            | SigError::DateInvalid { .. }
            | SigError::AlgorithmUnsupported { .. }
            | SigError::CredentialMalformed { .. } => Kind::Incomplete,
            SigError::TwoMechanisms
            | SigError::HostNotSigned
            | SigError::HeadersNotSigned { .. }
            | SigError::PayloadHashInvalid
            | SigError::PayloadMismatch
            | SigError::Scope(_)
            | SigError::Mismatch(_)
            | SigError::V2Malformed
            | SigError::V2QueryIncomplete
            | SigError::V2ExpiresInvalid { .. }
            | SigError::ChunkMismatch => Kind::Mismatch,
            SigError::Expired { .. } | SigError::V2Expired { .. } | SigError::NotYetCurrent { .. } => {
                Kind::OutOfTime
            }
            SigError::UnknownKey | SigError::TokenInvalid => Kind::UnknownKey,
            SigError::TokenExpired => Kind::TokenExpired,
        }
    }
}

struct Row {
    query: (&'static str, u16),
    json: &'static str,
    ec2: (&'static str, u16),
}

const TABLE: [Row; 6] = [
    Row {
        query: ("MissingAuthenticationToken", 403),
        json: "MissingAuthenticationTokenException",
        ec2: ("MissingAuthenticationToken", 403),
    },
    Row {
        query: ("IncompleteSignature", 400),
        json: "IncompleteSignatureException",
        ec2: ("IncompleteSignature", 400),
    },
    Row {
        query: ("SignatureDoesNotMatch", 403),
        json: "InvalidSignatureException",
        ec2: ("AuthFailure", 401),
    },
    Row {
        query: ("SignatureDoesNotMatch", 403),
        json: "InvalidSignatureException",
        ec2: ("RequestExpired", 400),
    },
    Row {
        query: ("InvalidClientTokenId", 403),
        json: "UnrecognizedClientException",
        ec2: ("AuthFailure", 401),
    },
    Row { query: ("ExpiredToken", 403), json: "ExpiredTokenException", ec2: ("RequestExpired", 400) },
];

fn s3(condition: &SigError) -> (&'static str, u16) {
    match condition {
        SigError::Missing
        | SigError::HostNotSigned
        | SigError::HeadersNotSigned { .. }
        | SigError::DateInvalid { .. }
        | SigError::V2QueryIncomplete
        | SigError::V2ExpiresInvalid { .. }
        | SigError::V2Expired { .. }
        | SigError::Expired { presigned: true, .. } => ("AccessDenied", 403),
        SigError::TwoMechanisms | SigError::PayloadHashInvalid | SigError::V2Malformed => {
            ("InvalidArgument", 400)
        }
        SigError::AlgorithmUnsupported { .. } => ("InvalidRequest", 400),
        SigError::NotKeyValue { .. }
        | SigError::HeaderIncomplete { .. }
        | SigError::CredentialMalformed { .. }
        | SigError::Scope(_) => ("AuthorizationHeaderMalformed", 400),
        SigError::QueryIncomplete { .. } | SigError::ExpiresInvalid | SigError::ExpiresTooLong => {
            ("AuthorizationQueryParametersError", 400)
        }
        SigError::PayloadMismatch => ("XAmzContentSHA256Mismatch", 400),
        SigError::Expired { .. } | SigError::NotYetCurrent { .. } => ("RequestTimeTooSkewed", 403),
        SigError::Mismatch(_) | SigError::ChunkMismatch => ("SignatureDoesNotMatch", 403),
        SigError::UnknownKey => ("InvalidAccessKeyId", 403),
        SigError::TokenInvalid => ("InvalidToken", 400),
        SigError::TokenExpired => ("ExpiredToken", 400),
    }
}
