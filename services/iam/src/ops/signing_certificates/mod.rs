//! Signing certificates of users: X.509 certificates for the services that still take them. Nothing here checks signatures
//! with them.
//! Source: IAM API reference, "UploadSigningCertificate"; texts: inferred from other IAM texts, but for the quota's.

use codec::{Empty, Fault};
use kernel::{BASE32, Cx, Operation};
use shapes_iam::{err as shapes_err, op};
use store::{Row, RowError, RowReader, RowWriter, Table};

use crate::answers::at;
use crate::owner::{self, OwnedKey, Owner, status};
use crate::quotas::Quota;
use crate::{guards, pages, x509};

/// Signing certificates of a user. Source: IAM user guide, "IAM and AWS STS quotas".
pub(crate) const CERTIFICATES: Quota = Quota { name: "CertificatesPerUser", limit: 2 };

/// A signing certificate.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Certificate {
    /// As uploaded.
    body: String,
    /// Usable.
    pub(crate) active: bool,
    /// Milliseconds since the epoch.
    pub(crate) uploaded_ms: i64,
}

impl Row for Certificate {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.body);
        w.put(2, &self.active);
        w.put(3, &self.uploaded_ms);
    }
    fn read(r: &mut RowReader) -> Result<Certificate, RowError> {
        Ok(Certificate { body: r.get(1)?, active: r.get(2)?, uploaded_ms: r.get(3)? })
    }
}

/// Signing certificates by owner and id.
pub(crate) struct Certificates;
impl Table for Certificates {
    const NAME: &'static str = "iam.signing_certificate";
    const VERSION: u16 = 1;
    type Key = OwnedKey;
    type Row = Certificate;
}

pub(crate) fn operations() -> Vec<Operation> {
    vec![
        Operation::write::<op::UploadSigningCertificate>(
            |cx, i| guards::user_or_caller(cx, &i.user_name),
            upload,
        ),
        Operation::read::<op::ListSigningCertificates>(
            |cx, i| guards::user_or_caller(cx, &i.user_name),
            list,
        ),
        Operation::write::<op::UpdateSigningCertificate>(
            |cx, i| guards::user_or_caller(cx, &i.user_name),
            update,
        ),
        Operation::write::<op::DeleteSigningCertificate>(
            |cx, i| guards::user_or_caller(cx, &i.user_name),
            delete,
        ),
    ]
}

fn upload(
    cx: &mut Cx,
    i: &shapes_iam::UploadSigningCertificateRequest,
) -> Result<shapes_iam::UploadSigningCertificateResponse, Fault> {
    let body = i.certificate_body.trim().to_owned();
    if x509::certificates(&body).is_none_or(|c| c.len() != 1) {
        return Err(shapes_err::malformed_certificate_exception(format!("Certificate {body} is malformed.")));
    }
    let owner = owner::named_or_caller(cx, &i.user_name)?;
    let all = owner.things::<Certificates>(cx)?;
    if all.iter().any(|(_, c)| c.body == body) {
        return Err(shapes_err::duplicate_certificate_exception(
            "The certificate is already associated with this user.",
        ));
    }
    CERTIFICATES.check(all.len() + 1)?;
    let row = Certificate { body, active: true, uploaded_ms: cx.now_ms };
    let id = cx.ids.text("iam.signing_certificate", 32, BASE32);
    let key = owner.key(cx, &id);
    cx.put::<Certificates>(&key, &row);
    Ok(shapes_iam::UploadSigningCertificateResponse { certificate: shown(&owner, id, row) })
}

fn list(
    cx: &mut Cx,
    i: &shapes_iam::ListSigningCertificatesRequest,
) -> Result<shapes_iam::ListSigningCertificatesResponse, Fault> {
    let owner = owner::named_or_caller(cx, &i.user_name)?;
    let asked = pages::asked(cx, "ListSigningCertificates", &[&owner.id], &i.marker, i.max_items)?;
    let page = asked.cut_all(cx, owner.things::<Certificates>(cx)?, |(k, _)| k.3.clone());
    let page = page.map(|(k, row)| shown(&owner, k.3, row));
    Ok(shapes_iam::ListSigningCertificatesResponse {
        certificates: page.items,
        is_truncated: page.is_truncated,
        marker: page.marker,
    })
}

fn update(cx: &mut Cx, i: &shapes_iam::UpdateSigningCertificateRequest) -> Result<Empty, Fault> {
    let (key, mut row) = find(cx, &i.user_name, &i.certificate_id)?;
    row.active = i.status == "Active";
    cx.put::<Certificates>(&key, &row);
    Ok(Empty {})
}

fn delete(cx: &mut Cx, i: &shapes_iam::DeleteSigningCertificateRequest) -> Result<Empty, Fault> {
    let (key, _) = find(cx, &i.user_name, &i.certificate_id)?;
    cx.delete::<Certificates>(&key);
    Ok(Empty {})
}

fn find(cx: &Cx, user: &Option<String>, id: &str) -> Result<(OwnedKey, Certificate), Fault> {
    let key = owner::named_or_caller(cx, user)?.key(cx, id);
    let row = cx.get::<Certificates>(&key)?.ok_or_else(|| {
        shapes_err::no_such_entity_exception(format!("The Certificate with id {id} cannot be found."))
    })?;
    Ok((key, row))
}

fn shown(owner: &Owner, id: String, row: Certificate) -> shapes_iam::SigningCertificate {
    shapes_iam::SigningCertificate {
        user_name: owner.name.clone(),
        certificate_id: id,
        certificate_body: row.body,
        status: status(row.active),
        upload_date: Some(at(row.uploaded_ms)),
    }
}
