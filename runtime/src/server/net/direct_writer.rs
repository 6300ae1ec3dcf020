//! The writing end of a client's socket.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::{Buf, Bytes};
use tokio::{io::AsyncWrite, net::tcp::OwnedWriteHalf};

use super::byte_counter::ByteCounter;
use crate::{
    delivery::{batch::Batch, direct_write::DirectWrite},
    server::ws::framing::frames,
    wire::Encoding,
};

/// The writing half of a WebSocket's TCP socket. It can be lent to the outbox.
// Small: one per connection.
#[derive(Debug)]
pub(in crate::server) struct DirectWriter {
    socket: OwnedWriteHalf,
    /// Counts what the outbox writes; what the session writes is counted elsewhere.
    counter: Option<Box<ByteCounter>>,
    /// What the socket has not taken of what the outbox wrote: it is to be written before anything else.
    rest: Option<Box<Bytes>>,
}

impl DirectWriter {
    pub(in crate::server) fn new(socket: OwnedWriteHalf, counter: Option<ByteCounter>) -> Self {
        Self { socket, counter: counter.map(Box::new), rest: None }
    }
}

impl DirectWrite for DirectWriter {
    fn write_now(&mut self, encoding: Encoding, batches: &[Arc<Batch>]) {
        let mut frames = frames(encoding.is_text(), batches);
        let written = self.socket.try_write(&frames).unwrap_or_default();
        if let Some(counter) = &self.counter {
            counter.add(written);
        }
        frames.advance(written);
        self.rest = Some(frames).filter(|rest| !rest.is_empty()).map(Box::new);
    }

    fn is_stuck(&self) -> bool {
        self.rest.is_some()
    }

    fn take_rest(&mut self) -> Option<Bytes> {
        self.rest.take().map(|rest| *rest)
    }
}

impl AsyncWrite for DirectWriter {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests;
