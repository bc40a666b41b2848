//! Receipt handles: opaque texts that name one receive of one message of one queue. Not a secret: whoever holds one still
//! needs permission on the queue.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use codec::Fault;
use sha2::{Digest, Sha256};
use shapes_sqs::err;

use crate::state::Queue;

/// What every handle begins with, as AWS's do.
const PREFIX: &str = "AQEB";
const SEAL_BYTES: usize = 16;
const FIXED_BYTES: usize = 36;

/// One receive of one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Receipt {
    pub(crate) queue: u64,
    pub(crate) store: u64,
    pub(crate) seq: u64,
    pub(crate) enqueued_ms: i64,
    pub(crate) receive_count: u32,
    pub(crate) group: String,
}

impl Receipt {
    /// The handle.
    pub(crate) fn seal(&self) -> String {
        let mut bytes = Vec::with_capacity(SEAL_BYTES + FIXED_BYTES + self.group.len());
        bytes.extend_from_slice(&[0; SEAL_BYTES]);
        bytes.extend_from_slice(&self.queue.to_be_bytes());
        bytes.extend_from_slice(&self.store.to_be_bytes());
        bytes.extend_from_slice(&self.seq.to_be_bytes());
        bytes.extend_from_slice(&self.enqueued_ms.to_be_bytes());
        bytes.extend_from_slice(&self.receive_count.to_be_bytes());
        bytes.extend_from_slice(self.group.as_bytes());
        let seal = seal_of(&bytes[SEAL_BYTES..]);
        bytes[..SEAL_BYTES].copy_from_slice(&seal);
        format!("{PREFIX}{}", STANDARD.encode(bytes))
    }

    fn parse(handle: &str) -> Option<Receipt> {
        let bytes = STANDARD.decode(handle.strip_prefix(PREFIX)?).ok()?;
        let (seal, body) = bytes.split_at_checked(SEAL_BYTES)?;
        if seal != seal_of(body) {
            return None;
        }
        let (queue, rest) = body.split_first_chunk()?;
        let (store, rest) = rest.split_first_chunk()?;
        let (seq, rest) = rest.split_first_chunk()?;
        let (enqueued, rest) = rest.split_first_chunk()?;
        let (count, group) = rest.split_first_chunk()?;
        Some(Receipt {
            queue: u64::from_be_bytes(*queue),
            store: u64::from_be_bytes(*store),
            seq: u64::from_be_bytes(*seq),
            enqueued_ms: i64::from_be_bytes(*enqueued),
            receive_count: u32::from_be_bytes(*count),
            group: String::from_utf8(group.to_vec()).ok()?,
        })
    }

    /// Reads a handle given for a queue.
    ///
    /// Errors: ReceiptHandleIsInvalid: it is none, or another queue's.
    pub(crate) fn open(handle: &str, q: &Queue) -> Result<Receipt, Fault> {
        let Some(receipt) = Receipt::parse(handle) else {
            let text = format!("The input receipt handle \"{handle}\" is not a valid receipt handle.");
            return Err(err::receipt_handle_is_invalid(text));
        };
        if receipt.queue != q.id {
            let text = format!("The receipt handle \"{handle}\" is not valid for this queue.");
            return Err(err::receipt_handle_is_invalid(text));
        }
        Ok(receipt)
    }
}

fn seal_of(body: &[u8]) -> [u8; SEAL_BYTES] {
    let mut h = Sha256::new();
    h.update(b"sqs receipt");
    h.update(body);
    let full = h.finalize();
    let mut short = [0; SEAL_BYTES];
    short.copy_from_slice(&full[..SEAL_BYTES]);
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_opens_for_its_queue_only() {
        let receipt =
            Receipt { queue: 7, store: 8, seq: 9, enqueued_ms: -1, receive_count: 2, group: "g".to_owned() };
        let handle = receipt.seal();
        let (own, other) = (Queue { id: 7, ..Queue::default() }, Queue { id: 6, ..Queue::default() });
        assert_eq!(Receipt::open(&handle, &own).ok(), Some(receipt));
        assert_eq!(Receipt::open(&handle, &other).unwrap_err().code(), "ReceiptHandleIsInvalid");
        for bad in ["", "AQEB", "x", &handle[..handle.len() - 1], &handle.replace('A', "B")] {
            assert!(Receipt::open(bad, &own).is_err(), "{bad}");
        }
    }
}
