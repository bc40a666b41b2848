//! Roles as STS names them: by ARN. Their rows are the directory's.

use codec::Fault;
use directory::{Role, Roles, entity_key};
use kernel::Cx;

/// A role's ARN, taken apart.
pub(crate) struct RoleArn<'a> {
    pub(crate) partition: &'a str,
    pub(crate) account: &'a str,
    /// `/name` or `/a/b/name`.
    path_and_name: &'a str,
}

impl<'a> RoleArn<'a> {
    /// Takes an ARN apart; `None` if it is no role's.
    pub(crate) fn parse(arn: &'a str) -> Option<RoleArn<'a>> {
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let ["arn", partition, "iam", "", account, resource] = parts[..] else { return None };
        let path_and_name = resource.strip_prefix("role").filter(|p| p.starts_with('/'))?;
        let twelve_digits = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
        let named = !path_and_name.ends_with('/');
        (twelve_digits && named).then_some(RoleArn { partition, account, path_and_name })
    }

    fn name(&self) -> &'a str {
        self.path_and_name.rsplit('/').next().unwrap_or_default()
    }
}

/// The role with exactly that ARN, in the call's partition.
pub(crate) fn find(cx: &Cx, arn: &RoleArn<'_>) -> Result<Option<Role>, Fault> {
    if arn.partition != cx.scope.partition {
        return Ok(None);
    }
    let role = cx.get::<Roles>(&entity_key(arn.partition, arn.account, arn.name()))?;
    Ok(role.filter(|r| format!("{}{}", r.path, r.name) == arn.path_and_name))
}

/// The account that owns the role: whose state the call works on.
pub(crate) fn owner(role_arn: &str) -> Option<String> {
    RoleArn::parse(role_arn).map(|a| a.account.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_of_roles_and_of_nothing() {
        let a = RoleArn::parse("arn:aws:iam::111122223333:role/a/b/r").expect("it is one");
        assert_eq!((a.account, a.path_and_name, a.name()), ("111122223333", "/a/b/r", "r"));
        for bad in [
            "",
            "arn:aws:iam::111122223333:user/u",
            "arn:aws:iam::111122223333:role/",
            "arn:aws:iam::111122223333:role/a/",
            "arn:aws:iam::111122223333:rolex",
            "arn:aws:iam::1111:role/r",
            "arn:aws:sts::111122223333:assumed-role/r/s",
            "arn:aws:iam:us-east-1:111122223333:role/r",
        ] {
            assert!(RoleArn::parse(bad).is_none(), "{bad}");
        }
    }
}
