//! `CreateOpenIDConnectProvider`.

use codec::Fault;
use directory::OidcProvider;
use kernel::{Cx, Guard, Target};
use shapes_iam::err as shapes_err;

use super::{CLIENT_IDS, arn, check_thumbprints, count, lookup, save};
use crate::quotas::Quota;
use crate::{answers, err, tags};

/// Providers of an account.
const PROVIDERS: Quota = Quota { name: "OpenIdConnectProvidersPerAccount", limit: 100 };

pub(super) fn guard(cx: &Cx, i: &shapes_iam::CreateOpenIDConnectProviderRequest) -> Result<Guard, Fault> {
    let target = Target::on(arn(cx, i.url.strip_prefix("https://").unwrap_or(&i.url)));
    Ok(match i.tags.as_deref() {
        Some(given) if !given.is_empty() => {
            let target = target.request_tags(tags::given(given));
            Guard::of(target.clone()).and(target.action("iam:TagOpenIDConnectProvider"))
        }
        _ => Guard::of(target),
    })
}

pub(super) fn decide(
    cx: &mut Cx,
    i: &shapes_iam::CreateOpenIDConnectProviderRequest,
) -> Result<shapes_iam::CreateOpenIDConnectProviderResponse, Fault> {
    let url = normal(&i.url).ok_or_else(|| err::validation("Invalid Open ID Connect Provider URL"))?;
    let row = OidcProvider {
        client_ids: once_each(i.client_id_list.as_deref().unwrap_or_default()),
        thumbprints: i.thumbprint_list.clone().unwrap_or_default(),
        created_ms: cx.now_ms,
        tags: tags::new(&i.tags)?,
        url,
    };
    CLIENT_IDS.check(row.client_ids.len())?;
    check_thumbprints(&row.thumbprints)?;
    if lookup(cx, &arn(cx, &row.url))?.is_some() {
        let text = format!("Provider with url https://{} already exists.", row.url);
        return Err(shapes_err::entity_already_exists_exception(text));
    }
    PROVIDERS.check(count(cx)? + 1)?;
    save(cx, &row);
    Ok(shapes_iam::CreateOpenIDConnectProviderResponse {
        open_id_connect_provider_arn: Some(arn(cx, &row.url)),
        tags: answers::tags(&row.tags),
    })
}

fn once_each(given: &[String]) -> Vec<String> {
    let mut out: Vec<String> = Vec::with_capacity(given.len());
    for id in given {
        if !out.contains(id) {
            out.push(id.clone());
        }
    }
    out
}

/// The URL without its scheme, its host in lower case; nothing for what is no URL of a provider: https alone, no query, no
/// port.
fn normal(url: &str) -> Option<String> {
    let rest = url.strip_prefix("https://")?;
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host_is_fine = !host.is_empty()
        && host.split('.').all(|label| {
            !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        });
    let path_is_fine = path.bytes().all(|b| b.is_ascii_graphic() && !b"?#\"<>\\".contains(&b));
    (host_is_fine && path_is_fine).then(|| format!("{}{path}", host.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::normal;

    #[test]
    fn urls_of_providers() {
        assert_eq!(normal("https://Accounts.Example.com/a/B").as_deref(), Some("accounts.example.com/a/B"));
        assert_eq!(normal("https://example.com/").as_deref(), Some("example.com/"));
        for bad in [
            "http://example.com",
            "example.com",
            "https://",
            "https://a..b",
            "https://a.com:8443",
            "https://a.com/?x=1",
            "https:///x",
        ] {
            assert_eq!(normal(bad), None, "{bad}");
        }
    }
}
