//! SAML providers: whom roles may trust for SAML assertions. Assertions are STS's to check.
//! Source: IAM API reference, "CreateSAMLProvider" and "UpdateSAMLProvider"; "Could not parse metadata" is quoted in public
//! issues, other texts are inferred.

mod change;
mod metadata;

use codec::Fault;
use directory::{SamlPrivateKey, SamlProvider, SamlProviders};
use kernel::{BASE32, Cx, Guard, Operation, Target};
use shapes_iam::{err as shapes_err, op};

use crate::answers::{self, at};
use crate::quotas::Quota;
use crate::state::home;
use crate::{err, guards, pages, tags};

/// Providers of an account. Source: IAM user guide, "IAM and AWS STS quotas".
const PROVIDERS: Quota = Quota { name: "SAMLProvidersPerAccount", limit: 100 };
/// How long a document is good that doesn't say: AWS shows a hundred years.
const VALID_MS: i64 = 100 * 365 * 86_400_000;

pub(crate) fn operations() -> Vec<Operation> {
    vec![
        Operation::write::<op::CreateSAMLProvider>(
            |cx, i| Ok(guards::new(cx, "saml-provider", &None, &i.name, &i.tags, "iam:TagSAMLProvider")),
            create,
        ),
        Operation::read::<op::GetSAMLProvider>(|cx, i| on(cx, &i.saml_provider_arn), get),
        Operation::read::<op::ListSAMLProviders>(|cx, _| Ok(guards::all(cx, "saml-provider", &None)), list),
        Operation::write::<op::UpdateSAMLProvider>(|cx, i| on(cx, &i.saml_provider_arn), change::update),
        Operation::write::<op::DeleteSAMLProvider>(|cx, i| on(cx, &i.saml_provider_arn), change::delete),
        Operation::write::<op::TagSAMLProvider>(
            |cx, i| Ok(Guard::of(target(cx, &i.saml_provider_arn)?.request_tags(tags::given(&i.tags)))),
            change::tag,
        ),
        Operation::write::<op::UntagSAMLProvider>(
            |cx, i| Ok(Guard::of(target(cx, &i.saml_provider_arn)?.tag_keys(i.tag_keys.clone()))),
            change::untag,
        ),
        Operation::read::<op::ListSAMLProviderTags>(|cx, i| on(cx, &i.saml_provider_arn), list_tags),
    ]
}

fn on(cx: &Cx, arn: &str) -> Result<Guard, Fault> {
    target(cx, arn).map(Guard::of)
}

fn target(cx: &Cx, arn: &str) -> Result<Target, Fault> {
    Ok(Target::on(arn).tags(lookup(cx, arn)?.map(|p| p.tags).unwrap_or_default()))
}

fn key(cx: &Cx, name: &str) -> (String, String, String) {
    let (partition, account) = home(cx);
    (partition, account, name.to_owned())
}

fn arn(cx: &Cx, name: &str) -> String {
    cx.scope.global_arn("iam", &format!("saml-provider/{name}"))
}

fn lookup(cx: &Cx, arn_given: &str) -> Result<Option<SamlProvider>, Fault> {
    match arn_given.strip_prefix(&arn(cx, "")) {
        Some(name) => cx.get::<SamlProviders>(&key(cx, name)),
        None => Ok(None),
    }
}

fn find(cx: &Cx, arn: &str) -> Result<SamlProvider, Fault> {
    if !arn.starts_with("arn:") {
        return Err(err::invalid_arn(arn));
    }
    lookup(cx, arn)?
        .ok_or_else(|| shapes_err::no_such_entity_exception(format!("Manifest not found for arn {arn}")))
}

fn save(cx: &mut Cx, row: &SamlProvider) {
    let key = key(cx, &row.name);
    cx.put::<SamlProviders>(&key, row);
}

/// How many there are, for the account's summary.
pub(crate) fn count(cx: &Cx) -> Result<usize, Fault> {
    Ok(cx.scan_prefix::<SamlProviders>(&home(cx))?.count())
}

fn create(
    cx: &mut Cx,
    i: &shapes_iam::CreateSAMLProviderRequest,
) -> Result<shapes_iam::CreateSAMLProviderResponse, Fault> {
    let mut row = SamlProvider {
        name: i.name.clone(),
        uuid: cx.ids.text("iam.saml_uuid", 32, BASE32),
        created_ms: cx.now_ms,
        tags: tags::new(&i.tags)?,
        encryption: i.assertion_encryption_mode.clone(),
        ..SamlProvider::default()
    };
    change::set_metadata(cx, &mut row, &i.saml_metadata_document)?;
    if let Some(pem) = &i.add_private_key {
        change::add_key(cx, &mut row, pem)?;
    }
    change::check_encryption(&row)?;
    if lookup(cx, &arn(cx, &row.name))?.is_some() {
        let text = format!("SAMLProvider with name {} already exists.", row.name);
        return Err(shapes_err::entity_already_exists_exception(text));
    }
    PROVIDERS.check(count(cx)? + 1)?;
    save(cx, &row);
    Ok(shapes_iam::CreateSAMLProviderResponse {
        saml_provider_arn: Some(arn(cx, &row.name)),
        tags: answers::tags(&row.tags),
    })
}

fn get(
    cx: &mut Cx,
    i: &shapes_iam::GetSAMLProviderRequest,
) -> Result<shapes_iam::GetSAMLProviderResponse, Fault> {
    let p = find(cx, &i.saml_provider_arn)?;
    let shown = |k: &SamlPrivateKey| shapes_iam::SAMLPrivateKey {
        key_id: Some(k.id.clone()),
        timestamp: Some(at(k.added_ms)),
    };
    Ok(shapes_iam::GetSAMLProviderResponse {
        saml_provider_uuid: Some(p.uuid),
        create_date: Some(at(p.created_ms)),
        valid_until: Some(at(p.valid_until_ms)),
        tags: answers::tags(&p.tags),
        private_key_list: (!p.keys.is_empty()).then(|| p.keys.iter().map(shown).collect()),
        saml_metadata_document: Some(p.metadata),
        assertion_encryption_mode: p.encryption,
    })
}

fn list(
    cx: &mut Cx,
    _: &shapes_iam::ListSAMLProvidersRequest,
) -> Result<shapes_iam::ListSAMLProvidersResponse, Fault> {
    let home = home(cx);
    let rows = cx.scan_prefix::<SamlProviders>(&home)?;
    let entries = rows.map(|(_, p)| shapes_iam::SAMLProviderListEntry {
        arn: Some(arn(cx, &p.name)),
        valid_until: Some(at(p.valid_until_ms)),
        create_date: Some(at(p.created_ms)),
    });
    let entries = entries.collect();
    Ok(shapes_iam::ListSAMLProvidersResponse { saml_provider_list: Some(entries) })
}

fn list_tags(
    cx: &mut Cx,
    i: &shapes_iam::ListSAMLProviderTagsRequest,
) -> Result<shapes_iam::ListSAMLProviderTagsResponse, Fault> {
    let asked = pages::asked(cx, "ListSAMLProviderTags", &[&i.saml_provider_arn], &i.marker, i.max_items)?;
    let page = tags::page(cx, &asked, &find(cx, &i.saml_provider_arn)?.tags);
    Ok(shapes_iam::ListSAMLProviderTagsResponse {
        tags: page.items,
        is_truncated: page.is_truncated,
        marker: page.marker,
    })
}
