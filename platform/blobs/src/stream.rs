//! Reading a blob from async code: the next piece is read and decrypted on another thread while this one is sent.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use tokio::task::{JoinError, JoinHandle, spawn_blocking};

use crate::{BlobError, reader::Pieces};

type Reading = JoinHandle<Result<Bytes, BlobError>>;

/// The pieces of a range, read one ahead. At most three are in memory: one read, one being read, one being sent.
#[derive(Debug)]
pub struct BlobStream {
    pieces: Pieces,
    left_bytes: u64,
    /// Read already.
    first: Option<Bytes>,
    ahead: Option<Reading>,
}

impl BlobStream {
    pub(crate) fn new(pieces: Pieces) -> BlobStream {
        BlobStream { left_bytes: pieces.left_bytes(), pieces, first: None, ahead: None }
    }

    /// With its first piece. Blocks on the disk.
    pub(crate) fn begun(mut pieces: Pieces) -> Result<BlobStream, BlobError> {
        let left_bytes = pieces.left_bytes();
        let first = pieces.next().transpose()?;
        Ok(BlobStream { pieces, left_bytes, first, ahead: None })
    }

    /// The bytes still to come.
    pub fn left_bytes(&self) -> u64 {
        self.left_bytes
    }

    /// The next piece; `None` at the end, and after an error. Must run within tokio's runtime.
    pub async fn next(&mut self) -> Option<Result<Bytes, BlobError>> {
        std::future::poll_fn(|cx| self.poll_next(cx)).await
    }

    /// As `next`, for bodies and streams.
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, BlobError>>> {
        if self.ahead.is_none() {
            self.ahead = self.pieces.take_next().map(spawn_blocking);
        }
        if let Some(first) = self.first.take() {
            self.left_bytes -= first.len() as u64;
            return Poll::Ready(Some(Ok(first)));
        }
        let Some(reading) = &mut self.ahead else { return Poll::Ready(None) };
        let piece = ready!(Pin::new(reading).poll(cx)).unwrap_or_else(|e| Err(interrupted(&e)));
        self.ahead = match &piece {
            Ok(bytes) => {
                self.left_bytes -= bytes.len() as u64;
                self.pieces.take_next().map(spawn_blocking)
            }
            Err(_) => {
                self.left_bytes = 0;
                self.pieces.end();
                None
            }
        };
        Poll::Ready(Some(piece))
    }
}

/// The runtime ended, or the work panicked.
pub(crate) fn interrupted(e: &JoinError) -> BlobError {
    BlobError::io("waiting for the disk", io::Error::other(e.to_string()))
}
