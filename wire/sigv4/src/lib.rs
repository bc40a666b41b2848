//! AWS Signature Version 4 and 4A (and version 2, for S3): reading a request's claim to a signature, checking it, and making one.
//!
//! What it is: pure functions over a request head, a body hash, a secret and times given as epoch milliseconds.
//! What it is not: it knows no service, no store of keys and no clock, and it decides nothing about permissions.
//!
//! The order a caller follows is AWS's order of checking (observed on DynamoDB): [`parse`], then
//! [`Claim::check_time`], [`Claim::check_scope`], the look-up of the access key by the caller, [`verify`], and last
//! the session token, again by the caller. Every refusal is a [`SigError`], which names its code, status and text
//! per [`Family`] of services.
//!
//! Source: IAM user guide, "AWS Signature Version 4 for API requests"; S3 API reference, "Authenticating Requests".
#![forbid(unsafe_code)]

mod canonical;
mod chunked;
mod claim;
mod codes;
mod date;
mod error;
mod key;
mod sign;
mod v2;
mod v4a;
mod verify;

pub use chunked::{AwsChunkedDecoder, ChunkChain, ChunkError, Event};
pub use claim::{Claim, Expires, PayloadHash, parse};
pub use codes::{ErrorCode, Family, code_for};
pub use date::{format_amz_date, parse_amz_date};
pub use error::{Mismatch, ScopeFault, SigError};
pub use key::{Key, SigningKey};
pub use sign::{Credentials, Payload, SigningScope, presign, sign};
pub use v2::{V2, signs_v2, verify_v2};
pub use v4a::{PrivateKey, PublicKey, is_in_region_set};
pub use verify::{Rules, verify};

pub use canonical::sha256;

#[cfg(test)]
mod tests;
