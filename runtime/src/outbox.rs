//! What waits to be written to one connection: filled by the actor, emptied by the gateway that holds the socket.

use std::collections::VecDeque;

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::wire::{Encoding, ToClient};

/// The bounded queue of one connection, and its close.
///
/// The actor's side never waits: a message that does not fit closes the connection, so that a client that
/// does not read costs its server no more than [`LIMIT`](Self::LIMIT) bytes.
#[derive(Debug)]
pub(crate) struct Outbox {
    encoding: Encoding,
    /// The protocol version that the peer speaks.
    version: u16,
    queue: Mutex<Queue>,
    filled: Notify,
}

/// Why and with what a connection ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Close {
    pub(crate) code: u16,
    /// At most 123 bytes: `group.code`.
    pub(crate) reason: String,
}

impl Close {
    pub(crate) fn new(code: u16, reason: impl Into<String>) -> Self {
        let mut reason = reason.into();
        while reason.len() > 123 {
            reason.pop();
        }
        Self { code, reason }
    }
}

#[derive(Debug, Default)]
struct Queue {
    frames: VecDeque<Bytes>,
    bytes: usize,
    close: Option<Close>,
}

impl Outbox {
    /// Bytes that may wait; a single larger message passes when nothing else waits.
    const LIMIT: usize = 256 * 1024;

    pub(crate) fn new(encoding: Encoding, version: u16) -> Self {
        Self { encoding, version, queue: Mutex::default(), filled: Notify::new() }
    }

    pub(crate) fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Queues a message; `false` if the connection is closing or the message cannot be encoded.
    pub(crate) fn send(&self, message: &ToClient) -> bool {
        self.encode(message).is_some_and(|frame| self.push(frame))
    }

    /// Encodes a message for this connection; one that cannot be encoded closes it.
    pub(crate) fn encode(&self, message: &ToClient) -> Option<Bytes> {
        message
            .encode_version(self.encoding, self.version)
            .inspect_err(|error| {
                tracing::error!(%error, "a message cannot be encoded");
                self.close(Close::new(1011, "actor.send_failed"));
            })
            .ok()
    }

    /// Queues an encoded message; `false` if the connection is closing, or closes now because it is full.
    pub(crate) fn push(&self, frame: Bytes) -> bool {
        let mut queue = self.queue.lock();
        if queue.close.is_some() {
            return false;
        }
        if !queue.frames.is_empty() && queue.bytes + frame.len() > Self::LIMIT {
            queue.close = Some(Close::new(1011, "message.outgoing_queue_full"));
            drop(queue);
            self.filled.notify_one();
            return false;
        }
        queue.bytes += frame.len();
        queue.frames.push_back(frame);
        drop(queue);
        self.filled.notify_one();
        true
    }

    /// Closes the connection once what waits is written. The first close counts.
    pub(crate) fn close(&self, close: Close) {
        self.queue.lock().close.get_or_insert(close);
        self.filled.notify_one();
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.queue.lock().close.is_some()
    }

    /// Waits for something to write, and moves all of it to `frames`. A returned close follows the frames.
    /// For the one task that writes.
    pub(crate) async fn take(&self, frames: &mut Vec<Bytes>) -> Option<Close> {
        loop {
            {
                let mut queue = self.queue.lock();
                if !queue.frames.is_empty() || queue.close.is_some() {
                    frames.extend(queue.frames.drain(..));
                    queue.bytes = 0;
                    return queue.close.clone();
                }
            }
            self.filled.notified().await;
        }
    }
}
