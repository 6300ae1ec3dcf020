//! A WebSocket as sessions use it: one step at a time, without buffers while it is idle, and the close at its end.
//!
//! The WebSocket layer has read and write buffers of several kilobytes, which would be most of what an idle
//! connection costs. So the layer is there only while something is half read or half written:
//!
//! ```text
//!                  bytes arrive that are more than a head,
//!                  or a control frame is to be sent
//!           ┌──────────────────────────────────────────────┐
//!           │                                              ▼
//!     Idle(Transport)                        Active(WebSocketStream<Transport>)
//!           ▲                                              │
//!           └──────────────────────────────────────────────┘
//!                  nothing is half read (Transport::is_between_messages),
//!                  nothing is being written
//!
//!     Moving is the state between the two, inside of `activate` and `release_buffers` only.
//! ```
//!
//! Beside the state:
//!
//! - **`is_writing`**: something is not written whole yet. In either state: batches of messages are framed elsewhere
//!   (`framing.rs`) and go past the layer, through the transport, which writes them before anything else.
//! - **`stuck_since`**: when the peer last stopped taking what is being written. It begins anew whenever the peer
//!   takes some of it, and ends with the writing. The heartbeat drops a peer that is stuck for too long.
//! - **`pings`**: pings of the peer whose pongs are not written yet. A peer that has `timeouts::PENDING_PONGS` of
//!   them is not read from, or the pongs would fill the memory.
//!
//! While the writer is lent to the outbox (`lend_writer`), nothing is written here, and the socket must not be polled
//! until `reclaim_writer`: what the outbox could not write whole is then written first.
//!
//! A message that is too long does not reach the layer: the transport cuts it out (`frame_scanner.rs`), and its
//! beginning is a [`Received::TooLong`].

use std::{
    mem,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{BufMut, Bytes, BytesMut};
use futures_util::{FutureExt, SinkExt, StreamExt};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    time::Instant,
};
use tokio_websockets::{CloseCode, Config, Error, Limits, Message, ServerBuilder, WebSocketStream};

use super::{end::End, frame_scanner::TooLong, peer_activity::PeerActivity, transport::Transport};
use crate::{
    delivery::{direct_write::DirectWrite, outbox::Close},
    error::Code,
    server::net::{tcp::LendWriter, timeouts},
};

/// The result of one step: a message, or none if everything is written now; or the end of the session.
pub(in crate::server) type Step = Result<Option<Received>, End>;

/// What a peer has sent.
#[derive(Debug)]
pub(in crate::server) enum Received {
    Message(Message),
    /// A message that is too long. This is its beginning, which is all that was read.
    TooLong {
        is_text: bool,
        beginning: Bytes,
    },
}

/// A socket that speaks WebSocket. It writes when it is told to, not when much waits.
pub(in crate::server) struct Socket<S> {
    state: State<S>,
    /// Bytes.
    max_message: usize,
    is_writing: bool,
    /// Since when the peer has taken nothing of it.
    stuck_since: Option<Instant>,
    /// Pings read since everything was last written.
    pings: usize,
}

enum State<S> {
    /// Nothing is half read or half written, so there are no buffers.
    Idle(Transport<S>),
    Active(Box<WebSocketStream<Transport<S>>>),
    /// Between the two.
    Moving,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Socket<S> {
    pub(in crate::server) fn new(transport: Transport<S>, max_message: usize) -> Self {
        Self { state: State::Idle(transport), max_message, is_writing: false, stuck_since: None, pings: 0 }
    }

    /// Whether there is something to write.
    pub(in crate::server) fn is_writing(&self) -> bool {
        self.is_writing
    }

    /// When the peer was last heard, and what it is in the middle of.
    pub(in crate::server) fn activity(&mut self) -> Option<&mut PeerActivity> {
        self.transport().map(Transport::activity)
    }

    fn transport(&mut self) -> Option<&mut Transport<S>> {
        match &mut self.state {
            State::Idle(transport) => Some(transport),
            State::Active(socket) => Some(socket.get_mut()),
            State::Moving => None,
        }
    }

    /// Since when the peer has taken nothing of what is being written.
    pub(in crate::server) fn stuck_since(&self) -> Option<Instant> {
        self.stuck_since
    }

    /// Queues a control frame, or the message of a raw socket. A socket that takes none is closing: reading tells that.
    pub(in crate::server) fn send(&mut self, message: Message) {
        if let Some(socket) = self.activate() {
            let _ = socket.feed(message).now_or_never();
            self.is_writing = true;
        }
    }

    /// Begins to write these frames. Only when everything before is written.
    pub(in crate::server) fn write(&mut self, frames: Bytes) {
        if let Some(transport) = self.transport() {
            transport.write(frames);
        }
        self.is_writing = true;
    }

    /// Writes what is to be written, and reads a message.
    pub(in crate::server) fn poll_step(&mut self, cx: &mut Context<'_>) -> Poll<Step> {
        let flushed = match self.poll_flush(cx) {
            Poll::Ready(flushed) => flushed?,
            // Stop reading from a peer that does not drain our pongs.
            Poll::Pending if self.pings >= timeouts::PENDING_PONGS => return Poll::Pending,
            Poll::Pending => false,
        };
        match self.poll_next(cx) {
            Poll::Pending if flushed => Poll::Ready(Ok(None)),
            step => step.map(|message| message.map(Some)),
        }
    }

    /// Writes what is to be written; `false` if there was nothing.
    pub(in crate::server) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<bool, End>> {
        if !self.is_writing {
            return Poll::Ready(Ok(false));
        }
        let written = match &mut self.state {
            State::Idle(transport) => Pin::new(transport).poll_flush(cx).map_err(drop),
            State::Active(socket) => socket.poll_flush_unpin(cx).map_err(drop),
            State::Moving => Poll::Ready(Err(())),
        };
        if written.is_pending()
            && (self.stuck_since.is_none() || self.activity().is_some_and(PeerActivity::has_taken))
        {
            self.stuck_since = Some(Instant::now());
        }
        ready!(written).map_err(|()| End::Gone)?;
        (self.is_writing, self.stuck_since, self.pings) = (false, None, 0);
        Poll::Ready(Ok(true))
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Result<Received, End>> {
        match self.poll_message(cx) {
            Poll::Ready(message) => Poll::Ready(message.map(Received::Message)),
            Poll::Pending => match self.transport().and_then(Transport::take_too_long) {
                None => Poll::Pending,
                Some(TooLong::Endless) => Poll::Ready(Err(End::TooLong)),
                Some(TooLong::Skipped { is_text, beginning }) => {
                    Poll::Ready(Ok(Received::TooLong { is_text, beginning }))
                }
            },
        }
    }

    fn poll_message(&mut self, cx: &mut Context<'_>) -> Poll<Result<Message, End>> {
        if let State::Idle(transport) = &mut self.state
            && !ready!(transport.poll_input(cx)).is_ok_and(|has_input| has_input)
        {
            return Poll::Ready(Err(End::Gone));
        }
        let Some(socket) = self.activate() else { return Poll::Ready(Err(End::Gone)) };
        match socket.poll_next_unpin(cx) {
            Poll::Ready(Some(Ok(message))) => {
                if message.is_ping() {
                    // The answer is queued.
                    self.pings += 1;
                    self.is_writing = true;
                }
                Poll::Ready(Ok(message))
            }
            Poll::Ready(Some(Err(Error::PayloadTooLong { .. }))) => Poll::Ready(Err(End::TooLong)),
            Poll::Ready(Some(Err(Error::Protocol(_)))) => Poll::Ready(Err(End::Answer)),
            Poll::Ready(_) => Poll::Ready(Err(End::Gone)),
            Poll::Pending => {
                self.release_buffers();
                Poll::Pending
            }
        }
    }

    fn activate(&mut self) -> Option<&mut WebSocketStream<Transport<S>>> {
        if let State::Idle(_) = self.state
            && let State::Idle(transport) = mem::replace(&mut self.state, State::Moving)
        {
            self.state = State::Active(Box::new(speak(transport, self.max_message)));
        }
        if let State::Active(socket) = &mut self.state { Some(socket) } else { None }
    }

    /// Drops the buffers if nothing is in them.
    fn release_buffers(&mut self) {
        let State::Active(socket) = &self.state else { return };
        if !self.is_writing
            && socket.get_ref().is_between_messages()
            && let State::Active(socket) = mem::replace(&mut self.state, State::Moving)
        {
            self.state = State::Idle(socket.into_inner());
        }
    }

    /// Sends the close that the end asks for, and waits for the peer's.
    pub(in crate::server) async fn close(mut self, end: End) -> Result<(), Error> {
        let written = !self.is_writing;
        if let Some(transport) = self.transport() {
            transport.discard_too_long();
        }
        self.activate();
        let State::Active(socket) = self.state else { return Ok(()) };
        let too_long = || Close::of(Code::IncomingTooLong);
        match end {
            End::Close(close) => send_close(*socket, Some(close)).await,
            End::Answer => send_close(*socket, None).await,
            // The layer would give another reason. But what it has half written it must finish itself.
            End::TooLong if written => send_close_past_the_layer(socket.into_inner(), &too_long()).await,
            End::TooLong => send_close(*socket, Some(too_long())).await,
            End::Gone => Ok(()),
        }
    }
}

impl<S: LendWriter> Socket<S> {
    /// Gives the writer away, if there is one and nothing is being written. The socket must not be polled until it is
    /// back.
    pub(in crate::server) fn lend_writer(&mut self) -> Option<Box<dyn DirectWrite>> {
        if self.is_writing { None } else { self.io_mut()?.lend_writer() }
    }

    /// Takes the writer back, and goes on with what it has begun to write.
    pub(in crate::server) fn reclaim_writer(&mut self, mut writer: Box<dyn DirectWrite>) {
        let rest = writer.take_rest();
        if let Some(io) = self.io_mut() {
            io.reclaim_writer(writer);
        }
        if let Some(rest) = rest {
            self.write(rest);
        }
    }

    fn io_mut(&mut self) -> Option<&mut S> {
        self.transport().map(Transport::io_mut)
    }
}

fn speak<S: AsyncRead + AsyncWrite + Unpin>(socket: S, max_message: usize) -> WebSocketStream<S> {
    ServerBuilder::new()
        .config(Config::default().flush_threshold(usize::MAX))
        .limits(Limits::default().max_payload_len(Some(max_message)))
        .serve(socket)
}

/// Sends a close, or answers the peer's, and waits until the peer is done.
async fn send_close<S: AsyncRead + AsyncWrite + Unpin>(
    mut socket: WebSocketStream<S>,
    close: Option<Close>,
) -> Result<(), Error> {
    if let Some(Close { code, reason }) = close {
        let code = CloseCode::try_from(code).unwrap_or(CloseCode::INTERNAL_SERVER_ERROR);
        let _ = socket.feed(Message::close(Some(code), &reason)).now_or_never();
    }
    socket.close().await?;
    drain(socket.into_inner()).await
}

/// Writes a close frame past the WebSocket layer, which would give a reason of its own.
async fn send_close_past_the_layer<S: AsyncRead + AsyncWrite + Unpin>(
    mut socket: S,
    close: &Close,
) -> Result<(), Error> {
    const FINAL_CLOSE: u8 = 0x88;
    let mut frame = BytesMut::new();
    frame.put_u8(FINAL_CLOSE);
    // At most 125: a reason has at most 123 bytes.
    frame.put_u8(u8::try_from(2 + close.reason.len()).unwrap_or(2));
    frame.put_u16(close.code);
    frame.put_slice(close.reason.as_bytes());
    socket.write_all(&frame).await?;
    socket.shutdown().await?;
    drain(socket).await
}

/// Reads and discards: to close a socket that has unread bytes would take back what was written last.
async fn drain<S: AsyncRead + Unpin>(mut socket: S) -> Result<(), Error> {
    // On the heap: the future has room for it as long as its session lasts.
    let mut bytes = vec![0; 4096];
    while socket.read(&mut bytes).await? > 0 {}
    Ok(())
}

#[cfg(test)]
mod tests;
