//! `UntagInstanceProfile`: removes tags from an instance profile; keys that aren't there are passed over.
//! Source: IAM API reference, "UntagInstanceProfile" (2026-11-22).

use crate::guards;
use crate::profiles;
use crate::tags;
use codec::{Empty, Fault};
use directory::InstanceProfiles;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{UntagInstanceProfileRequest, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::write::<op::UntagInstanceProfile>(guard, decide)
}

fn guard(cx: &Cx, i: &UntagInstanceProfileRequest) -> Result<Guard, Fault> {
    let target = guards::instance_profile(cx, &i.instance_profile_name)?;
    Ok(Guard::of(target.tag_keys(i.tag_keys.clone())))
}

fn decide(cx: &mut Cx, i: &UntagInstanceProfileRequest) -> Result<Empty, Fault> {
    let (key, mut row) = profiles::find(cx, &i.instance_profile_name)?;
    tags::remove(&mut row.tags, &i.tag_keys)?;
    cx.put::<InstanceProfiles>(&key, &row);
    Ok(Empty {})
}
