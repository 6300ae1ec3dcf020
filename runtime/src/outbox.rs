//! What waits to be written to one connection: filled by the actor, emptied by the gateway that holds the socket.

use std::{collections::VecDeque, sync::Arc};

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::{
    Limits,
    wire::{Encoding, Notice, ToClient},
};

/// The bounded queue of one connection, and its close.
///
/// The actor's side never waits: a message that does not fit closes the connection, so that a client that
/// does not read costs its server no more than [`Limits::queue`] bytes.
#[derive(Debug)]
pub(crate) struct Outbox {
    encoding: Encoding,
    /// The protocol version that the peer speaks.
    version: u16,
    limits: Arc<Limits>,
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

impl Queue {
    /// A single message that is larger than all that may wait passes when nothing else waits.
    fn has_room_for(&self, frame: &Bytes, limits: &Limits) -> bool {
        let fits = self.bytes + frame.len() <= limits.queue && self.frames.len() < limits.queue_messages;
        fits || self.frames.is_empty()
    }
}

impl Outbox {
    pub(crate) fn new(encoding: Encoding, version: u16, limits: Arc<Limits>) -> Self {
        Self { encoding, version, limits, queue: Mutex::default(), filled: Notify::new() }
    }

    pub(crate) fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Queues a message; `false` if the connection is closing or the message cannot be encoded.
    pub(crate) fn send(&self, message: &ToClient) -> bool {
        self.encode(message).is_some_and(|frame| self.push(frame))
    }

    /// Queues an event of callboard's own, which counts like any message.
    pub(crate) fn tell(&self, notice: &Notice) {
        match notice.message(self.encoding.format()) {
            Ok(message) => drop(self.send(&message)),
            Err(error) => tracing::error!(%error, "a notice cannot be encoded"),
        }
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
        if !queue.has_room_for(&frame, &self.limits) {
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
