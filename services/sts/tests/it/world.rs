//! A lab with users and roles.

use std::sync::Arc;

use codec::{Fault, Op};
use directory::{
    AccessKey, AccessKeys, Identity, MfaDevice, MfaDevices, Role, Roles, Session, Sessions, User, Users,
    entity_key,
};
use kernel::{Cx, Scope};
use shapes_sts::{AssumeRoleRequest, AssumeRoleResponse, Credentials, Tag, op};
use testkit::Lab;

pub(crate) const HERE: &str = "111122223333";
pub(crate) const THERE: &str = "444455556666";

pub(crate) struct World {
    pub(crate) lab: Lab,
}

/// One statement that allows actions on everything.
pub(crate) fn allow(actions: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":{actions},"Resource":"*"}}]}}"#
    )
}

/// A trust policy that lets these principals do these actions.
pub(crate) fn trust(principal: &str, actions: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{principal},"Action":{actions}}}]}}"#
    )
}

/// A trust policy that lets an account do all that sessions need.
pub(crate) fn trusts_account(account: &str) -> String {
    trust(
        &format!(r#"{{"AWS":"{account}"}}"#),
        r#"["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"]"#,
    )
}

pub(crate) fn role_arn(account: &str, name: &str) -> String {
    format!("arn:aws:iam::{account}:role/{name}")
}

pub(crate) fn ask(account: &str, role: &str) -> AssumeRoleRequest {
    AssumeRoleRequest {
        role_arn: role_arn(account, role),
        role_session_name: "ana".into(),
        ..AssumeRoleRequest::default()
    }
}

pub(crate) fn tags(pairs: &[(&str, &str)]) -> Option<Vec<Tag>> {
    Some(pairs.iter().map(|(k, v)| Tag { key: (*k).into(), value: (*v).into() }).collect())
}

pub(crate) fn refused<T: std::fmt::Debug>(outcome: Result<T, Fault>) -> (String, String) {
    let fault = outcome.expect_err("it is refused");
    (fault.code().to_owned(), fault.message().to_owned())
}

impl World {
    pub(crate) fn new() -> World {
        World { lab: Lab::new(vec![service_sts::service()]) }
    }

    pub(crate) fn scope(&self, account: &str) -> Scope {
        Scope::new(kernel::region("us-east-1").unwrap(), account)
    }

    /// Changes the directory.
    pub(crate) fn edit(&self, f: impl FnOnce(&mut Cx)) {
        let scope = self.scope(HERE);
        let done = self.lab.kernel.within("sts", &scope, |cx| {
            f(cx);
            Ok(())
        });
        done.unwrap();
        for account in [HERE, THERE] {
            self.lab.kernel.directory.changed(account);
        }
    }

    /// A user with one inline policy and an access key named after it.
    pub(crate) fn user(&self, account: &str, name: &str, policy: &str) -> Arc<Identity> {
        let row = User {
            id: format!("AIDA{account}{name}"),
            name: name.into(),
            path: "/".into(),
            inline: [("p".to_owned(), policy.to_owned())].into(),
            ..User::default()
        };
        let key = AccessKey {
            partition: "aws".into(),
            account: account.into(),
            user: name.into(),
            secret: "s".into(),
            active: true,
            ..AccessKey::default()
        };
        let id = format!("AKIA{account}{name}");
        self.edit(|cx| {
            cx.put::<Users>(&entity_key("aws", account, name), &row);
            cx.put::<AccessKeys>(&id, &key);
        });
        self.lab.kernel.identify("aws", &id, "s", None).unwrap()
    }

    /// A role with a trust policy and one inline policy.
    pub(crate) fn role(&self, account: &str, name: &str, trust: &str, policy: &str) {
        let row = Role {
            id: format!("AROA{account}{name}"),
            name: name.into(),
            path: "/".into(),
            trust: trust.into(),
            max_session_s: 3_600,
            inline: [("p".to_owned(), policy.to_owned())].into(),
            ..Role::default()
        };
        self.edit(|cx| cx.put::<Roles>(&entity_key("aws", account, name), &row));
    }

    pub(crate) fn change_role(&self, account: &str, name: &str, f: impl FnOnce(&mut Role)) {
        let key = entity_key("aws", account, name);
        self.edit(|cx| {
            let mut role = cx.get::<Roles>(&key).unwrap().unwrap();
            f(&mut role);
            cx.put::<Roles>(&key, &role);
        });
    }

    pub(crate) fn device(&self, account: &str, user: &str) -> MfaDevice {
        let row = MfaDevice {
            partition: "aws".into(),
            account: account.into(),
            path: "/".into(),
            name: format!("{user}-phone"),
            seed: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ".into(),
            enabled_ms: Some(0),
            user: Some(user.into()),
            ..MfaDevice::default()
        };
        self.edit(|cx| cx.put::<MfaDevices>(&row.key(), &row));
        row
    }

    pub(crate) fn call<O: Op>(&self, who: &Identity, input: O::Input) -> Result<O::Output, Fault> {
        self.lab.call_as::<O>(who, self.scope(&who.account), input)
    }

    pub(crate) fn assume(
        &self,
        who: &Identity,
        input: AssumeRoleRequest,
    ) -> Result<AssumeRoleResponse, Fault> {
        // As the pipeline does: the call is made in the caller's account, and decided in the role's.
        self.call::<op::AssumeRole>(who, input)
    }

    /// Who comes with these credentials now.
    pub(crate) fn with(&self, c: &Credentials) -> Result<Arc<Identity>, Fault> {
        self.lab.kernel.identify("aws", &c.access_key_id, &c.secret_access_key, Some(&c.session_token))
    }

    /// Assumes a role and comes with its credentials.
    pub(crate) fn become_role(&self, who: &Identity, input: AssumeRoleRequest) -> Arc<Identity> {
        let out = self.assume(who, input).unwrap();
        self.with(&out.credentials.unwrap()).unwrap()
    }

    pub(crate) fn session(&self, c: &Credentials) -> Option<Session> {
        self.lab.kernel.store.tx().get::<Sessions>(&c.access_key_id).unwrap()
    }
}
