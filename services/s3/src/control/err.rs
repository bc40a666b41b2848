//! S3 Control's refusals: codes, statuses and texts. Source: answers recorded from AWS (2024-2026), the S3 API reference;
//! texts that neither has are marked inferred.

use codec::{Fault, Value};

fn text(v: impl Into<String>) -> Value {
    Value::String(v.into())
}

/// A name in the path that can't be one. `what` is the path's last part: `accesspoint/x`.
pub(crate) fn invalid_uri(what: impl Into<String>) -> Fault {
    Fault::new("InvalidURI", 400, "Couldn't parse the specified URI.").with_field("URI", text(what))
}

pub(crate) fn no_such_point(name: &str) -> Fault {
    Fault::new("NoSuchAccessPoint", 404, "The specified accesspoint does not exist")
        .with_field("AccessPointName", text(name))
}

pub(crate) fn point_exists() -> Fault {
    let message = "Your previous request to create the named accesspoint succeeded and you already own it.";
    Fault::new("AccessPointAlreadyOwnedByYou", 409, message)
}

/// Inferred: the text.
pub(crate) fn too_many_points() -> Fault {
    let message = "You have attempted to create more access points than allowed.";
    Fault::new("TooManyAccessPoints", 400, message)
}

/// Inferred: the text.
pub(crate) fn no_point_policy(name: &str) -> Fault {
    Fault::new("NoSuchAccessPointPolicy", 404, "The specified accesspoint policy does not exist")
        .with_field("AccessPointName", text(name))
}

/// Inferred: the text.
pub(crate) fn points_attached(bucket: &str) -> Fault {
    let message = "The bucket that you tried to delete has access points attached. Delete your access points and try again.";
    Fault::new("BucketHasAccessPointsAttached", 400, message).with_field("BucketName", text(bucket))
}

/// A public policy where such are blocked.
pub(crate) fn public_policy() -> Fault {
    Fault::new("AccessDenied", 403, "Access Denied")
}

pub(crate) fn no_account_blocks(account: &str) -> Fault {
    let message = "The public access block configuration was not found";
    Fault::new("NoSuchPublicAccessBlockConfiguration", 404, message).with_field("AccountId", text(account))
}

pub(crate) fn no_such_resource() -> Fault {
    Fault::new("NoSuchResource", 404, "The specified resource doesn't exist.")
}

/// Inferred: the text.
pub(crate) fn bad_token() -> Fault {
    Fault::new("InvalidRequest", 400, "The continuation token provided is incorrect")
}
