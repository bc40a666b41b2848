//! Used buffers, kept for the next piece: fresh memory costs more than decrypting into it. Not more than a few.

use std::sync::Arc;

use bytes::Bytes;
use parking_lot::Mutex;

use crate::format::PIECE_BYTES;

/// At most this many idle buffers of a piece are kept.
const IDLE: usize = 8;

#[derive(Debug, Default)]
pub(crate) struct Pool {
    idle: Mutex<Vec<Vec<u8>>>,
}

impl Pool {
    /// A used buffer, or an empty one.
    pub(crate) fn take(&self) -> Vec<u8> {
        self.idle.lock().pop().unwrap_or_default()
    }

    /// Small ones are not worth it.
    pub(crate) fn put(&self, buffer: Vec<u8>) {
        if buffer.capacity() < PIECE_BYTES {
            return;
        }
        let mut idle = self.idle.lock();
        if idle.len() < IDLE {
            idle.push(buffer);
        }
    }
}

/// A part of a buffer, as `Bytes`; the buffer goes back with the last of them.
pub(crate) fn lend(pool: &Arc<Pool>, buffer: Vec<u8>, start: usize, end: usize) -> Bytes {
    Bytes::from_owner(Lent { pool: pool.clone(), buffer, start, end })
}

struct Lent {
    pool: Arc<Pool>,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
}

impl AsRef<[u8]> for Lent {
    fn as_ref(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        self.pool.put(std::mem::take(&mut self.buffer));
    }
}
