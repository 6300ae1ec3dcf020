//! What leaves an actor: an answer or an event, ready to be handed over.

use bytes::Bytes;

use super::call::Answer;
use crate::{Actor, Conn, Fault};

/// Something that only has to be handed over, and may wait at the gate for that.
pub(crate) enum Parcel<A: Actor> {
    /// The answer to a call.
    Answer(Answer<A>),
    /// An event for one connection, encoded.
    Event {
        /// Who gets it.
        conn: Conn<A>,
        /// Its place in the contract's table.
        index: usize,
        /// The message, or for a client in this process the payload.
        bytes: Bytes,
    },
}

impl<A: Actor> Parcel<A> {
    pub(crate) fn deliver(self) {
        match self {
            Self::Answer(answer) => answer.deliver(),
            Self::Event { conn, index, bytes } => {
                // Who has gone away meanwhile gets nothing, as with an event that does not wait.
                conn.hand_over(index, bytes);
            }
        }
    }

    /// Ends it undelivered: a call ends with this fault, an event is not sent.
    pub(super) fn fail(self, fault: Fault) {
        if let Self::Answer(answer) = self {
            answer.fail(fault);
        }
    }
}
