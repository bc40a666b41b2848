//! Where a call is decided: in whose scope, and in which lanes. Most calls work on the caller's own account, in the lane of
//! their service there; an operation's row says otherwise ([`crate::Operation::owned_by`], [`crate::Operation::placed_by`]).
//! Services that share an IAM prefix share their lanes: they are two faces of one state.

use codec::{Fault, Record};

use crate::cx::{RequestMeta, internal};
use crate::kernel::Kernel;
use crate::operation::Operation;
use crate::scope::Scope;

/// The place of one decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Whose state, and where.
    pub scope: Scope,
    /// Finer lanes than the service's, by names that the service chooses (a bucket, a table): decisions that share none of
    /// them run beside each other. Empty: the service's own lane in that scope. The names of a service's lanes are its
    /// own in the whole partition, whatever the scope: a bucket is the same one for every account.
    pub lanes: Vec<String>,
    /// By what way the input's names led here, if not straight: as the operation's row told it
    /// ([`crate::Operation::resolved_by`]).
    pub via: Option<String>,
}

impl Place {
    /// In that scope, in the service's own lane.
    pub fn at(scope: Scope) -> Place {
        Place { scope, lanes: Vec::new(), via: None }
    }

    /// In the service's own lane of that account and region, besides others: for a decision that writes in two of them. Not
    /// for global services.
    #[must_use]
    pub fn own_lane(self, account: &str, region: &str) -> Place {
        self.lane(format!("@{account}/{region}"))
    }

    /// In a lane of that name, which doesn't begin with `@`.
    #[must_use]
    pub fn lane(mut self, name: impl Into<String>) -> Place {
        self.lanes.push(name.into());
        self
    }
}

impl Kernel {
    /// What a call works on, and where it is decided, that comes from that scope.
    pub(crate) fn place(
        &self,
        operation: &Operation,
        mut input: Box<dyn Record>,
        scope: Scope,
        meta: &RequestMeta,
    ) -> Result<(Box<dyn Record>, Place), Fault> {
        let mut via = None;
        if let Some(resolve) = &operation.resolve {
            (input, via) = resolve(&self.store, &scope, meta, input)?;
        }
        let place = match &operation.place {
            Some(place) => place(&self.store, scope, input.as_ref()).map_err(internal)?,
            None => Place::at(scope),
        };
        Ok((input, Place { via, ..place }))
    }
}
