//! What leaves an actor: an answer or an event, ready to be handed over.

use std::sync::Arc;

use crate::{
    Actor, Conn, Durability, Fault,
    delivery::{
        batch::Batch,
        outbox::{Close, Writer},
    },
    host::{connections::broadcast::Broadcast, turn::call::Answer},
};

/// Something that only has to be handed over, and may wait at the gate for that.
pub(crate) enum PendingOutput<A: Actor> {
    /// The answer to a call.
    Answer(Answer<A>),
    /// Events for one connection, encoded.
    Event {
        /// Who gets it.
        conn: Conn<A>,
        /// The messages, or for a client in this process the payloads.
        events: Arc<Batch>,
    },
    /// Events for many connections.
    Broadcast(Broadcast<A>),
    /// The end of a connection.
    Close { conn: Conn<A>, close: Close },
    /// Anything else: it is told that what it waited for is saved, or why it never will be. It must not come back to the
    /// gate.
    Held(Box<dyn FnOnce(Result<(), Fault>) + Send>),
}

impl<A: Actor> PendingOutput<A> {
    pub(crate) fn deliver(self) {
        match self {
            Self::Answer(answer) => answer.deliver(),
            Self::Event { conn, events } => {
                // Who has gone away meanwhile gets nothing, as with an event that does not wait.
                conn.hand_over(events, Writer::Session);
            }
            Self::Broadcast(spread) => spread.deliver(),
            Self::Close { conn, close } => conn.close_now(close),
            Self::Held(then) => then(Ok(())),
        }
    }

    /// Ends it: a call ends with this fault; an event is not sent, and no connection closed, if that was held because of
    /// what it speaks of.
    pub(in crate::host) fn fail(self, fault: Fault) {
        match self {
            Self::Answer(answer) => answer.fail(fault),
            Self::Held(then) => then(Err(fault)),
            _ if A::OPTIONS.durability == Durability::Output => {}
            other => other.deliver(),
        }
    }

    /// It waits at the gate from now on, and what comes later for its connection stays behind it.
    pub(in crate::host) fn begin_wait(&self) {
        if let Some(conn) = self.conn() {
            conn.begin_wait(self.bytes());
        }
    }

    /// It has waited for long enough.
    pub(in crate::host) fn end_wait(self) {
        let (conn, bytes) = (self.conn().cloned(), self.bytes());
        self.deliver();
        if let Some(conn) = conn {
            conn.end_wait(bytes);
        }
    }

    /// It has waited for nothing.
    pub(in crate::host) fn end_wait_failed(self, fault: Fault) {
        let (conn, bytes) = (self.conn().cloned(), self.bytes());
        self.fail(fault);
        if let Some(conn) = conn {
            conn.end_wait(bytes);
        }
    }

    /// Bytes of events for one connection.
    fn bytes(&self) -> usize {
        if let Self::Event { events, .. } = self { events.bytes() } else { 0 }
    }

    /// Whether something waits already for the same connection.
    pub(in crate::host) fn is_behind(&self) -> bool {
        match self {
            // Calls of this process are answered past their connections: any answer that waits may be one.
            Self::Close { .. } => true,
            _ => self.conn().is_some_and(Conn::has_waiting),
        }
    }

    fn conn(&self) -> Option<&Conn<A>> {
        match self {
            Self::Answer(answer) => answer.conn(),
            Self::Event { conn, .. } | Self::Close { conn, .. } => Some(conn),
            Self::Broadcast(_) | Self::Held(_) => None,
        }
    }
}
