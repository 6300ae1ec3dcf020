//! The activity of a peer: every byte that comes from it, and every byte that it takes after it had taken none.

use std::{
    io,
    task::{Poll, ready},
};

use tokio::time::Instant;

/// When a peer was last heard, and what it is in the middle of.
#[derive(Debug)]
pub(in crate::server) struct PeerActivity {
    last_heard: Instant,
    /// When the first byte of the message came that is half read.
    message_began: Option<Instant>,
    /// The system had no room for what was written last.
    is_blocked: bool,
    /// It had room for some of it since `has_taken` was last asked.
    has_taken: bool,
}

impl PeerActivity {
    pub(in crate::server) fn new() -> Self {
        Self { last_heard: Instant::now(), message_began: None, is_blocked: false, has_taken: false }
    }

    pub(in crate::server) fn last_heard(&self) -> Instant {
        self.last_heard
    }

    /// When the first byte of the message came that is half read, if one is.
    pub(in crate::server) fn message_began(&self) -> Option<Instant> {
        self.message_began
    }

    /// Counts as heard now: until now it was not read from, so its silence means nothing.
    pub(in crate::server) fn reset(&mut self) {
        self.last_heard = Instant::now();
        self.message_began = self.message_began.and(Some(self.last_heard));
    }

    /// Bytes have come. `has_ended` says whether a message ended among them, `is_whole` whether the last of them ends
    /// one.
    pub(in crate::server) fn read(&mut self, has_ended: bool, is_whole: bool) {
        self.last_heard = Instant::now();
        if is_whole {
            self.message_began = None;
        } else if has_ended || self.message_began.is_none() {
            self.message_began = Some(self.last_heard);
        }
    }

    /// Notes an attempt to write. That the system has room says nothing about the peer, unless it had none before.
    pub(in crate::server) fn wrote(&mut self, polled: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if polled.is_pending() {
            self.is_blocked = true;
        }
        let written = ready!(polled)?;
        if self.is_blocked && written > 0 {
            (self.is_blocked, self.has_taken, self.last_heard) = (false, true, Instant::now());
        }
        Poll::Ready(Ok(written))
    }

    /// Whether the peer has taken any of what had no room, since this was last asked.
    pub(in crate::server) fn has_taken(&mut self) -> bool {
        std::mem::take(&mut self.has_taken)
    }
}
