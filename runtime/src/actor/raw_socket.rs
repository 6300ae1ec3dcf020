//! A raw WebSocket, as its actor's handler sees it, and the other end, which a gateway holds.

use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use futures_util::{Sink, SinkExt, Stream, StreamExt as _};
use http::request::Parts;
use parking_lot::Mutex;
use tokio::sync::{Notify, mpsc};
use tokio_util::sync::PollSender;

use crate::{ActorError, delivery::outbox::Close};

/// A raw WebSocket, which `#[on_websocket]` is given: messages as they come and go, of no protocol but the actor's own.
///
/// It is a [`Stream`] of what the client sends and a [`Sink`] of what is sent to it, so it can be
/// [split](futures_util::StreamExt::split); [`recv`](Self::recv) and [`send`](Self::send) are the same without imports.
/// Both wait: a handler that does not read keeps its client from sending more, and a client that does not read keeps
/// its handler from sending more.
///
/// The stream ends when the socket does, whoever ended it: the client, [`close`](Self::close),
/// [`conn.disconnect`](crate::Conn::disconnect), the actor's end or the server's. Pings are answered, and dead peers
/// found, without the handler. A handler that has returned and has dropped its socket closes it, with code 1000.
///
/// ```
/// use callboard::{RawSocket, raw::RawMessage, prelude::*};
///
/// #[derive(Default, Serialize, Deserialize)]
/// struct Echo { heard: u64 }
///
/// #[actor]
/// impl Echo {
///     #[on_websocket]
///     async fn socket(ctx: Ctx<Self>, mut socket: RawSocket) -> Result<(), Fault> {
///         while let Some(message) = socket.recv().await {
///             ctx.turn(|this| this.heard += 1).await?;
///             if socket.send(message).await.is_err() {
///                 break;
///             }
///         }
///         Ok(())
///     }
/// }
/// ```
pub struct RawSocket {
    head: Box<Parts>,
    incoming: mpsc::Receiver<RawMessage>,
    outgoing: PollSender<Outgoing>,
    closing: Arc<Closing>,
}

/// A message on a raw WebSocket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RawMessage {
    /// A text frame.
    Text(String),
    /// A binary frame.
    Binary(Bytes),
}

/// A raw WebSocket did not take a message. A handler may return it: it is no defect of the handler's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, ActorError)]
#[actor_error(crate = crate)]
#[non_exhaustive]
pub enum RawSendError {
    /// It is closed, or closing.
    #[error("the socket is closed")]
    Closed,
    /// The message is longer than [`RawSocket::MAX_MESSAGE`]. The socket stays open.
    #[error("the message has {length} bytes, and at most {} are sent", RawSocket::MAX_MESSAGE)]
    TooLong {
        /// How long it is, in bytes.
        length: usize,
    },
}

/// What a handler hands to the gateway.
pub(crate) enum Outgoing {
    Message(RawMessage),
    /// What comes after it is not sent.
    Close(Close),
}

/// How a socket is closed by others than its handler, and how its peer closed it.
#[derive(Debug, Default)]
pub(crate) struct Closing {
    ours: Mutex<Option<Close>>,
    theirs: Mutex<Option<Close>>,
    asked: Notify,
    /// Told whenever the handler waits for a message.
    reading: Notify,
}

/// The gateway's end of a raw WebSocket.
pub(crate) struct RawPeer {
    pub(crate) incoming: mpsc::Sender<RawMessage>,
    pub(crate) outgoing: mpsc::Receiver<Outgoing>,
    pub(crate) closing: Arc<Closing>,
}

/// Keeps a socket from closing until its handler's outcome is known.
pub(crate) struct Outcome {
    closing: Arc<Closing>,
    _open: mpsc::Sender<Outgoing>,
}

impl RawSocket {
    /// Bytes of one message, in either direction. A client that sends a longer one is disconnected with
    /// `message.incoming_too_long`.
    pub const MAX_MESSAGE: usize = 1024 * 1024;

    /// Messages that may wait in either direction.
    const WAITING: usize = 8;

    /// Both ends. The head is that of the request that opened it.
    pub(crate) fn pair(head: Parts) -> (Self, RawPeer) {
        let (to_handler, incoming) = mpsc::channel(Self::WAITING);
        let (outgoing, to_peer) = mpsc::channel(Self::WAITING);
        let closing = Arc::new(Closing::default());
        let peer = RawPeer { incoming: to_handler, outgoing: to_peer, closing: Arc::clone(&closing) };
        (Self { head: Box::new(head), incoming, outgoing: PollSender::new(outgoing), closing }, peer)
    }

    /// The next message; `None` once the socket is closed.
    pub async fn recv(&mut self) -> Option<RawMessage> {
        self.next().await
    }

    /// Sends a message: [`RawMessage`], or what becomes one, text or bytes. Waits while much is on its way already.
    ///
    /// An error says that it is not sent. That it was taken does not say that the client has it.
    pub async fn send(&mut self, message: impl Into<RawMessage> + Send) -> Result<(), RawSendError> {
        let message = message.into();
        SinkExt::send(self, message).await
    }

    /// Closes the socket after what was sent before, with this code and reason (cut at 123 bytes). Does not wait for
    /// the client.
    ///
    /// Codes are 1000 or, an application's own, 4000 to 4999; in place of any other the client sees 1011.
    pub async fn close(mut self, code: u16, reason: &str) {
        let close = Close::new(code, reason);
        let ready = std::future::poll_fn(|cx| self.outgoing.poll_reserve(cx)).await;
        if ready.is_ok() {
            // It may have been closed by others meanwhile.
            let _ = self.outgoing.send_item(Outgoing::Close(close));
        }
    }

    /// What follows `/websocket` in the address: `/stream/7`, or `/`.
    #[must_use]
    pub fn path(&self) -> &str {
        self.head.uri.path()
    }

    /// What follows `?` in the address, as it was sent.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.head.uri.query()
    }

    /// The head of the request that opened it, with all its headers. Its URI is that of [`path`](Self::path) and
    /// [`query`](Self::query).
    #[must_use]
    pub fn head(&self) -> &Parts {
        &self.head
    }

    /// The code and the reason that the client closed it with, once it has: 1005 where it gave none. `None` for a
    /// socket that is open, was closed from here, or broke.
    #[must_use]
    pub fn closed_by_client(&self) -> Option<(u16, String)> {
        self.closing.theirs.lock().as_ref().map(|close| (close.code, close.reason.clone()))
    }

    /// For the host, which runs its handler.
    pub(crate) fn outcome(&self) -> Option<Outcome> {
        let open = self.outgoing.get_ref()?.clone();
        Some(Outcome { closing: Arc::clone(&self.closing), _open: open })
    }

    pub(crate) fn closing(&self) -> &Arc<Closing> {
        &self.closing
    }
}

impl Stream for RawSocket {
    type Item = RawMessage;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<RawMessage>> {
        let message = self.incoming.poll_recv(cx);
        if message.is_pending() {
            self.closing.reading.notify_one();
        }
        message
    }
}

impl Sink<RawMessage> for RawSocket {
    type Error = RawSendError;

    fn poll_ready(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), RawSendError>> {
        self.outgoing.poll_reserve(cx).map_err(|_| RawSendError::Closed)
    }

    fn start_send(mut self: Pin<&mut Self>, message: RawMessage) -> Result<(), RawSendError> {
        let length = message.len();
        if length > Self::MAX_MESSAGE {
            self.outgoing.abort_send();
            return Err(RawSendError::TooLong { length });
        }
        self.outgoing.send_item(Outgoing::Message(message)).map_err(|_| RawSendError::Closed)
    }

    /// What was sent is the gateway's to write: it does so at once.
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), RawSendError>> {
        Poll::Ready(Ok(()))
    }

    /// Closes with code 1000.
    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), RawSendError>> {
        if ready!(self.outgoing.poll_reserve(cx)).is_ok() {
            // It may have been closed by others meanwhile.
            let _ = self.outgoing.send_item(Outgoing::Close(Close::new(1000, "")));
        }
        self.outgoing.close();
        Poll::Ready(Ok(()))
    }
}

impl fmt::Debug for RawSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the query and the headers, which may be secret.
        f.debug_struct("RawSocket").field("path", &self.path()).finish_non_exhaustive()
    }
}

impl RawMessage {
    /// How long it is, in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Binary(bytes) => bytes.len(),
        }
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The text, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Binary(_) => None,
        }
    }
}

impl From<String> for RawMessage {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for RawMessage {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Bytes> for RawMessage {
    fn from(bytes: Bytes) -> Self {
        Self::Binary(bytes)
    }
}

impl From<Vec<u8>> for RawMessage {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Binary(bytes.into())
    }
}

impl Closing {
    /// Closes it once what its handler sent is written. The first close counts.
    pub(crate) fn close(&self, close: Close) {
        self.ours.lock().get_or_insert(close);
        self.asked.notify_one();
    }

    /// Waits until somebody closes it. For the one task that carries the socket.
    pub(crate) async fn asked(&self) {
        while self.ours.lock().is_none() {
            self.asked.notified().await;
        }
    }

    /// Waits until the handler waits for a message, again if it has before.
    pub(crate) async fn reading(&self) {
        self.reading.notified().await;
    }

    /// How it is to be closed.
    pub(crate) fn ours(&self) -> Close {
        self.ours.lock().clone().unwrap_or_else(|| Close::new(1000, ""))
    }

    pub(crate) fn closed_by_peer(&self, close: Close) {
        *self.theirs.lock() = Some(close);
    }
}

impl Outcome {
    /// The handler failed: its socket is closed with this, whoever else still holds it.
    pub(crate) fn failed(self, close: Close) {
        self.closing.close(close);
    }
}
