//! Login profiles: the passwords of users. Nobody signs in here with one; they are kept, held to the account's policy, and
//! shown in the credential report.
//! Differs: AWS answers EntityTemporarilyUnmodifiable for a few seconds after a profile was made or changed.

mod password;

use codec::{Empty, Fault};
use directory::IdentityKind;
use kernel::{Cx, Guard, Operation, Target};
use shapes_iam::{err as shapes_err, op};
use store::{Row, RowError, RowReader, RowWriter, Table};

use crate::answers::at;
use crate::ops::password_policy::{self, Refusal};
use crate::owner::{self, Owner};
use crate::state::home;
use crate::{err, guards};
use password::Password;

/// Earlier passwords kept: as many as a policy can forbid to use again.
const HISTORY: usize = 24;

/// The password of a user.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct LoginProfile {
    /// Milliseconds since the epoch.
    pub(crate) created_ms: i64,
    /// When the password was set, milliseconds since the epoch.
    pub(crate) changed_ms: i64,
    /// The user must set a new one at the next sign-in.
    reset_required: bool,
    password: Password,
    /// Earlier passwords, the latest first.
    history: Vec<Password>,
}

impl Row for LoginProfile {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.created_ms);
        w.put(2, &self.changed_ms);
        w.put(3, &self.reset_required);
        w.put(4, &self.password);
        w.put(5, &self.history);
    }
    fn read(r: &mut RowReader) -> Result<LoginProfile, RowError> {
        Ok(LoginProfile {
            created_ms: r.get(1)?,
            changed_ms: r.get(2)?,
            reset_required: r.get(3)?,
            password: r.get(4)?,
            history: r.get(5)?,
        })
    }
}

/// Login profiles by partition, account and user's id.
pub(crate) struct LoginProfiles;
impl Table for LoginProfiles {
    const NAME: &'static str = "iam.login_profile";
    const VERSION: u16 = 1;
    type Key = (String, String, String);
    type Row = LoginProfile;
}

pub(crate) fn operations() -> Vec<Operation> {
    vec![
        Operation::write::<op::CreateLoginProfile>(|cx, i| guards::user_or_caller(cx, &i.user_name), create),
        Operation::read::<op::GetLoginProfile>(|cx, i| guards::user_or_caller(cx, &i.user_name), get),
        Operation::write::<op::UpdateLoginProfile>(|cx, i| guards::user(cx, &i.user_name), update),
        Operation::write::<op::DeleteLoginProfile>(|cx, i| guards::user_or_caller(cx, &i.user_name), delete),
        Operation::write::<op::ChangePassword>(|cx, _| own_password(cx), change),
    ]
}

/// The login profile of a user.
pub(crate) fn profile(cx: &Cx, owner: &Owner) -> Result<Option<LoginProfile>, Fault> {
    cx.get::<LoginProfiles>(&key(cx, owner))
}

/// Whether a user has a password.
pub(crate) fn exists(cx: &Cx, owner: &Owner) -> Result<bool, Fault> {
    Ok(profile(cx, owner)?.is_some())
}

fn key(cx: &Cx, owner: &Owner) -> (String, String, String) {
    let (partition, account) = home(cx);
    (partition, account, owner.id.clone())
}

fn find(cx: &Cx, owner: &Owner) -> Result<LoginProfile, Fault> {
    let text = || format!("Login Profile for User {} cannot be found.", owner.name);
    profile(cx, owner)?.ok_or_else(|| shapes_err::no_such_entity_exception(text()))
}

fn create(
    cx: &mut Cx,
    i: &shapes_iam::CreateLoginProfileRequest,
) -> Result<shapes_iam::CreateLoginProfileResponse, Fault> {
    let Some(text) = &i.password else {
        return Err(err::validation(
            "1 validation error detected: Value null at 'password' failed to satisfy constraint: Member must not be null",
        ));
    };
    let owner = owner::named_or_caller(cx, &i.user_name)?;
    if exists(cx, &owner)? {
        let text = format!("Login Profile for user {} already exists.", owner.name);
        return Err(shapes_err::entity_already_exists_exception(text));
    }
    password_policy::current(cx)?.check(cx, &owner.name, text).map_err(Refusal::fault)?;
    let row = LoginProfile {
        created_ms: cx.now_ms,
        changed_ms: cx.now_ms,
        reset_required: i.password_reset_required.unwrap_or(false),
        password: Password::new(cx, text),
        history: Vec::new(),
    };
    cx.put::<LoginProfiles>(&key(cx, &owner), &row);
    Ok(shapes_iam::CreateLoginProfileResponse { login_profile: shown(&owner, &row) })
}

fn get(
    cx: &mut Cx,
    i: &shapes_iam::GetLoginProfileRequest,
) -> Result<shapes_iam::GetLoginProfileResponse, Fault> {
    let owner = owner::named_or_caller(cx, &i.user_name)?;
    let row = find(cx, &owner)?;
    Ok(shapes_iam::GetLoginProfileResponse { login_profile: shown(&owner, &row) })
}

fn update(cx: &mut Cx, i: &shapes_iam::UpdateLoginProfileRequest) -> Result<Empty, Fault> {
    let owner = owner::named(cx, &i.user_name)?;
    let mut row = find(cx, &owner)?;
    if let Some(text) = &i.password {
        password_policy::current(cx)?.check(cx, &owner.name, text).map_err(Refusal::fault)?;
        row.set(cx, text);
    }
    row.reset_required = i.password_reset_required.unwrap_or(row.reset_required);
    cx.put::<LoginProfiles>(&key(cx, &owner), &row);
    Ok(Empty {})
}

fn delete(cx: &mut Cx, i: &shapes_iam::DeleteLoginProfileRequest) -> Result<Empty, Fault> {
    let owner = owner::named_or_caller(cx, &i.user_name)?;
    find(cx, &owner)?;
    cx.delete::<LoginProfiles>(&key(cx, &owner));
    Ok(Empty {})
}

/// The caller's own password. Source of the texts: answers of AWS quoted in public forums; not recorded.
fn change(cx: &mut Cx, i: &shapes_iam::ChangePasswordRequest) -> Result<Empty, Fault> {
    if cx.caller.kind != IdentityKind::User {
        return Err(shapes_err::invalid_user_type_exception("Only IAM Users can change their own password."));
    }
    let owner = owner::named(cx, &cx.caller.name)?;
    let mut row = find(cx, &owner)?;
    if !row.password.is(&i.old_password) {
        return Err(err::denied("The old password was incorrect."));
    }
    let policy = password_policy::current(cx)?;
    policy.check(cx, &owner.name, &i.new_password).map_err(Refusal::fault)?;
    let forbidden = policy.forbidden_earlier();
    let earlier = std::iter::once(&row.password).chain(&row.history).take(forbidden);
    if i.new_password == i.old_password || earlier.into_iter().any(|p| p.is(&i.new_password)) {
        return Err(Refusal::Reused.fault());
    }
    row.set(cx, &i.new_password);
    row.reset_required = false;
    cx.put::<LoginProfiles>(&key(cx, &owner), &row);
    Ok(Empty {})
}

impl LoginProfile {
    fn set(&mut self, cx: &Cx, text: &str) {
        let old = std::mem::replace(&mut self.password, Password::new(cx, text));
        self.history.insert(0, old);
        self.history.truncate(HISTORY);
        self.changed_ms = cx.now_ms;
    }
}

fn shown(owner: &Owner, row: &LoginProfile) -> shapes_iam::LoginProfile {
    shapes_iam::LoginProfile {
        user_name: owner.name.clone(),
        create_date: at(row.created_ms),
        password_reset_required: Some(row.reset_required),
    }
}

/// The caller's own user. Where the account's policy lets users change their passwords they need no other leave.
/// Source: IAM API reference, "UpdateAccountPasswordPolicy", AllowUsersToChangePassword.
fn own_password(cx: &Cx) -> Result<Guard, Fault> {
    if cx.caller.kind != IdentityKind::User || !password_policy::current(cx)?.users_may_change() {
        return Ok(Guard::resource(cx.caller.arn.clone()));
    }
    let arn = &cx.caller.arn;
    let leave = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"{arn}"}},"Action":"iam:ChangePassword","Resource":"{arn}"}}]}}"#
    );
    Ok(Guard::of(Target::on(arn.clone()).policy(Some(leave))))
}
