//! Server certificates: uploaded, listed, renamed, tagged. Nothing here serves them.
//! Source: IAM API reference, "UploadServerCertificate"; texts: recorded, or answers of AWS quoted in public issues
//! (aws-cli 715, lego 304, openshift-ansible 11214).
//! Differs: of a chain only the names are checked, not the signatures; AWS refuses to delete a certificate that a load
//! balancer uses.

mod change;
mod upload;

use codec::Fault;
use directory::EntityKey;
use kernel::{Cx, Guard, Operation, Target};
use shapes_iam::{err as shapes_err, op};
use store::{Row, RowError, RowReader, RowWriter, Table};

use crate::answers::{self, at};
use crate::holder::arn_of;
use crate::quotas::Quota;
use crate::state::{home, key};
use crate::{guards, pages, tags};

/// Server certificates of an account. Source: IAM user guide, "IAM and AWS STS quotas".
pub(crate) const SERVER_CERTIFICATES: Quota = Quota { name: "ServerCertificatesPerAccount", limit: 20 };

/// A server certificate. AWS never shows the private key again, so it isn't kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ServerCertificate {
    id: String,
    name: String,
    path: String,
    body: String,
    chain: Option<String>,
    uploaded_ms: i64,
    expires_ms: i64,
    tags: Vec<(String, String)>,
}

impl Row for ServerCertificate {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.name);
        w.put(3, &self.path);
        w.put(4, &self.body);
        w.put(5, &self.chain);
        w.put(6, &self.uploaded_ms);
        w.put(7, &self.expires_ms);
        w.put(8, &self.tags);
    }
    fn read(r: &mut RowReader) -> Result<ServerCertificate, RowError> {
        Ok(ServerCertificate {
            id: r.get(1)?,
            name: r.get(2)?,
            path: r.get(3)?,
            body: r.get(4)?,
            chain: r.get(5)?,
            uploaded_ms: r.get(6)?,
            expires_ms: r.get(7)?,
            tags: r.get(8)?,
        })
    }
}

/// Server certificates.
pub(crate) struct ServerCertificates;
impl Table for ServerCertificates {
    const NAME: &'static str = "iam.server_certificate";
    const VERSION: u16 = 1;
    type Key = EntityKey;
    type Row = ServerCertificate;
}

pub(crate) fn operations() -> Vec<Operation> {
    vec![
        Operation::write::<op::UploadServerCertificate>(
            |cx, i| {
                let (path, name, tags) = (&i.path, &i.server_certificate_name, &i.tags);
                Ok(guards::new(cx, "server-certificate", path, name, tags, "iam:TagServerCertificate"))
            },
            upload::decide,
        ),
        Operation::read::<op::GetServerCertificate>(|cx, i| on(cx, &i.server_certificate_name), get),
        Operation::read::<op::ListServerCertificates>(
            |cx, i| Ok(guards::all(cx, "server-certificate", &i.path_prefix)),
            list,
        ),
        Operation::write::<op::UpdateServerCertificate>(change::guard, change::update),
        Operation::write::<op::DeleteServerCertificate>(
            |cx, i| on(cx, &i.server_certificate_name),
            change::delete,
        ),
        Operation::write::<op::TagServerCertificate>(
            |cx, i| {
                let target = target(cx, &i.server_certificate_name)?;
                Ok(Guard::of(target.request_tags(tags::given(&i.tags))))
            },
            change::tag,
        ),
        Operation::write::<op::UntagServerCertificate>(
            |cx, i| {
                let target = target(cx, &i.server_certificate_name)?;
                Ok(Guard::of(target.tag_keys(i.tag_keys.clone())))
            },
            change::untag,
        ),
        Operation::read::<op::ListServerCertificateTags>(
            |cx, i| on(cx, &i.server_certificate_name),
            list_tags,
        ),
    ]
}

fn on(cx: &Cx, name: &str) -> Result<Guard, Fault> {
    target(cx, name).map(Guard::of)
}

fn target(cx: &Cx, name: &str) -> Result<Target, Fault> {
    Ok(match cx.get::<ServerCertificates>(&key(cx, name))? {
        Some(row) => Target::on(arn(cx, &row)).tags(row.tags),
        None => Target::on(arn_of(cx, "server-certificate", "/", name)),
    })
}

fn arn(cx: &Cx, row: &ServerCertificate) -> String {
    arn_of(cx, "server-certificate", &row.path, &row.name)
}

fn find(cx: &Cx, name: &str) -> Result<(EntityKey, ServerCertificate), Fault> {
    let key = key(cx, name);
    let row = cx.get::<ServerCertificates>(&key)?.ok_or_else(|| {
        let text = format!("The Server Certificate with name {name} cannot be found.");
        shapes_err::no_such_entity_exception(text)
    })?;
    Ok((key, row))
}

fn exists(name: &str) -> Fault {
    let text = format!("The Server Certificate with name {name} already exists.");
    shapes_err::entity_already_exists_exception(text)
}

/// How many there are, for the account's summary.
pub(crate) fn count(cx: &Cx) -> Result<usize, Fault> {
    Ok(cx.scan_prefix::<ServerCertificates>(&home(cx))?.count())
}

fn metadata(cx: &Cx, row: &ServerCertificate) -> shapes_iam::ServerCertificateMetadata {
    shapes_iam::ServerCertificateMetadata {
        path: row.path.clone(),
        server_certificate_name: row.name.clone(),
        server_certificate_id: row.id.clone(),
        arn: arn(cx, row),
        upload_date: Some(at(row.uploaded_ms)),
        expiration: Some(at(row.expires_ms)),
    }
}

fn get(
    cx: &mut Cx,
    i: &shapes_iam::GetServerCertificateRequest,
) -> Result<shapes_iam::GetServerCertificateResponse, Fault> {
    let (_, row) = find(cx, &i.server_certificate_name)?;
    Ok(shapes_iam::GetServerCertificateResponse {
        server_certificate: shapes_iam::ServerCertificate {
            server_certificate_metadata: metadata(cx, &row),
            tags: answers::tags(&row.tags),
            certificate_body: row.body,
            certificate_chain: row.chain,
        },
    })
}

fn list(
    cx: &mut Cx,
    i: &shapes_iam::ListServerCertificatesRequest,
) -> Result<shapes_iam::ListServerCertificatesResponse, Fault> {
    let prefix = i.path_prefix.as_deref().unwrap_or("/");
    let asked = pages::asked(cx, "ListServerCertificates", &[prefix], &i.marker, i.max_items)?;
    let rows = asked.rows::<ServerCertificates>(cx)?.filter(|(_, r)| r.path.starts_with(prefix));
    let page = asked.cut(cx, rows, |(key, _)| key.2.clone()).map(|(_, r)| metadata(cx, &r));
    Ok(shapes_iam::ListServerCertificatesResponse {
        server_certificate_metadata_list: page.items,
        is_truncated: page.is_truncated,
        marker: page.marker,
    })
}

fn list_tags(
    cx: &mut Cx,
    i: &shapes_iam::ListServerCertificateTagsRequest,
) -> Result<shapes_iam::ListServerCertificateTagsResponse, Fault> {
    let name = &i.server_certificate_name;
    let asked = pages::asked(cx, "ListServerCertificateTags", &[name], &i.marker, i.max_items)?;
    let page = tags::page(cx, &asked, &find(cx, name)?.1.tags);
    Ok(shapes_iam::ListServerCertificateTagsResponse {
        tags: page.items,
        is_truncated: page.is_truncated,
        marker: page.marker,
    })
}
