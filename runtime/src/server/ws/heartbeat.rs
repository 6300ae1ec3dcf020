//! The heartbeat of a socket: whether its peer is there at all, and whether it will ever finish its message.
//!
//! [`check`](Heartbeat::check) is called by a timer of the session, and says when to call it again. It ends the
//! session if
//!
//! - the peer was silent for twice `Limits::ping_interval`: after the first of them it was pinged;
//! - the peer has taken nothing of what is being written for `Limits::ping_interval`;
//! - a message has been arriving for longer than `Limits::message_timeout`.
//!
//! Times count by the [`Uptime`]: a process that was frozen could not hear its peers.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::Instant,
};
use tokio_websockets::Message;

use super::{end::End, socket::Socket};
use crate::{Limits, delivery::outbox::Close, error::Code, util::uptime::Uptime};

/// When a peer was last heard, how long it may be silent, and how long it may take over one message.
pub(in crate::server) struct Heartbeat {
    /// When the last message was received.
    last_message: Instant,
    ping_interval: Duration,
    message_timeout: Duration,
    /// Time in which the process did not run is no silence.
    uptime: Arc<Uptime>,
}

impl Heartbeat {
    pub(in crate::server) fn new(limits: &Limits, uptime: &Arc<Uptime>) -> Self {
        Self {
            last_message: Instant::now(),
            ping_interval: limits.ping_interval,
            message_timeout: limits.message_timeout,
            uptime: Arc::clone(uptime),
        }
    }

    /// After how long to check for the first time.
    pub(in crate::server) fn first_check(&self) -> Duration {
        self.ping_interval.min(self.message_timeout)
    }

    pub(in crate::server) fn uptime(&self) -> &Arc<Uptime> {
        &self.uptime
    }

    /// Whether a peer has been silent, or has left a ping unanswered, for too long since then.
    pub(in crate::server) fn is_overdue(&self, since: Instant) -> bool {
        self.uptime.since(since) >= 2 * self.ping_interval
    }

    pub(in crate::server) fn message_received(&mut self, at: Instant) {
        self.last_message = at;
    }

    /// Pings a peer that is silent. Says when to check again, or why the session ends.
    pub(in crate::server) fn check<S>(&self, socket: &mut Socket<S>) -> Result<Instant, End>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let Some(activity) = socket.activity() else { return Err(End::Gone) };
        let (heard, began) = (activity.last_heard().max(self.last_message), activity.message_began());
        let is_over = |since, limit| self.uptime.since(since) >= limit;
        if socket.stuck_since().is_some_and(|since| is_over(since, self.ping_interval))
            || self.is_overdue(heard)
        {
            return Err(End::Gone);
        }
        if began.is_some_and(|began| is_over(began, self.message_timeout)) {
            return Err(End::Close(Close::of(Code::IncomingTimedOut)));
        }
        let is_silent = is_over(heard, self.ping_interval);
        if is_silent {
            socket.send(Message::ping(Bytes::new()));
        }
        let intervals = if is_silent { 2 } else { 1 };
        let silence_ends = self.uptime.deadline(heard, intervals * self.ping_interval);
        // A message that begins before the next check cannot be overdue at it.
        let message_ends = self.uptime.deadline(began.unwrap_or_else(Instant::now), self.message_timeout);
        Ok(message_ends.min(silence_ends))
    }
}
