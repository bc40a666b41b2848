//! STS: who you are, and temporary credentials.
//!
//! Concepts: a session is temporary credentials with all that was fixed when they were issued (role, policies, tags); it
//! is a row of the directory, found by its access key id, and dies with the role or user behind it.
//!
//! | file | holds |
//! | --- | --- |
//! | `ops/` | one operation each |
//! | `state.rs` | what STS keeps beyond the directory's sessions: nothing yet |
//!
//! Invariants: a session never outlives its expiry; chained sessions last an hour at most.

mod ops;

use kernel::{Access, Cx, Guard, Operation, Service, Timer};
use shapes_sts::{SERVICE, op};

/// The service, for the wiring.
pub fn service() -> Service {
    Service {
        id: SERVICE,
        model_hash: shapes_sts::MODEL_HASH,
        iam_prefix: "sts",
        global: true,
        keyspaces: &[],
        writes_directory: false,
        operations: vec![
            Operation::read::<op::GetCallerIdentity>(
                |_, _| Ok(Guard::any()),
                ops::get_caller_identity::decide,
            )
            .access(Access::Signed),
        ],
        on_timer,
        reset: |_| Ok(()),
        check: |_| Ok(()),
    }
}

fn on_timer(_: &mut Cx, timer: &Timer) -> Result<(), codec::Fault> {
    Err(codec::Fault::internal(format!("STS sets no timer of kind {}", timer.kind)))
}
