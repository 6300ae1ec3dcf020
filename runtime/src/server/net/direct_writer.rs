//! The way to write to a client's socket.

use bytes::{Buf, Bytes};
use tokio::net::tcp::OwnedWriteHalf;

use super::byte_counter::ByteCounter;

/// Only its owner writes: the session, or, while the session has nothing to write, the outbox.
///
/// To wake the task of each connection is most of what an event to many of them would cost beside the writing.
#[derive(Debug)]
pub(crate) struct DirectWriter {
    pub(crate) socket: OwnedWriteHalf,
    /// Counts what the outbox writes.
    counter: Option<Box<ByteCounter>>,
    /// What the socket has not taken of what the outbox wrote: before anything else.
    rest: Option<Box<Bytes>>,
}

impl DirectWriter {
    pub(crate) fn new(socket: OwnedWriteHalf, counter: Option<ByteCounter>) -> Self {
        Self { socket, counter: counter.map(Box::new), rest: None }
    }

    /// Writes what the socket takes at once. If that is not all the rest is for the session, which finds out, too,
    /// whether anything is wrong with the socket.
    pub(crate) fn write(&mut self, mut frames: Bytes) {
        let written = self.socket.try_write(&frames).unwrap_or_default();
        if let Some(counter) = &self.counter {
            counter.add(written);
        }
        frames.advance(written);
        self.rest = Some(frames).filter(|rest| !rest.is_empty()).map(Box::new);
    }

    /// Whether it has a rest.
    pub(crate) fn is_stuck(&self) -> bool {
        self.rest.is_some()
    }

    /// What is to be written next.
    pub(crate) fn take_rest(&mut self) -> Option<Bytes> {
        self.rest.take().map(|rest| *rest)
    }
}
