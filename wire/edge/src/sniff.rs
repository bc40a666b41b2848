//! The first bytes of a connection: which protocol they begin, and a stream that gives them back to its reader.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};

use crate::pulse::Pulse;

/// What a connection begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opening {
    /// A TLS handshake record.
    Tls,
    /// HTTP/2's preface.
    Http2,
    /// Anything else, for HTTP/1 to accept or refuse.
    Http1,
    /// Nothing: the client went away.
    Closed,
}

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const TLS_HANDSHAKE: u8 = 0x16;
const FIRST_READ_BYTES: usize = 4096;

/// Reads until it is clear what a connection begins with.
pub(crate) async fn sniff(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<(Opening, Bytes)> {
    let mut first = Vec::with_capacity(FIRST_READ_BYTES);
    loop {
        if stream.read_buf(&mut first).await? == 0 {
            return Ok((Opening::Closed, Bytes::new()));
        }
        let opening = match first.as_slice() {
            [TLS_HANDSHAKE, ..] => Opening::Tls,
            bytes if bytes.starts_with(PREFACE) => Opening::Http2,
            bytes if PREFACE.starts_with(bytes) => continue,
            _ => Opening::Http1,
        };
        return Ok((opening, first.into()));
    }
}

/// Leave to send a body.
const LEAVE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// A stream whose first bytes were read before, and which tells the connection's pulse what moves. It gives leave to continue
/// where the pulse says that it is owed.
pub(crate) struct Rewound<S> {
    first: Bytes,
    stream: S,
    pulse: Option<Arc<Pulse>>,
    /// What is still to be written of [`LEAVE`].
    leave: &'static [u8],
}

impl<S> Rewound<S> {
    pub(crate) fn new(first: Bytes, stream: S, pulse: Option<Arc<Pulse>>) -> Rewound<S> {
        Rewound { first, stream, pulse, leave: &[] }
    }

    fn note_read(&self) {
        if let Some(pulse) = &self.pulse {
            pulse.read();
        }
    }

    fn note_write<T>(&self, result: &Poll<T>) {
        if let Some(pulse) = &self.pulse {
            pulse.wrote(result.is_ready());
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Rewound<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.first.is_empty() {
            self.note_read();
            let n = self.first.len().min(buf.remaining());
            buf.put_slice(&self.first[..n]);
            self.first.advance(n);
            if self.first.is_empty() {
                // Gives the buffer back.
                self.first = Bytes::new();
            }
            return Poll::Ready(Ok(()));
        }
        let result = Pin::new(&mut self.stream).poll_read(cx, buf);
        if result.is_ready() {
            self.note_read();
        }
        result
    }
}

impl<S: AsyncWrite + Unpin> Rewound<S> {
    /// Writes what is owed before anything else.
    fn poll_leave(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Some(pulse) = &self.pulse else { return Poll::Ready(Ok(())) };
        if pulse.take_leave() {
            self.leave = LEAVE;
        }
        pulse.flushed(false);
        while !self.leave.is_empty() {
            let result = Pin::new(&mut self.stream).poll_write(cx, self.leave);
            pulse.wrote(result.is_ready());
            match ready!(result)? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                n => self.leave = &self.leave[n..],
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Rewound<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        ready!(self.poll_leave(cx))?;
        let result = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.note_write(&result);
        result
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_leave(cx))?;
        let result = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.note_write(&result);
        result
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Whoever asks for this has written all that it had.
        if let Some(pulse) = &self.pulse {
            pulse.flushed(true);
        }
        let result = Pin::new(&mut self.stream).poll_flush(cx);
        self.note_write(&result);
        result
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = Pin::new(&mut self.stream).poll_shutdown(cx);
        self.note_write(&result);
        result
    }
}
