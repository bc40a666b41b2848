//! OpenID Connect providers: whom roles may trust for web identities. Tokens are STS's to check.
//! Source: IAM API reference, "CreateOpenIDConnectProvider"; quotas: IAM user guide. Texts: answers of AWS quoted in
//! public issues.
//! Differs: without a thumbprint AWS fetches the provider's certificate; here nothing is fetched and the list stays empty.

mod change;
mod create;

use codec::{Empty, Fault};
use directory::{OidcProvider, OidcProviders};
use kernel::{Cx, Guard, Operation, Target};
use shapes_iam::{err as shapes_err, op};

use crate::answers::{self, at};
use crate::quotas::Quota;
use crate::state::home;
use crate::{err, guards, pages, tags};

/// Client ids of one provider.
const CLIENT_IDS: Quota = Quota { name: "ClientIdsPerOpenIdConnectProvider", limit: 100 };
/// Thumbprints of one provider.
const THUMBPRINTS: usize = 5;

pub(crate) fn operations() -> Vec<Operation> {
    vec![
        Operation::write::<op::CreateOpenIDConnectProvider>(create::guard, create::decide),
        Operation::read::<op::GetOpenIDConnectProvider>(|cx, i| on(cx, &i.open_id_connect_provider_arn), get),
        Operation::read::<op::ListOpenIDConnectProviders>(
            |cx, _| Ok(guards::all(cx, "oidc-provider", &None)),
            list,
        ),
        Operation::write::<op::DeleteOpenIDConnectProvider>(
            |cx, i| on(cx, &i.open_id_connect_provider_arn),
            delete,
        ),
        Operation::write::<op::AddClientIDToOpenIDConnectProvider>(
            |cx, i| on(cx, &i.open_id_connect_provider_arn),
            change::add_client_id,
        ),
        Operation::write::<op::RemoveClientIDFromOpenIDConnectProvider>(
            |cx, i| on(cx, &i.open_id_connect_provider_arn),
            change::remove_client_id,
        ),
        Operation::write::<op::UpdateOpenIDConnectProviderThumbprint>(
            |cx, i| on(cx, &i.open_id_connect_provider_arn),
            change::thumbprints,
        ),
        Operation::write::<op::TagOpenIDConnectProvider>(
            |cx, i| {
                let target = target(cx, &i.open_id_connect_provider_arn)?;
                Ok(Guard::of(target.request_tags(tags::given(&i.tags))))
            },
            change::tag,
        ),
        Operation::write::<op::UntagOpenIDConnectProvider>(
            |cx, i| {
                let target = target(cx, &i.open_id_connect_provider_arn)?;
                Ok(Guard::of(target.tag_keys(i.tag_keys.clone())))
            },
            change::untag,
        ),
        Operation::read::<op::ListOpenIDConnectProviderTags>(
            |cx, i| on(cx, &i.open_id_connect_provider_arn),
            list_tags,
        ),
    ]
}

fn on(cx: &Cx, arn: &str) -> Result<Guard, Fault> {
    target(cx, arn).map(Guard::of)
}

fn target(cx: &Cx, arn: &str) -> Result<Target, Fault> {
    Ok(Target::on(arn).tags(lookup(cx, arn)?.map(|p| p.tags).unwrap_or_default()))
}

fn key(cx: &Cx, url: &str) -> (String, String, String) {
    let (partition, account) = home(cx);
    (partition, account, url.to_owned())
}

fn arn(cx: &Cx, url: &str) -> String {
    cx.scope.global_arn("iam", &format!("oidc-provider/{url}"))
}

fn lookup(cx: &Cx, arn_given: &str) -> Result<Option<OidcProvider>, Fault> {
    match arn_given.strip_prefix(&arn(cx, "")) {
        Some(url) => cx.get::<OidcProviders>(&key(cx, url)),
        None => Ok(None),
    }
}

fn find(cx: &Cx, arn: &str) -> Result<OidcProvider, Fault> {
    if !arn.starts_with("arn:") {
        return Err(err::invalid_arn(arn));
    }
    lookup(cx, arn)?.ok_or_else(|| {
        shapes_err::no_such_entity_exception(format!("OpenIDConnect Provider not found for arn {arn}"))
    })
}

fn save(cx: &mut Cx, row: &OidcProvider) {
    let key = key(cx, &row.url);
    cx.put::<OidcProviders>(&key, row);
}

/// How many there are, for the account's summary.
pub(crate) fn count(cx: &Cx) -> Result<usize, Fault> {
    Ok(cx.scan_prefix::<OidcProviders>(&home(cx))?.count())
}

fn get(
    cx: &mut Cx,
    i: &shapes_iam::GetOpenIDConnectProviderRequest,
) -> Result<shapes_iam::GetOpenIDConnectProviderResponse, Fault> {
    let p = find(cx, &i.open_id_connect_provider_arn)?;
    Ok(shapes_iam::GetOpenIDConnectProviderResponse {
        create_date: Some(at(p.created_ms)),
        tags: answers::tags(&p.tags),
        url: Some(p.url),
        client_id_list: Some(p.client_ids),
        thumbprint_list: Some(p.thumbprints),
    })
}

fn list(
    cx: &mut Cx,
    _: &shapes_iam::ListOpenIDConnectProvidersRequest,
) -> Result<shapes_iam::ListOpenIDConnectProvidersResponse, Fault> {
    let home = home(cx);
    let rows = cx.scan_prefix::<OidcProviders>(&home)?;
    let entries =
        rows.map(|(_, p)| shapes_iam::OpenIDConnectProviderListEntry { arn: Some(arn(cx, &p.url)) });
    let entries = entries.collect();
    Ok(shapes_iam::ListOpenIDConnectProvidersResponse { open_id_connect_provider_list: Some(entries) })
}

fn delete(cx: &mut Cx, i: &shapes_iam::DeleteOpenIDConnectProviderRequest) -> Result<Empty, Fault> {
    let row = find(cx, &i.open_id_connect_provider_arn)?;
    let key = key(cx, &row.url);
    cx.delete::<OidcProviders>(&key);
    Ok(Empty {})
}

fn list_tags(
    cx: &mut Cx,
    i: &shapes_iam::ListOpenIDConnectProviderTagsRequest,
) -> Result<shapes_iam::ListOpenIDConnectProviderTagsResponse, Fault> {
    let arn = &i.open_id_connect_provider_arn;
    let asked = pages::asked(cx, "ListOpenIDConnectProviderTags", &[arn], &i.marker, i.max_items)?;
    let page = tags::page(cx, &asked, &find(cx, arn)?.tags);
    Ok(shapes_iam::ListOpenIDConnectProviderTagsResponse {
        tags: page.items,
        is_truncated: page.is_truncated,
        marker: page.marker,
    })
}

/// Errors: InvalidInput: too many, or no SHA-1 in hex. The length is the model's to check.
fn check_thumbprints(given: &[String]) -> Result<(), Fault> {
    if given.len() > THUMBPRINTS {
        return Err(err::invalid_input("Thumbprint list must contain fewer than 5 entries."));
    }
    if given.iter().any(|t| !t.bytes().all(|b| b.is_ascii_hexdigit())) {
        // Inferred: the model says only that it is 40 characters long.
        return Err(err::invalid_input("Thumbprint must contain only hexadecimal digits."));
    }
    Ok(())
}
