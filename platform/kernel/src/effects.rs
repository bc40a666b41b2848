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
}

/// A stored effect.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Queued {
    pub(crate) effect: Effect,
    pub(crate) attempts: u32,
    pub(crate) not_before_ms: i64,
}

impl Row for Queued {
    fn write(&self, w: &mut RowWriter) {
        let Effect::Call { service, operation, scope_path, principal, source_arn, input } = &self.effect;
        w.put(1, &1u8);
        w.put(2, &self.attempts);
        w.put(3, &self.not_before_ms);
        w.put(4, service);
        w.put(5, operation);
        w.put(6, scope_path);
        w.put(7, principal);
        w.put(8, source_arn);
        w.put(9, input);
    }
    fn read(r: &mut RowReader) -> Result<Queued, RowError> {
        let kind: u8 = r.get(1)?;
        if kind != 1 {
            return Err(RowError::new(format!("effect of unknown kind {kind}")));
        }
        Ok(Queued {
            attempts: r.get(2)?,
            not_before_ms: r.get(3)?,
            effect: Effect::Call {
                service: r.get(4)?,
                operation: r.get(5)?,
                scope_path: r.get(6)?,
                principal: r.get(7)?,
                source_arn: r.get(8)?,
                input: r.get(9)?,
            },
        })
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
