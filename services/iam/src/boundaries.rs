//! Permissions boundaries of users and roles: the notes of who uses which policy as one.

use codec::Fault;
use kernel::Cx;

use crate::holder::Holder;
use crate::managed::{self, Usage};

/// Notes that an entity's boundary becomes `new`. Writing the row is the caller's.
///
/// Errors: NoSuchEntity: no such policy.
pub(crate) fn replace<H: Holder>(cx: &mut Cx, row: &H, new: Option<&String>) -> Result<(), Fault> {
    if let Some(arn) = new {
        managed::check_boundary(cx, arn)?;
    }
    if let Some(arn) = row.boundary() {
        managed::forget(cx, arn, Usage::Boundary, H::KIND, row.name())?;
    }
    if let Some(arn) = new {
        managed::note(cx, arn, Usage::Boundary, H::KIND, row.name())?;
    }
    Ok(())
}
