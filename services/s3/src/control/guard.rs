//! Who may: the authorization facts of S3 Control's operations. The account that a call names is the one that it works on;
//! nobody else's principals get in.
//! Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3".

use codec::Fault;
use kernel::{Cx, Guard, Scope, Target};

use crate::{err, guard};

/// An account's id is twelve digits. Inferred: the text.
pub(crate) fn check_account(id: &str) -> Result<(), Fault> {
    match id.len() == 12 && id.bytes().all(|b| b.is_ascii_digit()) {
        true => Ok(()),
        false => Err(err::invalid_request("Invalid account id in the x-amz-account-id header")),
    }
}

/// The target of a call on something of an account's.
pub(crate) fn target(cx: &Cx, account: &str, arn: &str) -> Result<Target, Fault> {
    check_account(account)?;
    let target = Target::on(arn).account(account).shown(format!("\"{arn}\""));
    Ok(Target { outsiders_read: Some("Access Denied"), ..guard::with_signature(cx, target) })
}

/// A call that concerns nothing but the account.
pub(crate) fn account(cx: &Cx, account: &str) -> Result<Guard, Fault> {
    Ok(Guard::of(Target { shown: None, ..target(cx, account, "*")? }))
}

/// `arn:aws:s3:us-east-1:123456789012:accesspoint/name`
pub(crate) fn point_arn(scope: &Scope, name: &str) -> String {
    scope.arn("s3", &format!("accesspoint/{name}"))
}
