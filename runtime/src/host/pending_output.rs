//! What an actor sends that may have to wait until the state it speaks of is saved: answers, events, closes.
//!
//! The output gate keeps these in order and knows nothing of them but [`Pending`]; what it is to release one, or to fail
//! it, is here.

use std::sync::Arc;

use super::{
    connections::broadcast::Broadcast,
    durability::{
        durable::Durable,
        gate_handle::GateHandle,
        release::{Output, release},
        waiting::{Pending, Void},
    },
    turn::call::Answer,
};
use crate::{
    Actor, Conn, Durability, Fault,
    delivery::{
        batch::Batch,
        outbox::{Close, WriteBy},
    },
};

/// The output gate of one actor.
pub(crate) type ActorGate<A> = GateHandle<PendingOutput<A>>;

/// What an actor has to save.
pub(in crate::host) type ActorDurable<A> = Durable<PendingOutput<A>>;

/// Outputs that are void.
pub(in crate::host) type VoidOutputs<A> = Void<PendingOutput<A>>;

/// Something that is ready to be released, and may have to wait for that.
pub(crate) enum PendingOutput<A: Actor> {
    /// The answer to a call.
    Answer(Answer<A>),
    /// Events for one connection, encoded.
    Event {
        conn: Conn<A>,
        /// The messages, or for a client in this process the payloads.
        events: Arc<Batch>,
    },
    /// Events for many connections.
    Broadcast(Broadcast<A>),
    /// The end of a connection.
    Close { conn: Conn<A>, close: Close },
    /// Anything else: it is called with whether what it waited for is saved, and must not use the gate.
    Held(Box<dyn FnOnce(Result<(), Fault>) + Send>),
}

impl<A: Actor> From<Answer<A>> for PendingOutput<A> {
    #[inline]
    fn from(answer: Answer<A>) -> Self {
        Self::Answer(answer)
    }
}

impl<A: Actor> Pending for PendingOutput<A> {
    const IS_SAVED: bool = !A::EPHEMERAL;
    const WAITS: bool = Self::IS_SAVED && !matches!(A::OPTIONS.durability, Durability::Relaxed);

    type Wait = Option<ConnWait<A>>;

    fn release(self) {
        release(self);
    }

    /// A call ends with this fault. An event is not sent, nor a connection closed, if the actor holds these back because
    /// of what they speak of; for any other actor they only waited to keep their order.
    fn fail(self, fault: Fault) {
        match self {
            Self::Answer(answer) => release(answer.failed(fault)),
            Self::Held(then) => then(Err(fault)),
            _ if A::OPTIONS.durability == Durability::Output => {}
            other => release(other),
        }
    }

    fn wait(&self) -> Option<ConnWait<A>> {
        self.conn().map(|conn| ConnWait::begin(conn.clone(), self.bytes()))
    }

    fn is_behind(&self) -> bool {
        match self {
            // Calls of this process are answered past their connections: any answer that waits may be one.
            Self::Close { .. } => true,
            _ => self.conn().is_some_and(Conn::has_waiting),
        }
    }
}

impl<A: Actor> Output for PendingOutput<A> {
    type Released = ();

    fn leave(self) {
        match self {
            Self::Answer(answer) => answer.leave(),
            Self::Event { conn, events } => {
                // A connection that has closed meanwhile gets nothing, as with an event that does not wait.
                conn.send_now(events, WriteBy::Session);
            }
            Self::Broadcast(broadcast) => broadcast.release(),
            Self::Close { conn, close } => conn.close_now(close),
            Self::Held(then) => then(Ok(())),
        }
    }
}

impl<A: Actor> PendingOutput<A> {
    /// Bytes of events for one connection.
    fn bytes(&self) -> usize {
        if let Self::Event { events, .. } = self { events.bytes() } else { 0 }
    }

    fn conn(&self) -> Option<&Conn<A>> {
        match self {
            Self::Answer(answer) => answer.conn(),
            Self::Event { conn, .. } | Self::Close { conn, .. } => Some(conn),
            Self::Broadcast(_) | Self::Held(_) => None,
        }
    }
}

/// A connection has something waiting at the gate while this lives: what it is sent meanwhile stays behind that.
pub(crate) struct ConnWait<A: Actor> {
    conn: Conn<A>,
    bytes: usize,
}

impl<A: Actor> ConnWait<A> {
    fn begin(conn: Conn<A>, bytes: usize) -> Self {
        conn.begin_wait(bytes);
        Self { conn, bytes }
    }
}

impl<A: Actor> Drop for ConnWait<A> {
    fn drop(&mut self) {
        self.conn.end_wait(self.bytes);
    }
}
