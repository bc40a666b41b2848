//! Who calls: from a request's signature to an identity and a region. Every refusal has the code that the request's
//! protocol gives it. Permissions are `authorize.rs`'s.

use std::hash::BuildHasher;
use std::sync::Arc;

use codec::{Fault, Value};
use directory::{Credential, CredentialStatus, Identity};
use foldhash::HashMap;
use foldhash::fast::RandomState;
use http::request::Parts;
use model::{Model, Protocol};
use parking_lot::RwLock;
use sigv4::{Claim, Family, Key, PayloadHash, PublicKey, Rules, SigError, SigningKey, code_for, sha256};

use crate::cx::internal;
use crate::kernel::Kernel;
use crate::operation::Access;
use crate::pipeline::host;
use crate::plane::SignedText;
use crate::regions::{self, Region};
use crate::signed::region_of_set;

/// Signing keys kept at most.
const KEYS: usize = 16_384;

/// Derived keys: one of version 4 costs four HMACs, and a client signs with the same one all day; one of version 4A costs a
/// multiplication on a curve, and a client has the same one for ever.
#[derive(Default)]
pub(crate) struct SigningKeys {
    by_hash: RwLock<HashMap<u64, Arc<Derived>>>,
    hasher: RandomState,
}

struct Derived {
    secret: String,
    of: [String; 3],
    key: Key,
}

/// What a claim's key is derived from beside the secret.
fn origin(claim: &Claim) -> [&str; 3] {
    match claim.region_set {
        None => [&claim.date, &claim.region, &claim.service],
        Some(_) => [&claim.access_key_id, "", ""],
    }
}

impl SigningKeys {
    fn get(&self, secret: &str, claim: &Claim) -> Arc<Derived> {
        let (of, is_public) = (origin(claim), claim.region_set.is_some());
        let hash = self.hasher.hash_one((secret, of, is_public));
        if let Some(d) = self.by_hash.read().get(&hash)
            && d.secret == secret
            && d.of == of
            && matches!(d.key, Key::Public(_)) == is_public
        {
            return d.clone();
        }
        let key = match is_public {
            false => Key::Shared(SigningKey::derive(secret, of[0], of[1], of[2])),
            true => Key::Public(PublicKey::derive(of[0], secret)),
        };
        let derived = Arc::new(Derived { secret: secret.to_owned(), of: of.map(str::to_owned), key });
        let mut all = self.by_hash.write();
        if all.len() >= KEYS {
            all.clear();
        }
        all.insert(hash, derived.clone());
        derived
    }
}

/// A request that passed: who, and where.
pub(crate) struct Authenticated {
    pub(crate) identity: Arc<Identity>,
    pub(crate) region: &'static Region,
    /// The key that the signature was made with, where one was checked.
    pub(crate) key: Option<Key>,
}

/// The family of services that a request's refusals are worded for.
pub(crate) fn family(model: &Model, protocol: Protocol) -> Family {
    if Rules::of(model.signing_name).s3 {
        return Family::S3;
    }
    match protocol {
        Protocol::Json10 | Protocol::Json11 | Protocol::Cbor => Family::Json,
        Protocol::RestJson => Family::RestJson,
        Protocol::Ec2 => Family::Ec2,
        Protocol::Query | Protocol::RestXml => Family::Query,
    }
}

/// The fault of a refusal.
pub(crate) fn refuse(e: &SigError, model: &Model, protocol: Protocol) -> Fault {
    let family = family(model, protocol);
    let code = code_for(e, family);
    let fault = Fault::new(code.code, code.status, e.text(family));
    if family == Family::S3 { explained(fault, e) } else { fault }
}

/// What S3 says beside the text of a refusal. Source: answers recorded from AWS.
fn explained(fault: Fault, e: &SigError) -> Fault {
    let text = |t: &str| Value::String(t.to_owned());
    let time =
        |ms: i64| Value::String(codec::Timestamp { epoch_ms: ms.div_euclid(1_000) * 1_000 }.iso8601(false));
    let bytes = |t: &str| {
        Value::String(t.bytes().map(|b| format!("{b:02x} ")).collect::<String>().trim_end().to_owned())
    };
    match e {
        SigError::Mismatch(m) => {
            let fault = fault
                .with_field("AWSAccessKeyId", text(&m.access_key_id))
                .with_field("StringToSign", text(&m.string_to_sign))
                .with_field("SignatureProvided", text(&m.signature))
                .with_field("StringToSignBytes", bytes(&m.string_to_sign));
            match m.canonical_request.as_str() {
                "" => fault,
                canonical => fault
                    .with_field("CanonicalRequest", text(canonical))
                    .with_field("CanonicalRequestBytes", bytes(canonical)),
            }
        }
        SigError::HeadersNotSigned { names } => fault.with_field("HeadersNotSigned", text(names)),
        SigError::V2Expired { expires_ms, now_ms } => {
            fault.with_field("Expires", time(*expires_ms)).with_field("ServerTime", time(*now_ms))
        }
        SigError::Expired { signed_ms, now_ms, window_s, presigned: true } => fault
            .with_field("X-Amz-Expires", text(&window_s.to_string()))
            .with_field("Expires", time(signed_ms + window_s * 1_000))
            .with_field("ServerTime", time(*now_ms)),
        SigError::V2Malformed => fault.with_field("ArgumentName", text("Authorization")),
        _ => fault,
    }
}

/// Checks a request's signature. `body` is the body as sent, before any content encoding is undone; `None` while it is
/// still on its way: what the signature says of it is then to be checked as it comes.
pub(crate) fn authenticate(
    kernel: &Kernel,
    claim: Option<&Claim>,
    access: Access,
    head: &Parts,
    body: Option<&[u8]>,
    model: &Model,
) -> Result<Authenticated, AuthFailure> {
    let Some(claim) = claim else { return unsigned(kernel, access) };
    let now = kernel.clock.virtual_and_real_ms();
    let region = match &claim.v2 {
        None => {
            let region = match &claim.region_set {
                None => regions::signed_for(&claim.region),
                Some(set) => region_of_set(set, kernel.region),
            };
            claim.check_time(&now, Rules::of(model.signing_name))?;
            claim.check_scope(region.is_some(), model.signing_name)?;
            region.ok_or(SigError::UnknownKey)?
        }
        // Nobody else takes it, and it names no region.
        Some(_) if !Rules::of(model.signing_name).s3 => return Err(SigError::Missing.into()),
        Some(_) => {
            claim.check_time_v2(&now)?;
            kernel.region
        }
    };
    let default_account = &kernel.config.account;
    let found = kernel
        .directory
        .credential(&kernel.store, &claim.access_key_id, default_account, region.partition)
        .map_err(|e| AuthFailure::Internal(internal(e)))?;
    let Some(credential) = found.filter(|c| usable(c, region)) else {
        return match kernel.config.guest {
            true => {
                let identity = guest(kernel, region, &claim.access_key_id);
                Ok(Authenticated { identity, region, key: None })
            }
            false => Err(SigError::UnknownKey.into()),
        };
    };
    if claim.v2.is_some() {
        let bucket = host(head).and_then(codec::route::bucket_in_host);
        sigv4::verify_v2(claim, head, bucket, &credential.secret)?;
        check_token(&credential, claim.security_token.as_deref(), now[0])?;
        return Ok(Authenticated { identity: credential.identity.clone(), region, key: None });
    }
    let hash = body.and_then(|body| body_hash(claim, body));
    let derived = kernel.signing_keys.get(&credential.secret, claim);
    sigv4::verify(claim, head, hash.as_ref(), &derived.key, Rules::of(model.signing_name))?;
    check_token(&credential, claim.security_token.as_deref(), now[0])?;
    Ok(Authenticated { identity: credential.identity.clone(), region, key: Some(derived.key.clone()) })
}

/// Checks the signature of a text that is signed by itself. When it was signed is not asked: such texts say until when they hold.
pub(crate) fn authenticate_text(
    kernel: &Kernel,
    signed: &SignedText<'_>,
    model: &Model,
) -> Result<Authenticated, AuthFailure> {
    let parts: Vec<&str> = signed.scope.unwrap_or_default().split('/').collect();
    let (region, key) = match (signed.scope, &parts[..]) {
        (None, _) => (kernel.region, None),
        (Some(_), [date, region, service, "aws4_request"]) if *service == model.signing_name => {
            (regions::signed_for(region).ok_or(SigError::UnknownKey)?, Some((*date, *region, *service)))
        }
        (Some(scope), _) => {
            let got = scope.to_owned();
            return Err(SigError::Scope(vec![sigv4::ScopeFault::Terminator { got }]).into());
        }
    };
    let account = &kernel.config.account;
    let found = kernel.directory.credential(&kernel.store, signed.access_key_id, account, region.partition);
    let found = found.map_err(|e| AuthFailure::Internal(internal(e)))?;
    let Some(credential) = found.filter(|c| usable(c, region)) else {
        return match kernel.config.guest {
            true => {
                let identity = guest(kernel, region, signed.access_key_id);
                Ok(Authenticated { identity, region, key: None })
            }
            false => Err(SigError::UnknownKey.into()),
        };
    };
    let holds = match key {
        None => sigv4::signs_v2(&credential.secret, signed.text.as_bytes(), signed.signature),
        Some((date, region, service)) => SigningKey::derive(&credential.secret, date, region, service)
            .signs(signed.text.as_bytes(), signed.signature),
    };
    if !holds {
        return Err(SigError::Mismatch(Box::new(sigv4::Mismatch {
            canonical_request: String::new(),
            string_to_sign: signed.text.to_owned(),
            access_key_id: signed.access_key_id.to_owned(),
            signature: signed.signature.to_owned(),
        }))
        .into());
    }
    check_token(&credential, signed.token, kernel.clock.now_ms())?;
    Ok(Authenticated { identity: credential.identity.clone(), region, key: None })
}

impl Kernel {
    /// Who stands behind credentials now, refused as a request that was signed with them would be: for callers that
    /// come without HTTP (scenarios, tools).
    ///
    /// Errors: `InvalidClientTokenId`: unknown, off, or with another secret or token; `ExpiredToken`.
    pub fn identify(
        &self,
        partition: &str,
        access_key_id: &str,
        secret: &str,
        token: Option<&str>,
    ) -> Result<Arc<Identity>, Fault> {
        let refused = |e: SigError| {
            let code = code_for(&e, Family::Query);
            Fault::new(code.code, code.status, e.text(Family::Query))
        };
        let account = &self.config.account;
        let found = self.directory.credential(&self.store, access_key_id, account, partition);
        let credential = found
            .map_err(internal)?
            .filter(|c| c.status == CredentialStatus::Active && c.identity.partition == partition)
            .ok_or_else(|| refused(SigError::UnknownKey))?;
        let wrong_token = credential.token.is_some() && credential.token.as_deref() != token;
        if credential.secret != secret || wrong_token {
            return Err(refused(SigError::TokenInvalid));
        }
        if credential.expires_ms.is_some_and(|t| self.clock.now_ms() >= t) {
            return Err(refused(SigError::TokenExpired));
        }
        Ok(credential.identity.clone())
    }
}

/// Why a request was refused.
pub(crate) enum AuthFailure {
    /// By its signature.
    Signature(Box<SigError>),
    /// By our own failure.
    Internal(Fault),
}

impl From<SigError> for AuthFailure {
    fn from(e: SigError) -> AuthFailure {
        AuthFailure::Signature(Box::new(e))
    }
}

/// The body's hash, unless nothing was said about it or it isn't signed.
fn body_hash(claim: &Claim, body: &[u8]) -> Option<[u8; 32]> {
    match claim.payload {
        PayloadHash::Hex(_) | PayloadHash::None => Some(sha256(body)),
        PayloadHash::Unsigned
        | PayloadHash::StreamingSigned { .. }
        | PayloadHash::StreamingUnsignedTrailer => None,
    }
}

fn usable(c: &Credential, region: &Region) -> bool {
    c.status == CredentialStatus::Active && c.identity.partition == region.partition
}

fn check_token(c: &Credential, given: Option<&str>, now_ms: i64) -> Result<(), SigError> {
    match (&c.token, given) {
        (None, None) => Ok(()),
        (Some(_), Some(_)) if c.expires_ms.is_some_and(|t| now_ms >= t) => Err(SigError::TokenExpired),
        (Some(want), Some(got)) if want == got => Ok(()),
        _ => Err(SigError::TokenInvalid),
    }
}

pub(crate) fn unsigned(kernel: &Kernel, access: Access) -> Result<Authenticated, AuthFailure> {
    let region = kernel.region;
    match access {
        Access::Open => {
            Ok(Authenticated { identity: Arc::new(Identity::anonymous(region.partition)), region, key: None })
        }
        _ if kernel.config.guest => {
            Ok(Authenticated { identity: guest(kernel, region, ""), region, key: None })
        }
        Access::Anonymous => {
            Ok(Authenticated { identity: Arc::new(Identity::anonymous(region.partition)), region, key: None })
        }
        Access::Guarded | Access::Signed => Err(SigError::Missing.into()),
    }
}

fn guest(kernel: &Kernel, region: &Region, access_key_id: &str) -> Arc<Identity> {
    let root = Identity::root(region.partition, &kernel.config.account);
    Arc::new(Identity { access_key_id: access_key_id.to_owned(), ..root })
}
