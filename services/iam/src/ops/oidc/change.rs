//! Changes to OpenID Connect providers: client ids, thumbprints, tags.

use codec::{Empty, Fault};
use kernel::Cx;

use super::{CLIENT_IDS, check_thumbprints, find, save};
use crate::tags;

/// A client id that is there already is no error. Source: IAM API reference: "idempotent".
pub(super) fn add_client_id(
    cx: &mut Cx,
    i: &shapes_iam::AddClientIDToOpenIDConnectProviderRequest,
) -> Result<Empty, Fault> {
    let mut row = find(cx, &i.open_id_connect_provider_arn)?;
    if !row.client_ids.contains(&i.client_id) {
        CLIENT_IDS.check(row.client_ids.len() + 1)?;
        row.client_ids.push(i.client_id.clone());
        save(cx, &row);
    }
    Ok(Empty {})
}

/// A client id that isn't there is no error. Source: as above.
pub(super) fn remove_client_id(
    cx: &mut Cx,
    i: &shapes_iam::RemoveClientIDFromOpenIDConnectProviderRequest,
) -> Result<Empty, Fault> {
    let mut row = find(cx, &i.open_id_connect_provider_arn)?;
    row.client_ids.retain(|id| *id != i.client_id);
    save(cx, &row);
    Ok(Empty {})
}

pub(super) fn thumbprints(
    cx: &mut Cx,
    i: &shapes_iam::UpdateOpenIDConnectProviderThumbprintRequest,
) -> Result<Empty, Fault> {
    check_thumbprints(&i.thumbprint_list)?;
    let mut row = find(cx, &i.open_id_connect_provider_arn)?;
    row.thumbprints.clone_from(&i.thumbprint_list);
    save(cx, &row);
    Ok(Empty {})
}

pub(super) fn tag(cx: &mut Cx, i: &shapes_iam::TagOpenIDConnectProviderRequest) -> Result<Empty, Fault> {
    let mut row = find(cx, &i.open_id_connect_provider_arn)?;
    tags::add(&mut row.tags, &i.tags)?;
    save(cx, &row);
    Ok(Empty {})
}

pub(super) fn untag(cx: &mut Cx, i: &shapes_iam::UntagOpenIDConnectProviderRequest) -> Result<Empty, Fault> {
    let mut row = find(cx, &i.open_id_connect_provider_arn)?;
    tags::remove(&mut row.tags, &i.tag_keys)?;
    save(cx, &row);
    Ok(Empty {})
}
