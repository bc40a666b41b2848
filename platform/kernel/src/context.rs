//! The condition keys of one call, computed when a policy asks for them: most policies ask for none.
//! Source of the list: IAM user guide, "AWS global condition context keys".

use std::borrow::Cow;

use authz::{ContextKeys, ContextValue};
use directory::{IdentityKind, SessionKind};

use crate::authorize::Question;
use crate::guard::Target;
use crate::text::iso_time;

/// Where condition keys of a call are looked up.
pub(crate) struct CallContext<'a> {
    pub(crate) q: &'a Question<'a>,
    pub(crate) target: &'a Target,
    pub(crate) tags: &'a [(String, String)],
    pub(crate) principal_arn: &'a str,
}

type Value<'v> = Option<ContextValue<'v>>;

impl ContextKeys for CallContext<'_> {
    fn get(&self, key: &str) -> Option<ContextValue<'_>> {
        if let Some(values) = self.target.keys.iter().find(|(k, _)| k.eq_ignore_ascii_case(key)) {
            return many(values.1.iter().map(String::as_str));
        }
        if let Some(values) = self.target.claims.iter().find(|(k, _)| k.eq_ignore_ascii_case(key)) {
            return many(values.1.iter().map(String::as_str));
        }
        if let Some(tag) = own_resource_tag(key, self.q.action) {
            return one_of(&self.target.tags, tag);
        }
        let Some(name) = key.strip_prefix("aws:") else { return self.session_key(key) };
        match name.split_once('/') {
            Some(("principaltag", tag)) => one_of(self.tags, tag),
            Some(("resourcetag", tag)) => one_of(&self.target.tags, tag),
            Some(("requesttag", tag)) => one_of(self.target.request_tags.as_deref()?, tag),
            Some(_) => None,
            None => self.principal_key(name).or_else(|| self.request_key(name)),
        }
    }
}

impl CallContext<'_> {
    /// Keys that were fixed when the session was issued: an identity provider's claims. A key with several values stands
    /// there once per value.
    fn session_key(&self, key: &str) -> Value<'_> {
        let fixed = self.q.caller.session.as_deref()?.context.iter();
        many(fixed.filter(|(k, _)| k.eq_ignore_ascii_case(key)).map(|(_, v)| v.as_str()))
    }

    fn principal_key(&self, name: &str) -> Value<'_> {
        let c = self.q.caller;
        let signed = c.kind != IdentityKind::Anonymous;
        let service = c.kind == IdentityKind::Service;
        let session = c.session.as_deref();
        match name {
            "principalarn" => (signed && !service).then(|| ContextValue::one(self.principal_arn)),
            "principalaccount" => (signed && !service).then(|| ContextValue::one(&c.account)),
            "principaltype" => Some(ContextValue::one(principal_type(c.kind)?)),
            "principalisawsservice" => signed.then(|| boolean(service)),
            "principalservicename" => service.then(|| ContextValue::one(&c.arn)),
            "principalservicenameslist" => service.then(|| many([c.arn.as_str()]))?,
            "userid" => (signed && !service).then(|| ContextValue::one(&c.user_id)),
            "username" => (c.kind == IdentityKind::User).then(|| ContextValue::one(&c.name)),
            "federatedprovider" => session?.federated_provider.as_deref().map(ContextValue::one),
            "sourceidentity" => session?.source_identity.as_deref().map(ContextValue::one),
            "assumedroot" => (session?.kind == SessionKind::AssumedRoot).then(|| boolean(true)),
            "tokenissuetime" => Some(owned(iso_time(session?.issued_ms))),
            "multifactorauthpresent" => Some(boolean(session?.mfa_at_ms.is_some())),
            "multifactorauthage" => Some(owned(((self.q.now_ms - session?.mfa_at_ms?) / 1_000).to_string())),
            "sourceaccount" => (service && !c.account.is_empty()).then(|| ContextValue::one(&c.account)),
            "sourcearn" => c.source_arn.as_deref().map(ContextValue::one),
            _ => None,
        }
    }

    fn request_key(&self, name: &str) -> Value<'_> {
        let (meta, now) = (self.q.meta, self.q.now_ms);
        match name {
            "currenttime" => Some(owned(iso_time(now))),
            "epochtime" => Some(owned(now.div_euclid(1_000).to_string())),
            "requestedregion" => Some(ContextValue::one(self.q.scope.region)),
            "securetransport" => Some(boolean(meta.secure)),
            "sourceip" => present(&meta.source_ip),
            "useragent" => present(&meta.user_agent),
            "referer" => present(&meta.referer),
            "viaawsservice" => Some(boolean(false)),
            "resourceaccount" => Some(ContextValue::one(match self.target.account.as_str() {
                "" => &self.q.scope.account,
                account => account,
            })),
            "tagkeys" => match (&self.target.request_tags, &self.target.tag_keys) {
                (Some(tags), _) => many(tags.iter().map(|(k, _)| k.as_str())),
                (None, Some(keys)) => many(keys.iter().map(String::as_str)),
                (None, None) => None,
            },
            _ => None,
        }
    }
}

fn principal_type(kind: IdentityKind) -> Option<&'static str> {
    match kind {
        IdentityKind::Root => Some("Account"),
        IdentityKind::User => Some("User"),
        IdentityKind::AssumedRole => Some("AssumedRole"),
        IdentityKind::Federated => Some("FederatedUser"),
        IdentityKind::Anonymous => Some("Anonymous"),
        IdentityKind::Service => None,
    }
}

fn present(text: &str) -> Value<'_> {
    (!text.is_empty()).then(|| ContextValue::one(text))
}

fn boolean(v: bool) -> ContextValue<'static> {
    ContextValue::one(if v { "true" } else { "false" })
}

fn owned(text: String) -> ContextValue<'static> {
    ContextValue::One(Cow::Owned(text))
}

fn many<'v>(values: impl IntoIterator<Item = &'v str>) -> Value<'v> {
    let values: Vec<Cow<'v, str>> = values.into_iter().map(Cow::Borrowed).collect();
    match values.len() {
        0 => None,
        1 => values.into_iter().next().map(ContextValue::One),
        _ => Some(ContextValue::Many(values)),
    }
}

/// The tag of that key. Tag keys in condition keys are matched without regard to case.
fn one_of<'v>(tags: &'v [(String, String)], key: &str) -> Value<'v> {
    tags.iter().find(|(k, _)| k.eq_ignore_ascii_case(key)).map(|(_, v)| ContextValue::one(v))
}

/// The tag that a service's own spelling of `aws:ResourceTag/…` asks for: `iam:ResourceTag/team` in a call of IAM's.
/// Source: service authorization reference (`iam:ResourceTag`, `ec2:ResourceTag`, `secretsmanager:ResourceTag`).
fn own_resource_tag<'k>(key: &'k str, action: &str) -> Option<&'k str> {
    let (prefix, name) = key.split_once(':')?;
    let (service, _) = action.split_once(':')?;
    let (word, tag) = name.split_once('/')?;
    (prefix.eq_ignore_ascii_case(service) && word.eq_ignore_ascii_case("resourcetag")).then_some(tag)
}

#[cfg(test)]
mod tests {
    use super::own_resource_tag;

    #[test]
    fn services_spell_resource_tags_their_own_way() {
        let cases = [
            ("iam:resourcetag/team", "iam:GetUser", Some("team")),
            ("iam:ResourceTag/a/b", "iam:GetUser", Some("a/b")),
            ("ec2:resourcetag/team", "iam:GetUser", None),
            ("iam:requesttag/team", "iam:GetUser", None),
            ("iam:resourcetag", "iam:GetUser", None),
        ];
        for (key, action, want) in cases {
            assert_eq!(own_resource_tag(key, action), want, "{key} {action}");
        }
    }
}
