//! Texts of refusals, one after the other.

use crate::bench::{Calls, lab, refusal};

#[test]
fn queues_that_are_not_there() {
    let lab = lab();
    let (code, text) = refusal(lab.send("nowhere", "x"));
    assert_eq!(
        (code.as_str(), text.as_str()),
        ("AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist.")
    );
}
