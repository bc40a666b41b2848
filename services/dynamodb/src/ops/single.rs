//! What `PutItem`, `UpdateItem` and `DeleteItem` share: one change of one item.

use codec::Fault;
use dynamodb_language::size;
use kernel::Cx;

use crate::capacity::{Consumed, Side, take, write_units};
use crate::change::{Done, Wanted};
use crate::item::spread;
use crate::table::Open;

/// A change that was made.
pub(crate) struct Single {
    pub(crate) open: Open,
    pub(crate) done: Done,
}

impl Single {
    /// Makes a change, if its condition holds.
    pub(crate) fn run(cx: &mut Cx, table_name: &str, wanted: &Wanted) -> Result<Single, Fault> {
        let open = Open::ready(cx, table_name)?;
        let ready = wanted.read(cx, &open)?;
        let place = Some(spread(&ready.key.hash));
        if !ready.holds() {
            let bytes = ready.old.as_ref().map_or(0, size::item);
            let consumed = Consumed { table: write_units(bytes), ..Consumed::default() };
            take(cx, &open, Side::Write, &consumed, place)?;
            return Err(ready.failed()?);
        }
        let done = ready.make(cx, &open)?;
        take(cx, &open, Side::Write, &done.consumed, place)?;
        Ok(Single { open, done })
    }
}
