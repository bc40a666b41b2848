//! The condition keys of a simulation: those that the request gives, those that follow from the principal and the time.

use authz::{ContextKeys, ContextMap, ContextValue};
use codec::Fault;
use directory::{Role, User};
use kernel::Cx;
use kernel::text::iso_time;

use crate::err;
use crate::holder::{self, Holder};

/// What is known of the principal.
#[derive(Default)]
pub(super) struct Known {
    keys: Vec<(String, String)>,
    user_arn: Option<String>,
}

impl Known {
    /// Of the user, group or role of that ARN, which exists.
    pub(super) fn of(cx: &Cx, arn: &str) -> Result<Known, Fault> {
        let resource = arn.splitn(6, ':').nth(5).unwrap_or_default();
        let name = resource.rsplit('/').next().unwrap_or_default();
        let mut known = Known::default();
        let mut set = |key: &str, value: &str| known.keys.push((key.to_owned(), value.to_owned()));
        let tags = match resource.split('/').next() {
            Some("user") => {
                let (_, user) = holder::find::<User>(cx, name)?;
                set("aws:username", &user.name);
                set("aws:userid", &user.id);
                set("aws:PrincipalType", "User");
                user.tags
            }
            Some("role") => {
                set("aws:PrincipalType", "AssumedRole");
                holder::find::<Role>(cx, name)?.1.tags().to_vec()
            }
            _ => return Ok(known),
        };
        set("aws:PrincipalArn", arn);
        set("aws:PrincipalAccount", &cx.scope.account);
        tags.iter().for_each(|(k, v)| set(&format!("aws:PrincipalTag/{k}"), v));
        known.user_arn = resource.starts_with("user/").then(|| arn.to_owned());
        Ok(known)
    }

    /// Who calls, where a request doesn't say: the user itself.
    pub(super) fn caller_arn(&self) -> Option<String> {
        self.user_arn.clone()
    }
}

/// The keys of a simulation.
pub(super) struct Keys(ContextMap);

impl Keys {
    /// Errors: InvalidInput: an entry without a name, or with several values where its type has one.
    pub(super) fn new(
        cx: &Cx,
        known: &Known,
        entries: &Option<Vec<shapes_iam::ContextEntry>>,
    ) -> Result<Keys, Fault> {
        let mut map = ContextMap::new();
        map.set("aws:CurrentTime", iso_time(cx.now_ms));
        map.set("aws:EpochTime", cx.now_ms.div_euclid(1_000).to_string());
        known.keys.iter().for_each(|(k, v)| map.set(k, v.clone()));
        for entry in entries.iter().flatten() {
            let Some(name) = &entry.context_key_name else {
                return Err(err::invalid_input("A context entry has no key name."));
            };
            let values = entry.context_key_values.clone().unwrap_or_default();
            let list = entry.context_key_type.as_deref().is_some_and(|t| t.ends_with("List"));
            match (list, values.len()) {
                (true, _) => map.set_many(name, values),
                (false, 1) => map.set(name, values[0].clone()),
                (false, _) => {
                    return Err(err::invalid_input(format!(
                        "Context key {name} must have exactly one value."
                    )));
                }
            }
        }
        Ok(Keys(map))
    }

    /// Whether a key is there.
    pub(super) fn has(&self, key: &str) -> bool {
        self.0.get(&key.to_ascii_lowercase()).is_some()
    }
}

impl ContextKeys for Keys {
    fn get(&self, key: &str) -> Option<ContextValue<'_>> {
        self.0.get(key)
    }
}
