//! Outbound identity federation: whether principals of the account may have tokens that others verify (STS's
//! GetWebIdentityToken), and the account's issuer. Keys and tokens are the directory's and STS's.
//! Source: IAM API reference, "EnableOutboundWebIdentityFederation" and its siblings (2026-11-22); texts are the
//! descriptions of the errors there.

use codec::{Empty, Fault};
use directory::{IssuerAccount, IssuerAccounts, OutboundIssuer, OutboundIssuers};
use kernel::{Cx, Guard, Operation};
use shapes_iam::{err as shapes_err, op};

use crate::state::{clear, home};

pub(crate) fn operations() -> Vec<Operation> {
    vec![
        Operation::write::<op::EnableOutboundWebIdentityFederation>(|_, _| Ok(Guard::any()), enable),
        Operation::write::<op::DisableOutboundWebIdentityFederation>(|_, _| Ok(Guard::any()), disable),
        Operation::read::<op::GetOutboundWebIdentityFederationInfo>(|_, _| Ok(Guard::any()), info),
    ]
}

fn disabled(text: &str) -> Fault {
    shapes_err::feature_disabled_exception(text)
}

/// Switches it on. An account that had it before keeps its issuer and its keys.
fn enable(cx: &mut Cx, _: &Empty) -> Result<shapes_iam::EnableOutboundWebIdentityFederationResponse, Fault> {
    let home = home(cx);
    let issuer = match cx.get::<OutboundIssuers>(&home)? {
        Some(issuer) if issuer.enabled => {
            return Err(shapes_err::feature_enabled_exception(
                "The request failed because outbound identity federation is already enabled for your Amazon Web \
                 Services account. You cannot enable the feature multiple times. To fetch the current configuration \
                 (including the unique issuer URL), use the GetOutboundWebIdentityFederationInfo operation.",
            ));
        }
        Some(mut issuer) => {
            issuer.enabled = true;
            issuer
        }
        None => {
            let id = cx.ids.uuid("iam.outbound_issuer");
            let mut random = || cx.ids.bytes("iam.outbound_key");
            OutboundIssuer::new(id, &mut random).map_err(|_| Fault::internal("no keys can be made"))?
        }
    };
    let of = IssuerAccount { partition: home.0.clone(), account: home.1.clone() };
    cx.put::<IssuerAccounts>(&issuer.id, &of);
    cx.put::<OutboundIssuers>(&home, &issuer);
    Ok(shapes_iam::EnableOutboundWebIdentityFederationResponse { issuer_identifier: Some(issuer.url()) })
}

/// Switches it off. Tokens that were given stay good: the keys stay published.
fn disable(cx: &mut Cx, _: &Empty) -> Result<Empty, Fault> {
    let home = home(cx);
    let mut issuer = cx.get::<OutboundIssuers>(&home)?.filter(|i| i.enabled).ok_or_else(|| {
        disabled(
            "The request failed because outbound identity federation is already disabled for your Amazon Web Services \
             account. You cannot disable the feature multiple times",
        )
    })?;
    issuer.enabled = false;
    cx.put::<OutboundIssuers>(&home, &issuer);
    Ok(Empty {})
}

fn info(cx: &mut Cx, _: &Empty) -> Result<shapes_iam::GetOutboundWebIdentityFederationInfoResponse, Fault> {
    let issuer = cx.get::<OutboundIssuers>(&home(cx))?.filter(|i| i.enabled).ok_or_else(|| {
        // Inferred: the model's description speaks of disabling twice.
        disabled("Outbound identity federation is disabled for your Amazon Web Services account.")
    })?;
    Ok(shapes_iam::GetOutboundWebIdentityFederationInfoResponse {
        issuer_identifier: Some(issuer.url()),
        jwt_vending_enabled: Some(issuer.enabled),
    })
}

/// Forgets the account's issuer.
pub(crate) fn remove(cx: &mut Cx) -> Result<(), Fault> {
    if let Some(issuer) = cx.get::<OutboundIssuers>(&home(cx))? {
        cx.delete::<IssuerAccounts>(&issuer.id);
    }
    clear::<OutboundIssuers>(cx)
}
