//! The policies that a user, group or role holds, with their texts: its own, inline and attached, and for a user those of
//! its groups. Boundaries are not among them.

use authz::{Effect, PolicyKind, Statement};
use codec::Fault;
use directory::{Group, Role, User};
use kernel::Cx;

use crate::attach::path_and_name;
use crate::documents;
use crate::err;
use crate::holder::{self, Holder, Kind};

/// A policy and who holds it.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    /// Kind of the holder.
    pub(crate) kind: Kind,
    /// Name of the holder.
    pub(crate) holder: String,
    /// Name of the policy.
    pub(crate) name: String,
    /// ARN of a managed policy.
    pub(crate) arn: Option<String>,
    /// Text that is in force.
    pub(crate) document: String,
}

/// What the entity of that ARN holds.
///
/// Errors: InvalidInput: no ARN of a user, group or role. NoSuchEntity: none of this account's.
pub(crate) fn of_arn(cx: &Cx, arn: &str) -> Result<Vec<Held>, Fault> {
    let home = format!("arn:{}:iam::{}:", cx.scope.partition, cx.scope.account);
    let Some((word, rest)) = arn.strip_prefix(&home).and_then(|r| r.split_once('/')) else {
        return Err(err::invalid_arn(arn));
    };
    let name = rest.rsplit('/').next().unwrap_or(rest);
    match Kind::ALL.into_iter().find(|k| k.word() == word) {
        Some(Kind::User) => of_user(cx, &exact(cx, name, arn)?),
        Some(Kind::Group) => of_holder::<Group>(cx, &exact(cx, name, arn)?),
        Some(Kind::Role) => of_holder::<Role>(cx, &exact(cx, name, arn)?),
        None => Err(err::invalid_arn(arn)),
    }
}

/// What a user holds, its groups' policies included.
pub(crate) fn of_user(cx: &Cx, user: &User) -> Result<Vec<Held>, Fault> {
    let mut all = of_holder(cx, user)?;
    for group in &user.groups {
        let (_, group) = holder::find::<Group>(cx, group)?;
        all.extend(of_holder(cx, &group)?);
    }
    Ok(all)
}

/// What an entity holds itself.
pub(crate) fn of_holder<H: Holder>(cx: &Cx, row: &H) -> Result<Vec<Held>, Fault> {
    let held = |name: &str, arn: Option<&String>, document: String| Held {
        kind: H::KIND,
        holder: row.name().to_owned(),
        name: name.to_owned(),
        arn: arn.cloned(),
        document,
    };
    let mut all: Vec<Held> = row.inline().iter().map(|(n, d)| held(n, None, d.clone())).collect();
    for arn in row.attached() {
        let text = cx.directory.managed_document(cx.tx(), arn).map_err(Fault::internal)?;
        if let Some(text) = text {
            all.push(held(path_and_name(arn).1, Some(arn), text));
        }
    }
    Ok(all)
}

/// The entity of that name, if its ARN is just that one.
fn exact<H: Holder>(cx: &Cx, name: &str, arn: &str) -> Result<H, Fault> {
    let (_, row) = holder::find::<H>(cx, name)?;
    match holder::arn(cx, &row) == arn {
        true => Ok(row),
        false => Err(err::no_such(H::KIND, name)),
    }
}

impl Held {
    /// Whether the policy allows any action of a service, whatever its resources and conditions.
    pub(crate) fn grants(&self, namespace: &str) -> Result<bool, Fault> {
        let document = documents::parse(&self.document, PolicyKind::Identity)?;
        Ok(document.statements().iter().any(|s| s.effect() == Effect::Allow && names(s, namespace)))
    }
}

/// Whether a statement is about any action of a service.
pub(crate) fn names(statement: &Statement, namespace: &str) -> bool {
    let (patterns, negated) = statement.actions();
    let of_service = |p: &String| match p.split_once(':') {
        Some((vendor, _)) => vendor == "*" || vendor.eq_ignore_ascii_case(namespace),
        None => p == "*",
    };
    let whole_service =
        |p: &String| of_service(p) && p.split_once(':').is_none_or(|(_, action)| action == "*");
    match negated {
        false => patterns.iter().any(of_service),
        true => !patterns.iter().any(whole_service),
    }
}
