//! Reading a blob from async code: the next piece is read and decrypted on another thread while this one is sent.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use tokio::task::{JoinError, JoinHandle, spawn_blocking};

use crate::{BlobError, parts::Parts};

type Reading = JoinHandle<Result<Bytes, BlobError>>;

/// The pieces of a range, of one blob or of several, read one ahead. At most three are in memory: one read, one being read, one being sent.
#[derive(Debug)]
pub struct BlobStream {
    parts: Parts,
    left_bytes: u64,
    /// Read already.
    first: Option<Bytes>,
    ahead: Option<Reading>,
}

impl BlobStream {
    pub(crate) fn new(parts: Parts) -> BlobStream {
        BlobStream { left_bytes: parts.left_bytes(), parts, first: None, ahead: None }
    }

    /// With its first piece. Blocks on the disk.
    pub(crate) fn begun(mut parts: Parts) -> Result<BlobStream, BlobError> {
        let left_bytes = parts.left_bytes();
        let first = parts.take_next().map(|read| read()).transpose()?;
        Ok(BlobStream { parts, left_bytes, first, ahead: None })
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
            self.ahead = self.parts.take_next().map(spawn_blocking);
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
                self.parts.take_next().map(spawn_blocking)
            }
            Err(_) => {
                self.left_bytes = 0;
                self.parts = Parts::default();
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
