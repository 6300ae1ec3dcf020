//! Queues: which payload types an actor takes as messages, what it answers them with, and their names on the wire.

use std::fmt;

use bytes::Bytes;

use crate::{
    Contract, Payload,
    wire::{DecodeError, Format},
};

/// A payload type that actor `C` takes as the messages of a queue: one row of its `#[actor(queues(..))]`.
///
/// Both ends of a queue are checked with this one trait: `ctx.queue` in the actor, `send` and `send_and_wait` of its
/// clients.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a message of a queue of actor `{C}`",
    label = "`{C}` does not list it in `#[actor(queues(..))]`",
    note = "an actor has a queue for each type that it lists, and takes no other messages",
    note = "events are published by actors alone: a client calls an action that does it"
)]
pub trait QueueOf<C: Contract>: Payload + Sync {
    /// Its place in the contract's table of queues.
    const INDEX: usize;

    /// What a message is completed with; `()` where there is nothing to say.
    type Response: Payload;
}

/// What is known about one queue: its row in the contract's table.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct QueueInfo {
    /// Its name on the wire: `jobs`.
    pub name: &'static str,
    /// The Rust type of its messages, as written.
    pub payload: &'static str,
    /// The Rust type of their responses, as written; empty for `()`.
    pub response: &'static str,
    #[cfg_attr(
        not(feature = "server"),
        expect(dead_code, reason = "only who has the queue keeps what is in it")
    )]
    kept: fn(Format, &[u8]) -> Result<Bytes, DecodeError>,
}

impl QueueInfo {
    /// A row of the table.
    #[must_use]
    pub const fn new<C: Contract, M: QueueOf<C>>(
        name: &'static str,
        payload: &'static str,
        response: &'static str,
    ) -> Self {
        Self { name, payload, response, kept: kept::<M> }
    }

    /// A message as it came, if it is one of this queue, as it is kept.
    #[cfg(feature = "server")]
    pub(crate) fn kept(&self, format: Format, body: &[u8]) -> Result<Bytes, DecodeError> {
        (self.kept)(format, body)
    }
}

impl fmt::Debug for QueueInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, payload, response, .. } = self;
        f.debug_struct("QueueInfo")
            .field("name", name)
            .field("payload", payload)
            .field("response", response)
            .finish_non_exhaustive()
    }
}

/// The format in which messages are kept.
pub(crate) const KEPT: Format = Format::Cbor;

fn kept<M: Payload>(format: Format, body: &[u8]) -> Result<Bytes, DecodeError> {
    M::decode(format, body)?.encode_kept(KEPT).map_err(|error| DecodeError::new(error.to_string()))
}
