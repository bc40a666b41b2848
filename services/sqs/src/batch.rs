//! Batches: what holds for all three batch operations. An entry that fails leaves the others alone.

use std::collections::BTreeSet;

use codec::Fault;
use shapes_sqs::err;

/// Entries of a batch at most.
const MAX_ENTRIES: usize = 10;
const MAX_ID_CHARS: usize = 80;

/// Checks number and ids of a batch's entries. `entry` is the name of an entry's shape.
///
/// Errors, in this order: EmptyBatchRequest, TooManyEntriesInBatchRequest, InvalidBatchEntryId, BatchEntryIdsNotDistinct.
pub(crate) fn check<'a>(
    entry: &str,
    ids: impl ExactSizeIterator<Item = &'a str> + Clone,
) -> Result<(), Fault> {
    let n = ids.len();
    if n == 0 {
        return Err(err::empty_batch_request(format!(
            "There should be at least one {entry} in the request."
        )));
    }
    if n > MAX_ENTRIES {
        return Err(err::too_many_entries_in_batch_request(format!(
            "Maximum number of entries per request are {MAX_ENTRIES}. You have sent {n}."
        )));
    }
    let sound = |id: &str| {
        (1..=MAX_ID_CHARS).contains(&id.len())
            && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    if !ids.clone().all(sound) {
        return Err(err::invalid_batch_entry_id(
            "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 \
             letters long.",
        ));
    }
    let mut seen = BTreeSet::new();
    for id in ids {
        if !seen.insert(id) {
            return Err(err::batch_entry_ids_not_distinct(format!("Id {id} repeated.")));
        }
    }
    Ok(())
}
