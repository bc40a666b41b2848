//! What point-in-time recovery needs: for every change since it was enabled, what the item was before. A table as of a
//! moment is the table now with all later changes undone, newest first.

use codec::Fault;
use dynamodb_language::{Item, row};
use kernel::Cx;
use store::{Row, RowError, RowReader, RowWriter, Table};

use crate::table::Open;
use crate::write::Change;

/// An item before a change.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Before {
    pub(crate) hash: Vec<u8>,
    pub(crate) range: Vec<u8>,
    pub(crate) item: Option<Item>,
}

impl Row for Before {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.hash);
        w.put(2, &self.range);
        w.put(3, &self.item.as_ref().map(row::encode));
    }
    fn read(r: &mut RowReader) -> Result<Before, RowError> {
        let decode = |bytes: Vec<u8>| row::decode(&bytes).map_err(|e| RowError::new(e.to_string()));
        Ok(Before {
            hash: r.get(1)?,
            range: r.get(2)?,
            item: r.get::<Option<Vec<u8>>>(3)?.map(decode).transpose()?,
        })
    }
}

/// Number of the table, moment of the change, place within the moment.
pub(crate) type BeforeKey = (u64, i64, u64);

/// What items were before their changes.
pub(crate) struct History;
impl Table for History {
    const NAME: &'static str = "dynamodb.before";
    const VERSION: u16 = 1;
    type Key = BeforeKey;
    type Row = Before;
}

/// Keeps what a change undoes.
pub(crate) fn note(cx: &mut Cx, open: &Open, change: &Change) -> Result<(), Fault> {
    if open.t.recovery_since_ms.is_none() {
        return Ok(());
    }
    let moment = (open.t.number, cx.now_ms);
    let n =
        cx.scan::<History>(store::Scan::prefix(&moment).reverse())?.next().map_or(0, |((_, _, n), _)| n + 1);
    let before =
        Before { hash: change.key.hash.clone(), range: change.key.range.clone(), item: change.old.cloned() };
    cx.put::<History>(&(moment.0, moment.1, n), &before);
    Ok(())
}
