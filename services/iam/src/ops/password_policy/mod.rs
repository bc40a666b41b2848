//! The account's password policy: kept, shown, and applied to new passwords.
//! Source: IAM user guide, "Set an account password policy for IAM users" (custom policy, default policy).

use codec::{Empty, Fault};
use kernel::{Cx, Guard, Operation};
use shapes_iam::{err as shapes_err, op};
use store::{Row, RowError, RowReader, RowWriter, Table};

use crate::state::home;

/// What counts as a symbol.
const SYMBOLS: &str = "!@#$%^&*()_+-=[]{}|'";
/// Length of a password where the account says nothing.
const DEFAULT_LENGTH: i32 = 8;
/// Length of a password where the account's policy says nothing of it.
const LENGTH_UNTOLD: i32 = 6;

/// What an account asks of passwords.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct PasswordPolicy {
    minimum_length: i32,
    symbols: bool,
    numbers: bool,
    uppercase: bool,
    lowercase: bool,
    users_may_change: bool,
    /// Days; none: passwords don't expire.
    max_age_days: Option<i32>,
    reuse_prevention: Option<i32>,
    hard_expiry: Option<bool>,
}

impl Row for PasswordPolicy {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.minimum_length);
        w.put(2, &self.symbols);
        w.put(3, &self.numbers);
        w.put(4, &self.uppercase);
        w.put(5, &self.lowercase);
        w.put(6, &self.users_may_change);
        w.put(7, &self.max_age_days);
        w.put(8, &self.reuse_prevention);
        w.put(9, &self.hard_expiry);
    }
    fn read(r: &mut RowReader) -> Result<PasswordPolicy, RowError> {
        Ok(PasswordPolicy {
            minimum_length: r.get(1)?,
            symbols: r.get(2)?,
            numbers: r.get(3)?,
            uppercase: r.get(4)?,
            lowercase: r.get(5)?,
            users_may_change: r.get(6)?,
            max_age_days: r.get(7)?,
            reuse_prevention: r.get(8)?,
            hard_expiry: r.get(9)?,
        })
    }
}

/// Password policies by partition and account.
pub(crate) struct PasswordPolicies;
impl Table for PasswordPolicies {
    const NAME: &'static str = "iam.password_policy";
    const VERSION: u16 = 1;
    type Key = (String, String);
    type Row = PasswordPolicy;
}

/// Why a password is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It lacks something.
    Weak,
    /// It was used before.
    Reused,
}

impl Refusal {
    /// As AWS says it. Source: quoted in public issues (gree/subiam 3); the second by inference.
    pub(crate) fn fault(self) -> Fault {
        shapes_err::password_policy_violation_exception(match self {
            Refusal::Weak => "Password does not conform to the account password policy.",
            Refusal::Reused => "Password was recently used. Choose a different password.",
        })
    }
}

/// The policy that holds now: the account's own, or AWS's default.
pub(crate) enum Current {
    /// Set by the account.
    Own(PasswordPolicy),
    /// The default.
    Default,
}

/// The policy that holds in the call's account.
pub(crate) fn current(cx: &Cx) -> Result<Current, Fault> {
    Ok(cx.get::<PasswordPolicies>(&home(cx))?.map_or(Current::Default, Current::Own))
}

impl Current {
    /// Holds a new password to the policy.
    pub(crate) fn check(&self, cx: &Cx, user: &str, text: &str) -> Result<(), Refusal> {
        let (lower, upper, number, symbol) = kinds(text);
        let fine = match self {
            Current::Own(p) => {
                text.chars().count() >= usize::try_from(p.minimum_length).unwrap_or(0)
                    && (lower || !p.lowercase)
                    && (upper || !p.uppercase)
                    && (number || !p.numbers)
                    && (symbol || !p.symbols)
            }
            // At least 8 characters of three kinds, and neither the account's name nor the user's.
            Current::Default => {
                let kinds = [lower, upper, number, symbol].into_iter().filter(|k| *k).count();
                text.chars().count() >= DEFAULT_LENGTH as usize
                    && kinds >= 3
                    && text != user
                    && text != cx.scope.account
            }
        };
        if fine { Ok(()) } else { Err(Refusal::Weak) }
    }

    /// How many earlier passwords must not come again.
    pub(crate) fn forbidden_earlier(&self) -> usize {
        match self {
            Current::Own(p) => p.reuse_prevention.and_then(|n| usize::try_from(n).ok()).unwrap_or(0),
            Current::Default => 0,
        }
    }

    /// Whether users need no permission to change their own password.
    pub(crate) fn users_may_change(&self) -> bool {
        matches!(self, Current::Own(p) if p.users_may_change)
    }

    /// After how many days a password must be replaced.
    pub(crate) fn max_age_days(&self) -> Option<i32> {
        match self {
            Current::Own(p) => p.max_age_days,
            Current::Default => None,
        }
    }
}

fn kinds(text: &str) -> (bool, bool, bool, bool) {
    (
        text.chars().any(|c| c.is_ascii_lowercase()),
        text.chars().any(|c| c.is_ascii_uppercase()),
        text.chars().any(|c| c.is_ascii_digit()),
        text.chars().any(|c| SYMBOLS.contains(c)),
    )
}

pub(crate) fn operations() -> Vec<Operation> {
    vec![
        Operation::write::<op::UpdateAccountPasswordPolicy>(|_, _| Ok(Guard::any()), update),
        Operation::read::<op::GetAccountPasswordPolicy>(|_, _| Ok(Guard::any()), get),
        Operation::write::<op::DeleteAccountPasswordPolicy>(|_, _| Ok(Guard::any()), delete),
    ]
}

/// What isn't told goes back to its default.
fn update(cx: &mut Cx, i: &shapes_iam::UpdateAccountPasswordPolicyRequest) -> Result<Empty, Fault> {
    let row = PasswordPolicy {
        minimum_length: i.minimum_password_length.unwrap_or(LENGTH_UNTOLD),
        symbols: i.require_symbols.unwrap_or(false),
        numbers: i.require_numbers.unwrap_or(false),
        uppercase: i.require_uppercase_characters.unwrap_or(false),
        lowercase: i.require_lowercase_characters.unwrap_or(false),
        users_may_change: i.allow_users_to_change_password.unwrap_or(false),
        max_age_days: i.max_password_age,
        reuse_prevention: i.password_reuse_prevention,
        hard_expiry: i.hard_expiry,
    };
    cx.put::<PasswordPolicies>(&home(cx), &row);
    Ok(Empty {})
}

fn find(cx: &Cx, text: String) -> Result<PasswordPolicy, Fault> {
    cx.get::<PasswordPolicies>(&home(cx))?.ok_or_else(|| shapes_err::no_such_entity_exception(text))
}

fn get(cx: &mut Cx, _: &Empty) -> Result<shapes_iam::GetAccountPasswordPolicyResponse, Fault> {
    let none = format!("The Password Policy with domain name {} cannot be found.", cx.scope.account);
    let p = find(cx, none)?;
    Ok(shapes_iam::GetAccountPasswordPolicyResponse {
        password_policy: shapes_iam::PasswordPolicy {
            minimum_password_length: Some(p.minimum_length),
            require_symbols: Some(p.symbols),
            require_numbers: Some(p.numbers),
            require_uppercase_characters: Some(p.uppercase),
            require_lowercase_characters: Some(p.lowercase),
            allow_users_to_change_password: Some(p.users_may_change),
            expire_passwords: Some(p.max_age_days.is_some_and(|d| d > 0)),
            max_password_age: p.max_age_days,
            password_reuse_prevention: p.reuse_prevention,
            hard_expiry: p.hard_expiry,
        },
    })
}

fn delete(cx: &mut Cx, _: &Empty) -> Result<Empty, Fault> {
    find(cx, "The account policy with name PasswordPolicy cannot be found.".to_owned())?;
    cx.delete::<PasswordPolicies>(&home(cx));
    Ok(Empty {})
}
