//! Events: which payload types an actor publishes, and their names on the wire.

use bytes::Bytes;

use crate::{
    Contract, EventInfo, Payload,
    wire::{DecodeError, EncodeError, EventReader},
};

/// Every event of an actor, one variant each: the generated `ChatRoomEvent`.
///
/// Matching on it is exhaustive: a new event is a compile error wherever it must be handled.
pub trait Event: Sized + Send + 'static {
    /// Every event, in the order listed.
    const TABLE: &'static [EventInfo];

    /// Reads the event at this place of the table.
    fn decode(index: usize, payload: &EventReader<'_>) -> Result<Self, DecodeError>;
}

/// A payload type that actor `C` publishes: one row of its `#[actor(events(..))]`.
///
/// Both ends of an event are checked with this one trait: `ctx.broadcast` and `conn.send` in the actor,
/// `connection.on` and `connection.once` in its clients.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event of actor `{C}`",
    label = "`{C}` does not list it in `#[actor(events(..))]`",
    note = "an actor publishes only the events it lists, and its clients can listen only to those"
)]
pub trait EventOf<C: Contract>: Payload + Sync {
    /// Its place in the contract's event table.
    const INDEX: usize;

    /// What tells it from others of its kind, where the latest of each is kept for slow consumers
    /// ([`SlowConsumer::LatestBy`](crate::contract::SlowConsumer)): that field, encoded.
    fn slow_key(&self) -> Result<Option<Bytes>, EncodeError> {
        Ok(None)
    }

    /// The payload as a value of the generated event enum.
    fn into_event(self) -> C::Event;
}
