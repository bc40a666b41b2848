//! A row that others read too, as the store keeps it at hand.

use std::{ops::Deref, sync::Arc};

/// A row that may be shared: reading costs nothing, the first change makes a copy.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shared<R>(pub(crate) Arc<R>);

impl<R> Deref for Shared<R> {
    type Target = R;
    fn deref(&self) -> &R {
        &self.0
    }
}

impl<R> From<R> for Shared<R> {
    fn from(row: R) -> Shared<R> {
        Shared(Arc::new(row))
    }
}

impl<R: Clone> Shared<R> {
    /// The row, to be changed: nobody else sees the change before it is written and committed.
    pub fn change(&mut self) -> &mut R {
        Arc::make_mut(&mut self.0)
    }
}
