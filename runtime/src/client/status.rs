//! The status of a connection, and the errors that can happen to it.

use super::refusal::Refusal;
use crate::{ActorError, ActorId, CallError, ConnId, Fault, wire::DecodeError};

/// Where a connection is in its life.
///
/// ```text
/// Connecting → Connected → Disconnected → Connecting → ..
///     └───────────┴─────────────┴──→ Closed
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// An attempt to open it is under way.
    Connecting,
    /// It is open: calls and events flow.
    Connected,
    /// It is lost, and waits for the next attempt. Calls made meanwhile are sent once it is open again.
    Disconnected,
    /// It is over, for good: it was closed from this side, or refused from the other.
    Closed,
}

/// What went wrong with a connection: passed to [`Connection::on_error`](crate::Connection::on_error), and the
/// reason why one is over.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectionError {
    /// The actor or the server said no to the connection.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// The actor said no to a subscription; the connection goes on.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// It broke, or could not be opened; it comes back by itself.
    #[error("the connection is lost: {0}")]
    Lost(String),
    /// An event came whose payload is not what the contract says. The event is skipped.
    #[error("event `{event}` cannot be decoded: {error}")]
    Undecodable {
        /// The event's name on the wire.
        event: &'static str,
        /// What is wrong with the payload.
        error: DecodeError,
    },
    /// Events are missing, because this client did not keep up: the actor says of them that a slow consumer need
    /// not get them all ([`SlowConsumer`](crate::contract::SlowConsumer)). The connection goes on.
    #[error("{events} of event `{event}` are missing: this client did not keep up")]
    Missed {
        /// The event's name on the wire.
        event: &'static str,
        /// How many are missing among what follows.
        events: u64,
    },
    /// The params cannot be written as JSON, so the connection was never opened.
    #[error("the params cannot be encoded: {0}")]
    Params(String),
    /// It was not open in the time given to [`Connection::opened_within`](crate::Connection::opened_within). It is
    /// tried again, for as long as it is kept.
    #[error("{0}")]
    NotOpen(String),
    /// It was closed from this side.
    #[error("the connection was closed")]
    Closed,
}

impl ConnectionError {
    /// The fault, if the other side sent one.
    #[must_use]
    pub fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Fault(fault) => Some(fault),
            Self::Refused(refusal) => Some(refusal.fault()),
            _ => None,
        }
    }

    /// The error that the actor declared: why its `#[on_before_connect]` turned this client away, or its
    /// `#[on_subscribe]` a listener.
    ///
    /// ```
    /// # use callboard::{ActorError, Fault, client::ConnectionError};
    /// # use std::fmt;
    /// # #[derive(Debug, PartialEq)] enum ChatError { RoomFull }
    /// # impl fmt::Display for ChatError {
    /// #     fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str("the room is full") }
    /// # }
    /// # impl ActorError for ChatError {
    /// #     fn code(&self) -> &'static str { "room_full" }
    /// #     fn metadata(&self) -> Option<serde_json::Value> { None }
    /// #     fn restore(code: &str, _: Option<&serde_json::Value>) -> Option<Self> {
    /// #         (code == "room_full").then_some(Self::RoomFull)
    /// #     }
    /// # }
    /// let error = ConnectionError::from(Fault::new("user", "room_full", "the room is full"));
    /// assert_eq!(error.declared::<ChatError>(), Some(ChatError::RoomFull));
    /// ```
    #[must_use]
    pub fn declared<E: ActorError>(&self) -> Option<E> {
        self.fault()?.declared()
    }

    /// What it was, without that the connection is lost.
    pub(super) fn cause(&self) -> String {
        match self {
            Self::Lost(why) => why.clone(),
            other => other.to_string(),
        }
    }

    /// What a call ends with that was never sent because the connection ended so.
    pub(super) fn to_call_error(&self) -> CallError {
        match self {
            Self::Fault(fault) => CallError::Fault(fault.clone()),
            other => CallError::NotSent(other.to_string()),
        }
    }
}

/// What the user's side of a connection can see of its task.
#[derive(Debug, Clone)]
pub(super) struct State {
    pub status: Status,
    pub actor_id: Option<ActorId>,
    pub conn_id: Option<ConnId>,
    /// What the last attempt to open it failed at, until one succeeds.
    pub failure: Option<String>,
    /// Why it is over, once it is.
    pub end: Option<ConnectionError>,
}

impl State {
    pub(super) const NEW: Self =
        Self { status: Status::Connecting, actor_id: None, conn_id: None, failure: None, end: None };
}
