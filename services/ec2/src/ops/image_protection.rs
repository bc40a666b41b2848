//! `EnableImageDeregistrationProtection`, `DisableImageDeregistrationProtection`, `CancelImageLaunchPermission`.
//! Source: EC2 user guide, "Protect an AMI from deregistration", "Cancel sharing an AMI with your account" (2026-11-22).

use codec::Fault;
use kernel::{Cx, Place, Scope};
use shapes_ec2 as s;
use store::{StoreError, Tx};

use crate::err::fault;
use crate::image::{self, IMAGE, Image, Protection, Shares};
use crate::resource::Of;

/// How long a protection with a cooldown lasts after its end.
const COOLDOWN_MS: i64 = 24 * 3_600_000;

/// Errors: InvalidAMIID.NotFound; AuthFailure.
pub(crate) fn enable(
    cx: &mut Cx,
    i: &s::EnableImageDeregistrationProtectionRequest,
) -> Result<s::EnableImageDeregistrationProtectionResult, Fault> {
    let mut row = image::find_own(cx, &i.image_id)?;
    row.protection = Protection { on: true, cools: i.with_cooldown == Some(true), until_ms: 0 };
    image::save(cx, &row)?;
    Ok(s::EnableImageDeregistrationProtectionResult { return_: Some("true".to_owned()) })
}

/// Errors: InvalidAMIID.NotFound; AuthFailure.
pub(crate) fn disable(
    cx: &mut Cx,
    i: &s::DisableImageDeregistrationProtectionRequest,
) -> Result<s::DisableImageDeregistrationProtectionResult, Fault> {
    let mut row = image::find_own(cx, &i.image_id)?;
    if row.protection.on {
        let until_ms = if row.protection.cools { cx.now_ms + COOLDOWN_MS } else { 0 };
        row.protection = Protection { on: false, cools: false, until_ms };
        image::save(cx, &row)?;
    }
    Ok(s::DisableImageDeregistrationProtectionResult { return_: Some("true".to_owned()) })
}

/// The lanes of both accounts: the image is its owner's.
pub(crate) fn place(
    tx: &Tx,
    scope: Scope,
    i: &s::CancelImageLaunchPermissionRequest,
) -> Result<Place, StoreError> {
    let (account, region) = (scope.account.clone(), scope.region.to_owned());
    let shared = tx.get::<Shares>(&(region.clone(), account.clone(), i.image_id.clone()))?;
    let place = Place::at(scope).own_lane(&account, &region);
    Ok(match shared {
        Some(owner) => place.own_lane(&owner.account, &region),
        None => place,
    })
}

/// The caller's account takes itself off the image's launch permissions.
///
/// Errors: InvalidAMIID.Malformed; InvalidAMIID.NotFound: not shared with the account by its number (as unsharing oneself
/// from everybody's image can't be asked for).
pub(crate) fn cancel(
    cx: &mut Cx,
    i: &s::CancelImageLaunchPermissionRequest,
) -> Result<s::CancelImageLaunchPermissionResult, Fault> {
    IMAGE.formed(&i.image_id)?;
    let (region, me) = (cx.scope.region.to_owned(), cx.scope.account.clone());
    let share = (region.clone(), me.clone(), i.image_id.clone());
    let Some(owner) = cx.get::<Shares>(&share)? else {
        return match image::visible(cx, &i.image_id)? {
            Some(_) => Err(fault("AuthFailure", format!("Not authorized for image:{}", i.image_id))),
            None => Err(IMAGE.not_found(&i.image_id)),
        };
    };
    let key = (owner.account, region, i.image_id.clone());
    if let Some(mut row) = cx.get::<Of<Image>>(&key)? {
        row.shared.retain(|s| *s != me);
        cx.put::<Of<Image>>(&key, &row);
    }
    cx.delete::<Shares>(&share);
    Ok(s::CancelImageLaunchPermissionResult { return_: Some(true) })
}
