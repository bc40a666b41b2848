//! An answer as the handler gives it: status, headers, a whole or streamed body, or a connection cut on purpose.
//! It is written as it is; lengths, dates and framing are the HTTP library's.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use hyper::body::{Frame, SizeHint};
use tokio::sync::mpsc;

use crate::pulse::Pulse;

/// An answer.
#[derive(Debug)]
pub struct Outgoing {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: OutBody,
    /// Cut the connection (HTTP/2: reset the stream) without answering.
    pub hang_up: bool,
    /// Cut the connection after this many bytes of the body, if it has more.
    pub cut_after_bytes: Option<u64>,
    /// Who is told how the body ended; see [`Outgoing::on_end`].
    pub watch: Option<Watch>,
}

/// How an answer's body ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// All of it was handed to the connection.
    Whole,
    /// It was cut on this side: on purpose, or because its producer gave up.
    Cut,
    /// The client went, or read so slowly that its connection was closed.
    HungUp,
}

/// Who is told how a body ended.
pub struct Watch(Box<dyn FnOnce(Ended) + Send>);

impl std::fmt::Debug for Watch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Watch")
    }
}

impl Outgoing {
    /// An answer with a status and a body, and no headers yet.
    pub fn new(status: StatusCode, body: impl Into<OutBody>) -> Outgoing {
        let headers = HeaderMap::new();
        Outgoing { status, headers, body: body.into(), hang_up: false, cut_after_bytes: None, watch: None }
    }

    /// Has `tell` called once the body has ended, one way or another.
    pub fn on_end(&mut self, tell: impl FnOnce(Ended) + Send + 'static) {
        self.watch = Some(Watch(Box::new(tell)));
    }

    /// No answer: the connection is cut.
    pub fn hang_up() -> Outgoing {
        Outgoing { hang_up: true, ..Outgoing::new(StatusCode::OK, Bytes::new()) }
    }
}

/// An answer's body.
#[derive(Debug)]
pub enum OutBody {
    /// All of it.
    Whole(Bytes),
    /// Pieces as they come; see [`OutBody::channel`].
    Stream(Stream),
}

/// The receiving end of a streamed body.
#[derive(Debug)]
pub struct Stream {
    pieces: mpsc::Receiver<Piece>,
    length: Option<u64>,
    finished: bool,
}

#[derive(Debug)]
enum Piece {
    Data(Bytes),
    End,
}

/// The sending end of a streamed body. Dropping it without [`BodySender::end`] cuts the connection, so that a client
/// never takes half an answer for a whole one.
#[derive(Debug)]
pub struct BodySender {
    pieces: mpsc::Sender<Piece>,
}

impl BodySender {
    /// Sends a piece, once there is room; `false` when the client is gone.
    pub async fn send(&self, data: Bytes) -> bool {
        self.pieces.send(Piece::Data(data)).await.is_ok()
    }

    /// Ends the body.
    pub async fn end(self) {
        // A client that is gone needs no end.
        drop(self.pieces.send(Piece::End).await);
    }
}

impl OutBody {
    /// A streamed body that holds at most `room` pieces, with its length if that is known.
    pub fn channel(room: usize, length: Option<u64>) -> (BodySender, OutBody) {
        let (sender, pieces) = mpsc::channel(room.max(1));
        (BodySender { pieces: sender }, OutBody::Stream(Stream { pieces, length, finished: false }))
    }
}

impl OutBody {
    /// Its length in bytes, where that is known.
    pub fn length(&self) -> Option<u64> {
        match self {
            OutBody::Whole(bytes) => Some(bytes.len() as u64),
            OutBody::Stream(stream) => stream.length,
        }
    }
}

impl From<Bytes> for OutBody {
    fn from(bytes: Bytes) -> OutBody {
        OutBody::Whole(bytes)
    }
}

impl From<String> for OutBody {
    fn from(text: String) -> OutBody {
        OutBody::Whole(text.into())
    }
}

impl From<&'static str> for OutBody {
    fn from(text: &'static str) -> OutBody {
        OutBody::Whole(Bytes::from_static(text.as_bytes()))
    }
}

/// Counts a request as in flight until it is dropped, which is when its answer has been handed over.
pub(crate) struct InFlight(Arc<Pulse>);

impl InFlight {
    pub(crate) fn begin(pulse: Arc<Pulse>) -> InFlight {
        pulse.request_began();
        InFlight(pulse)
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.request_ended();
    }
}

/// A body cut on purpose, or one whose producer gave up.
#[derive(Debug)]
pub(crate) struct Cut;

impl std::fmt::Display for Cut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the answer was cut")
    }
}

impl std::error::Error for Cut {}

/// An [`OutBody`] on its way to the HTTP library.
pub(crate) struct Frames {
    body: OutBody,
    cut: Option<Cutting>,
    watch: Option<Watch>,
    /// Bytes handed on.
    sent_bytes: u64,
    ended: Option<Ended>,
    _in_flight: InFlight,
}

struct Cutting {
    left_bytes: u64,
    /// Polls left that only let what was written before reach the socket.
    flushes: u8,
}

impl Frames {
    pub(crate) fn new(out: Outgoing, in_flight: InFlight) -> Frames {
        let Outgoing { body, cut_after_bytes, watch, .. } = out;
        let whole = match &body {
            OutBody::Whole(bytes) => bytes.len() as u64,
            OutBody::Stream(_) => u64::MAX,
        };
        let cut = cut_after_bytes.filter(|n| *n < whole).map(|left_bytes| Cutting { left_bytes, flushes: 2 });
        Frames { body, cut, watch, sent_bytes: 0, ended: None, _in_flight: in_flight }
    }

    /// Whether all of a body of known length was handed on: the HTTP library then asks for no end.
    fn is_whole(&self) -> bool {
        hyper::body::Body::size_hint(self).exact().is_some_and(|length| self.sent_bytes >= length)
    }

    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Cut>>> {
        match &mut self.body {
            OutBody::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            OutBody::Whole(bytes) => Poll::Ready(Some(Ok(std::mem::take(bytes)))),
            OutBody::Stream(stream) => match ready!(stream.pieces.poll_recv(cx)) {
                Some(Piece::Data(bytes)) => Poll::Ready(Some(Ok(bytes))),
                Some(Piece::End) => {
                    stream.finished = true;
                    Poll::Ready(None)
                }
                None if stream.finished => Poll::Ready(None),
                None => Poll::Ready(Some(Err(Cut))),
            },
        }
    }
}

impl hyper::body::Body for Frames {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        let this = self.get_mut();
        if let Some(cut) = this.cut.as_mut().filter(|cut| cut.left_bytes == 0) {
            if cut.flushes == 0 {
                this.ended = Some(Ended::Cut);
                return Poll::Ready(Some(Err(Cut)));
            }
            cut.flushes -= 1;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let piece = ready!(this.poll_piece(cx));
        match &piece {
            Some(Ok(_)) => {}
            Some(Err(Cut)) => this.ended = Some(Ended::Cut),
            None => this.ended = Some(Ended::Whole),
        }
        Poll::Ready(piece.map(|piece| {
            let mut bytes = piece?;
            if let Some(cut) = &mut this.cut {
                bytes.truncate(usize::try_from(cut.left_bytes).unwrap_or(usize::MAX));
                cut.left_bytes -= bytes.len() as u64;
            }
            this.sent_bytes += bytes.len() as u64;
            Ok(Frame::data(bytes))
        }))
    }

    fn is_end_stream(&self) -> bool {
        match &self.body {
            OutBody::Whole(bytes) => bytes.is_empty() && self.cut.is_none(),
            OutBody::Stream(stream) => stream.finished,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.body {
            OutBody::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            OutBody::Stream(Stream { length: Some(length), .. }) => SizeHint::with_exact(*length),
            OutBody::Stream(_) => SizeHint::default(),
        }
    }
}

impl Drop for Frames {
    fn drop(&mut self) {
        if let Some(Watch(tell)) = self.watch.take() {
            let ended = self.ended.unwrap_or(if self.is_whole() { Ended::Whole } else { Ended::HungUp });
            tell(ended);
        }
    }
}
