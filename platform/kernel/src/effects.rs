//! Effects: what a decision wants done after its commit, as rows of an outbox that commit with the state. An effect runs
//! at least once; a crash repeats it, never forgets it. Who runs them is `outbox.rs`.

use store::{Row, RowError, RowReader, RowWriter, Table};

/// What can be wanted. Closed: a new kind of effect is a new variant and a new arm in the outbox.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Calls an operation of another service as a service principal, through the whole pipeline.
    Call {
        /// Service id.
        service: String,
        /// AWS's name of the operation.
        operation: String,
        /// `partition/account/region` of the call.
        scope_path: String,
        /// Service principal: `sns.amazonaws.com`.
        principal: String,
        /// Resource on whose behalf: `aws:SourceArn`.
        source_arn: String,
        /// Input as plain JSON by the model.
        input: String,
    },
    /// Goes on with what an operation began, after its answer and as its caller ([`crate::Operation::goes_on`]).
    Work {
        /// Service id.
        service: String,
        /// AWS's name of the operation.
        operation: String,
        /// `partition/account/region` in which it is decided, and the lanes.
        scope_path: String,
        /// See [`crate::Place::lanes`].
        lanes: Vec<String>,
        /// What it is about, in the service's words.
        subject: String,
        /// Access key of the caller; empty for a root that came without one.
        access_key_id: String,
        /// Account of the caller; empty for nobody in particular; `@` where the service began it itself.
        caller_account: String,
    },
}

/// A stored effect.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Queued {
    pub(crate) effect: Effect,
    pub(crate) attempts: u32,
    pub(crate) not_before_ms: i64,
}

/// The caller's account where a service began something itself, as with a timer.
pub const ITSELF: &str = "@";

const CALL: u8 = 1;
const WORK: u8 = 2;

impl Row for Queued {
    fn write(&self, w: &mut RowWriter) {
        let kind: u8 = match &self.effect {
            Effect::Call { .. } => CALL,
            Effect::Work { .. } => WORK,
        };
        w.put(1, &kind);
        w.put(2, &self.attempts);
        w.put(3, &self.not_before_ms);
        match &self.effect {
            Effect::Call { service, operation, scope_path, principal, source_arn, input } => {
                w.put(4, service);
                w.put(5, operation);
                w.put(6, scope_path);
                w.put(7, principal);
                w.put(8, source_arn);
                w.put(9, input);
            }
            Effect::Work {
                service,
                operation,
                scope_path,
                lanes,
                subject,
                access_key_id,
                caller_account,
            } => {
                w.put(4, service);
                w.put(5, operation);
                w.put(6, scope_path);
                w.put(10, lanes);
                w.put(11, subject);
                w.put(12, access_key_id);
                w.put(13, caller_account);
            }
        }
    }
    fn read(r: &mut RowReader) -> Result<Queued, RowError> {
        let kind: u8 = r.get(1)?;
        let (attempts, not_before_ms) = (r.get(2)?, r.get(3)?);
        let (service, operation, scope_path) = (r.get(4)?, r.get(5)?, r.get(6)?);
        let effect = match kind {
            CALL => Effect::Call {
                service,
                operation,
                scope_path,
                principal: r.get(7)?,
                source_arn: r.get(8)?,
                input: r.get(9)?,
            },
            WORK => Effect::Work {
                service,
                operation,
                scope_path,
                lanes: r.get(10)?,
                subject: r.get(11)?,
                access_key_id: r.get(12)?,
                caller_account: r.get(13)?,
            },
            _ => return Err(RowError::new(format!("effect of unknown kind {kind}"))),
        };
        Ok(Queued { effect, attempts, not_before_ms })
    }
}

/// Effects in the order in which they were committed.
pub(crate) struct Outbox;
impl Table for Outbox {
    const NAME: &'static str = "kernel.outbox";
    const VERSION: u16 = 1;
    type Key = u64;
    type Row = Queued;
}
