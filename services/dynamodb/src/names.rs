//! Names and ARNs of tables, indexes, streams and backups. Wherever AWS takes a table's name it takes its ARN, too.

use codec::Fault;
use kernel::Scope;

use crate::err::{invalid, invalid_values};
use crate::state::TableKey;

/// Refuses what can't be the name of a table or an index.
/// Source: developer guide, "Naming rules"; the text as clients have quoted it.
pub(crate) fn check_name(name: &str) -> Result<(), Fault> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    if (3..=255).contains(&name.len()) && name.bytes().all(allowed) {
        return Ok(());
    }
    Err(invalid(
        "Invalid table/index name.  Table/index names must be between 3 and 255 characters long, and may contain only the \
         characters a-z, A-Z, 0-9, '_', '-', and '.'",
    ))
}

/// An ARN of DynamoDB's, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Arn<'a> {
    pub(crate) partition: &'a str,
    pub(crate) region: &'a str,
    pub(crate) account: &'a str,
    pub(crate) table: &'a str,
    /// `index/x`, `stream/x`, `backup/x`, or empty.
    pub(crate) rest: &'a str,
}

impl<'a> Arn<'a> {
    /// Takes it apart; `None` if it isn't one.
    pub(crate) fn parse(arn: &'a str) -> Option<Arn<'a>> {
        let mut parts = arn.splitn(6, ':');
        if parts.next()? != "arn" {
            return None;
        }
        let partition = parts.next()?;
        if parts.next()? != "dynamodb" {
            return None;
        }
        let (region, account, resource) = (parts.next()?, parts.next()?, parts.next()?);
        let resource = resource.strip_prefix("table/")?;
        let (table, rest) = resource.split_once('/').unwrap_or((resource, ""));
        Some(Arn { partition, region, account, table, rest })
    }

    /// Whether it is of this account and region.
    pub(crate) fn is_in(&self, scope: &Scope) -> bool {
        self.partition == scope.partition && self.region == scope.region && self.account == scope.account
    }
}

/// The table's name in a name or an ARN, whatever the rest of it says.
pub(crate) fn bare(name_or_arn: &str) -> &str {
    Arn::parse(name_or_arn).map_or(name_or_arn, |a| a.table)
}

/// The name that a name or an ARN of a table gives, in the scope of the call.
///
/// Errors: ValidationException: no name, or an ARN of another region or resource.
pub(crate) fn of<'a>(scope: &Scope, name_or_arn: &'a str) -> Result<&'a str, Fault> {
    if !name_or_arn.starts_with("arn:") {
        check_name(name_or_arn)?;
        return Ok(name_or_arn);
    }
    match Arn::parse(name_or_arn) {
        Some(a) if a.rest.is_empty() && a.is_in(scope) => {
            check_name(a.table)?;
            Ok(a.table)
        }
        Some(a) if a.rest.is_empty() => Err(invalid(format!(
            "Invalid TableArn: Invalid region provided as part of TableArn: {}",
            a.region
        ))),
        _ => Err(invalid_values("Invalid TableArn: Invalid ResourceArn provided as input")),
    }
}

/// The key of a table in a scope.
pub(crate) fn key(scope: &Scope, name: &str) -> TableKey {
    (scope.account.clone(), scope.region.to_owned(), name.to_owned())
}

/// ARN of a table.
pub(crate) fn arn(scope: &Scope, name: &str) -> String {
    format!("arn:{}:dynamodb:{}:{}:table/{name}", scope.partition, scope.region, scope.account)
}

/// ARN of an index.
pub(crate) fn index_arn(scope: &Scope, table: &str, index: &str) -> String {
    format!("{}/index/{index}", arn(scope, table))
}

/// ARN of a stream.
pub(crate) fn stream_arn(scope: &Scope, table: &str, label: &str) -> String {
    format!("{}/stream/{label}", arn(scope, table))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_come_apart() {
        let a = Arn::parse("arn:aws:dynamodb:us-east-1:000000000000:table/t/index/i").unwrap();
        assert_eq!((a.region, a.account, a.table, a.rest), ("us-east-1", "000000000000", "t", "index/i"));
        assert_eq!(bare("arn:aws:dynamodb:us-east-1:000000000000:table/t"), "t");
        assert_eq!(bare("t"), "t");
        for none in ["", "t", "arn:aws:sqs:us-east-1:0:table/t", "arn:aws:dynamodb:us-east-1:0:tables/t"] {
            assert_eq!(Arn::parse(none), None, "{none}");
        }
    }

    #[test]
    fn names_have_rules() {
        for good in ["abc", "a.b-c_D9", &"x".repeat(255)] {
            assert!(check_name(good).is_ok(), "{good}");
        }
        for bad in ["", "ab", "a b", "a/b", "äöü", &"x".repeat(256)] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }
}
