//! Silence: whether a peer is there at all, and whether it will ever come to the end of its message.

use std::time::Duration;

use bytes::Bytes;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::Instant,
};
use tokio_websockets::Message;

use super::{session::End, socket::Socket};
use crate::{Limits, outbox::Close};

/// Since when a peer is silent, how long it may be, and how long it may take over one message.
pub(super) struct Silence {
    since: Instant,
    limit: Duration,
    per_message: Duration,
}

impl Silence {
    pub(super) fn new(limits: &Limits) -> Self {
        let (limit, per_message) = (limits.ping_interval, limits.message_timeout);
        Self { since: Instant::now(), limit, per_message }
    }

    /// When a message was heard last.
    pub(super) fn since(&self) -> Instant {
        self.since
    }

    /// When to check it for the first time.
    pub(super) fn limit(&self) -> Duration {
        self.limit.min(self.per_message)
    }

    /// How long a peer may leave a ping unanswered.
    pub(super) fn longest(&self) -> Duration {
        2 * self.limit
    }

    /// The peer is heard.
    pub(super) fn end(&mut self) {
        self.since = Instant::now();
    }

    /// Pings a peer that is silent. Says when to look again, or that the peer is dead, or too slow.
    pub(super) fn check<S>(&self, socket: &mut Socket<S>) -> Result<Instant, End>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let Some(signs) = socket.signs() else { return Err(End::Gone) };
        let (now, heard, began) = (Instant::now(), signs.heard().max(self.since), signs.began());
        if socket.is_stuck(self.limit) || now - heard >= 2 * self.limit {
            return Err(End::Gone);
        }
        if began.is_some_and(|began| now - began >= self.per_message) {
            return Err(End::Close(Close::new(1011, "message.incoming_timed_out")));
        }
        let is_silent = now - heard >= self.limit;
        if is_silent {
            socket.send(Message::ping(Bytes::new()));
        }
        // One that begins meanwhile is not overlooked until its time is over.
        let message_ends = began.unwrap_or(now) + self.per_message;
        Ok(message_ends.min(heard + if is_silent { 2 * self.limit } else { self.limit }))
    }
}
