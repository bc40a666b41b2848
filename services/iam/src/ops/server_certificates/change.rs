//! Changes to server certificates: name, path, tags, deletion.

use codec::{Empty, Fault};
use kernel::{Cx, Guard, Target};

use super::{ServerCertificates, exists, find, target};
use crate::holder::arn_of;
use crate::state::key;
use crate::tags;

/// Needs leave for the certificate as it is and as it will be.
/// Source: IAM API reference, "UpdateServerCertificate" (the note on renaming).
pub(super) fn guard(cx: &Cx, i: &shapes_iam::UpdateServerCertificateRequest) -> Result<Guard, Fault> {
    let guard = Guard::of(target(cx, &i.server_certificate_name)?);
    if i.new_path.is_none() && i.new_server_certificate_name.is_none() {
        return Ok(guard);
    }
    let row = cx.get::<ServerCertificates>(&key(cx, &i.server_certificate_name))?;
    let path = i.new_path.clone().or(row.map(|r| r.path)).unwrap_or_else(|| "/".to_owned());
    let name = i.new_server_certificate_name.as_ref().unwrap_or(&i.server_certificate_name);
    Ok(guard.and(Target::on(arn_of(cx, "server-certificate", &path, name))))
}

pub(super) fn update(cx: &mut Cx, i: &shapes_iam::UpdateServerCertificateRequest) -> Result<Empty, Fault> {
    let (old_key, mut row) = find(cx, &i.server_certificate_name)?;
    if let Some(path) = &i.new_path {
        row.path.clone_from(path);
    }
    let mut new_key = old_key.clone();
    if let Some(name) = &i.new_server_certificate_name {
        new_key = key(cx, name);
        if new_key != old_key && cx.get::<ServerCertificates>(&new_key)?.is_some() {
            return Err(exists(name));
        }
        row.name.clone_from(name);
    }
    cx.delete::<ServerCertificates>(&old_key);
    cx.put::<ServerCertificates>(&new_key, &row);
    Ok(Empty {})
}

pub(super) fn delete(cx: &mut Cx, i: &shapes_iam::DeleteServerCertificateRequest) -> Result<Empty, Fault> {
    let (key, _) = find(cx, &i.server_certificate_name)?;
    cx.delete::<ServerCertificates>(&key);
    Ok(Empty {})
}

pub(super) fn tag(cx: &mut Cx, i: &shapes_iam::TagServerCertificateRequest) -> Result<Empty, Fault> {
    let (key, mut row) = find(cx, &i.server_certificate_name)?;
    tags::add(&mut row.tags, &i.tags)?;
    cx.put::<ServerCertificates>(&key, &row);
    Ok(Empty {})
}

pub(super) fn untag(cx: &mut Cx, i: &shapes_iam::UntagServerCertificateRequest) -> Result<Empty, Fault> {
    let (key, mut row) = find(cx, &i.server_certificate_name)?;
    tags::remove(&mut row.tags, &i.tag_keys)?;
    cx.put::<ServerCertificates>(&key, &row);
    Ok(Empty {})
}
