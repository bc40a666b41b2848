//! `UploadServerCertificate`: the certificate is read, its key must fit, its chain must follow.

use codec::Fault;
use kernel::Cx;
use shapes_iam::err as shapes_err;

use super::{SERVER_CERTIFICATES, ServerCertificate, ServerCertificates, count, exists, metadata};
use crate::state::key;
use crate::x509::{self, Certificate};
use crate::{answers, ids, tags};

pub(super) fn decide(
    cx: &mut Cx,
    i: &shapes_iam::UploadServerCertificateRequest,
) -> Result<shapes_iam::UploadServerCertificateResponse, Fault> {
    let certificate = check(i)?;
    let tags = tags::new(&i.tags)?;
    let key = key(cx, &i.server_certificate_name);
    if cx.get::<ServerCertificates>(&key)?.is_some() {
        return Err(exists(&i.server_certificate_name));
    }
    SERVER_CERTIFICATES.check(count(cx)? + 1)?;
    let row = ServerCertificate {
        id: ids::unique(cx, "ASCA"),
        name: i.server_certificate_name.clone(),
        path: i.path.clone().unwrap_or_else(|| "/".to_owned()),
        body: i.certificate_body.trim().to_owned(),
        chain: i.certificate_chain.as_ref().map(|c| c.trim().to_owned()),
        uploaded_ms: cx.now_ms,
        expires_ms: certificate.not_after_ms,
        tags,
    };
    cx.put::<ServerCertificates>(&key, &row);
    Ok(shapes_iam::UploadServerCertificateResponse {
        server_certificate_metadata: Some(metadata(cx, &row)),
        tags: answers::tags(&row.tags),
    })
}

/// Errors: MalformedCertificate: the body, the key or the chain doesn't parse, or the chain doesn't follow.
/// KeyPairMismatch.
fn check(i: &shapes_iam::UploadServerCertificateRequest) -> Result<Certificate, Fault> {
    let unreadable = || {
        shapes_err::malformed_certificate_exception(
            "Unable to parse certificate. Please ensure the certificate is in PEM format.",
        )
    };
    let mut bodies = x509::certificates(&i.certificate_body).ok_or_else(unreadable)?.into_iter();
    let (Some(certificate), None) = (bodies.next(), bodies.next()) else { return Err(unreadable()) };
    let private = x509::private_key(&i.private_key).ok_or_else(|| {
        shapes_err::malformed_certificate_exception(
            "Unable to parse private key. Please ensure the key is in PEM format and not encrypted.",
        )
    })?;
    if !certificate.matches(&private) {
        return Err(shapes_err::key_pair_mismatch_exception(
            "Public key certificate and private key do not match.",
        ));
    }
    if let Some(chain) = &i.certificate_chain {
        let chain = x509::certificates(chain).ok_or_else(|| bad_chain(-1))?;
        let mut below = &certificate;
        for (at, above) in chain.iter().enumerate() {
            if below.issuer != above.subject {
                return Err(bad_chain(at as i64));
            }
            below = above;
        }
    }
    Ok(certificate)
}

fn bad_chain(at: i64) -> Fault {
    shapes_err::malformed_certificate_exception(format!(
        "Unable to validate certificate chain. The certificate chain must start with the immediate signing certificate, \
         followed by any intermediaries in order. The index within the chain of the invalid certificate is: {at}"
    ))
}
