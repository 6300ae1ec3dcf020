//! Silence: whether a peer is there at all.

use std::time::Duration;

use bytes::Bytes;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::Instant,
};
use tokio_websockets::Message;

use super::{session::End, socket::Socket};

/// Since when a peer is silent, and how long it may be.
pub(super) struct Silence {
    since: Instant,
    limit: Duration,
}

impl Silence {
    pub(super) fn new(limit: Duration) -> Self {
        Self { since: Instant::now(), limit }
    }

    /// When the peer was heard last.
    pub(super) fn since(&self) -> Instant {
        self.since
    }

    pub(super) fn limit(&self) -> Duration {
        self.limit
    }

    /// The peer is heard.
    pub(super) fn end(&mut self) {
        self.since = Instant::now();
    }

    /// Pings a peer that is silent. Says when to look again, or that the peer is dead.
    pub(super) fn check<S>(&self, socket: &mut Socket<S>) -> Result<Instant, End>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let silent = self.since.elapsed();
        if socket.is_stuck(self.limit) || silent >= 2 * self.limit {
            return Err(End::Gone);
        }
        if silent < self.limit {
            return Ok(self.since + self.limit);
        }
        socket.send(Message::ping(Bytes::new()));
        Ok(self.since + 2 * self.limit)
    }
}
