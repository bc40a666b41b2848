//! Server-side encryption: what a request asks for, what a bucket does by default, and which key wraps the data keys. Bytes
//! are always encrypted; what differs is whose key it is.
//! Source: S3 user guide, "Protecting data with server-side encryption".

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use blobs::MasterKey;
use codec::Fault;
use kernel::Ids;
use md5::{Digest as _, Md5};

use crate::err;
use crate::state::Sse;

/// How content is to be protected, or was.
#[derive(Clone, Debug)]
pub(crate) enum Protection {
    /// SSE-S3.
    Managed,
    /// SSE-C: with the key that the customer brings with each request.
    Customer { key: MasterKey, md5: String },
}

impl Protection {
    /// What a write asks for.
    ///
    /// Errors: `InvalidArgument`: an algorithm that there isn't, or two ways at once; `NotImplemented`: KMS.
    pub(crate) fn asked(
        algorithm: Option<&str>,
        kms_key_id: Option<&str>,
        customer: Customer<'_>,
    ) -> Result<Protection, Fault> {
        let customer = customer.read()?;
        match (algorithm, customer) {
            (None | Some("AES256"), None) if kms_key_id.is_none() => Ok(Protection::Managed),
            (None, Some(found)) => Ok(found),
            (Some(_), Some(_)) => Err(err::invalid_argument(
                "Server Side Encryption with Customer provided key is incompatible with the encryption method specified",
                "x-amz-server-side-encryption",
                algorithm.unwrap_or_default(),
            )),
            (Some("aws:kms" | "aws:kms:dsse"), None) => {
                Err(err::not_built("x-amz-server-side-encryption: aws:kms"))
            }
            (Some(other), None) if other != "AES256" => {
                let message = "The encryption method specified is not supported";
                Err(err::invalid_argument(message, "x-amz-server-side-encryption", other))
            }
            _ => Err(err::invalid_argument(
                "Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms",
                "x-amz-server-side-encryption",
                algorithm.unwrap_or("null"),
            )),
        }
    }

    /// The protection under which content can be read that was written under `sse`.
    ///
    /// Errors: `InvalidRequest`: a customer's key is missing or not wanted; `AccessDenied`: it is another one.
    pub(crate) fn to_read(sse: &Sse, customer: Customer<'_>) -> Result<Protection, Fault> {
        match (sse.customer_key_md5.as_str(), customer.read()?) {
            ("", None) => Ok(Protection::Managed),
            ("", Some(_)) => {
                Err(err::invalid_request("The encryption parameters are not applicable to this object."))
            }
            (_, None) => Err(err::invalid_request(
                "The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.",
            )),
            (stored, Some(Protection::Customer { md5, .. })) if md5 != stored => Err(Fault::new(
                "AccessDenied",
                403,
                "Requests specifying Server Side Encryption with Customer provided keys must provide the correct secret key.",
            )),
            (_, Some(found)) => Ok(found),
        }
    }

    /// As rows keep it, without a wrapped key yet.
    pub(crate) fn sse(&self) -> Sse {
        match self {
            Protection::Managed => Sse { algorithm: "AES256".to_owned(), ..Sse::default() },
            Protection::Customer { md5, .. } => Sse { customer_key_md5: md5.clone(), ..Sse::default() },
        }
    }

    /// The key that wraps data keys.
    pub(crate) fn wrapping_key<'k>(&'k self, master: &'k MasterKey) -> &'k MasterKey {
        match self {
            Protection::Managed => master,
            Protection::Customer { key, .. } => key,
        }
    }

    /// The entity tag of content of that MD5: the digest, unless the customer's key encrypts it.
    /// Source: S3 API reference, Object, "ETag".
    pub(crate) fn etag(&self, md5: &[u8], ids: &Ids) -> String {
        let bytes = match self {
            Protection::Managed => md5.to_vec(),
            Protection::Customer { .. } => ids.bytes("s3.etag")[..16].to_vec(),
        };
        hex(&bytes)
    }
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |d: u8| char::from(DIGITS[usize::from(d)]);
    let mut text = String::with_capacity(bytes.len() * 2);
    text.extend(bytes.iter().flat_map(|b| [digit(b >> 4), digit(b & 15)]));
    text
}

/// The three members that bring a customer's key.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Customer<'a> {
    pub(crate) algorithm: Option<&'a str>,
    pub(crate) key: Option<&'a str>,
    pub(crate) md5: Option<&'a str>,
}

impl Customer<'_> {
    /// Whether the request brings anything of a key.
    pub(crate) fn is_given(&self) -> bool {
        self.algorithm.is_some() || self.key.is_some() || self.md5.is_some()
    }

    fn read(self) -> Result<Option<Protection>, Fault> {
        let missing = |name: &str, what: &str| {
            let message = format!(
                "Requests specifying Server Side Encryption with Customer provided keys must provide {what}."
            );
            err::invalid_argument(&message, name, "null")
        };
        let name = "x-amz-server-side-encryption-customer-algorithm";
        let (algorithm, key) = match (self.algorithm, self.key) {
            (None, None) if self.md5.is_none() => return Ok(None),
            (None, _) => return Err(missing(name, "a valid encryption algorithm")),
            (Some(_), None) => {
                return Err(missing(
                    "x-amz-server-side-encryption-customer-key",
                    "an appropriate secret key",
                ));
            }
            (Some(algorithm), Some(key)) => (algorithm, key),
        };
        if algorithm != "AES256" {
            return Err(Fault::new(
                "InvalidEncryptionAlgorithmError",
                400,
                "The Encryption request you specified is not valid. Supported value: AES256.",
            ));
        }
        let bytes: Option<[u8; 32]> = STANDARD.decode(key).ok().and_then(|b| b.try_into().ok());
        let bytes = bytes.ok_or_else(|| {
            let message = "The secret key was invalid for the specified algorithm.";
            err::invalid_argument(message, "x-amz-server-side-encryption-customer-key", "null")
        })?;
        let md5 = STANDARD.encode(Md5::digest(bytes));
        if self.md5.is_some_and(|given| given != md5) {
            let message = "The calculated MD5 hash of the key did not match the hash that was provided.";
            return Err(err::invalid_argument(
                message,
                "x-amz-server-side-encryption-customer-key-MD5",
                "null",
            ));
        }
        Ok(Some(Protection::Customer { key: MasterKey::from_bytes(bytes), md5 }))
    }
}
