//! `TagInstanceProfile`: adds tags to an instance profile, or replaces them.
//! Source: IAM API reference, "TagInstanceProfile" (2026-11-22).

use crate::guards;
use crate::profiles;
use crate::tags;
use codec::{Empty, Fault};
use directory::InstanceProfiles;
use kernel::{Cx, Guard, Operation};
use shapes_iam::{TagInstanceProfileRequest, op};

/// The row of the service's table.
pub(crate) fn operation() -> Operation {
    Operation::write::<op::TagInstanceProfile>(guard, decide)
}

fn guard(cx: &Cx, i: &TagInstanceProfileRequest) -> Result<Guard, Fault> {
    let target = guards::instance_profile(cx, &i.instance_profile_name)?;
    Ok(Guard::of(target.request_tags(tags::given(&i.tags))))
}

fn decide(cx: &mut Cx, i: &TagInstanceProfileRequest) -> Result<Empty, Fault> {
    let (key, mut row) = profiles::find(cx, &i.instance_profile_name)?;
    tags::add(&mut row.tags, &i.tags)?;
    cx.put::<InstanceProfiles>(&key, &row);
    Ok(Empty {})
}
