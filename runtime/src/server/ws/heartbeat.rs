//! Silence: whether a peer is there at all, and whether it will ever come to the end of its message.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::Instant,
};
use tokio_websockets::Message;

use super::{end::End, socket::Socket};
use crate::{Limits, delivery::outbox::Close, error::Code, util::uptime::Uptime};

/// Since when a peer is silent, how long it may be, and how long it may take over one message.
pub(in crate::server) struct Heartbeat {
    since: Instant,
    limit: Duration,
    per_message: Duration,
    /// Time in which nobody could listen is no silence.
    uptime: Arc<Uptime>,
}

impl Heartbeat {
    pub(in crate::server) fn new(limits: &Limits, uptime: &Arc<Uptime>) -> Self {
        let (limit, per_message) = (limits.ping_interval, limits.message_timeout);
        Self { since: Instant::now(), limit, per_message, uptime: Arc::clone(uptime) }
    }

    /// When a message was heard last.
    pub(in crate::server) fn since(&self) -> Instant {
        self.since
    }

    /// When to check it for the first time.
    pub(in crate::server) fn limit(&self) -> Duration {
        self.limit.min(self.per_message)
    }

    /// When this process has run.
    pub(in crate::server) fn uptime(&self) -> &Arc<Uptime> {
        &self.uptime
    }

    /// Whether a peer has left a ping of then unanswered for too long.
    pub(in crate::server) fn is_too_long_since(&self, pinged: Instant) -> bool {
        self.uptime.since(pinged) >= 2 * self.limit
    }

    /// The peer is heard.
    pub(in crate::server) fn end(&mut self) {
        self.since = Instant::now();
    }

    /// Pings a peer that is silent. Says when to look again, or that the peer is dead, or too slow.
    pub(in crate::server) fn check<S>(&self, socket: &mut Socket<S>) -> Result<Instant, End>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let Some(signs) = socket.signs() else { return Err(End::Gone) };
        let (heard, began) = (signs.heard().max(self.since), signs.began());
        let is_over = |since, limit| self.uptime.since(since) >= limit;
        if socket.stuck_since().is_some_and(|since| is_over(since, self.limit))
            || self.is_too_long_since(heard)
        {
            return Err(End::Gone);
        }
        if began.is_some_and(|began| is_over(began, self.per_message)) {
            return Err(End::Close(Close::of(Code::IncomingTimedOut)));
        }
        let is_silent = is_over(heard, self.limit);
        if is_silent {
            socket.send(Message::ping(Bytes::new()));
        }
        let silence_ends = self.uptime.deadline(heard, if is_silent { 2 * self.limit } else { self.limit });
        // One that begins meanwhile is not overlooked until its time is over.
        let message_ends = self.uptime.deadline(began.unwrap_or_else(Instant::now), self.per_message);
        Ok(message_ends.min(silence_ends))
    }
}
