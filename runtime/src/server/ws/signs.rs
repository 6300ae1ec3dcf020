//! Signs of life of a peer: every byte that comes from it, and every byte that it takes after it had taken none.

use std::{
    io,
    task::{Poll, ready},
};

use tokio::time::Instant;

/// What was heard of a peer, and when.
#[derive(Debug)]
pub(in crate::server) struct Signs {
    heard: Instant,
    /// When the message that is half read began.
    began: Option<Instant>,
    /// What was written last had no room.
    is_blocked: bool,
    /// Something of it has found room since that was asked last.
    has_taken: bool,
}

impl Signs {
    pub(in crate::server) fn new() -> Self {
        Self { heard: Instant::now(), began: None, is_blocked: false, has_taken: false }
    }

    /// When it gave the last one.
    pub(in crate::server) fn heard(&self) -> Instant {
        self.heard
    }

    /// When the message began that is half read, if one is.
    pub(in crate::server) fn began(&self) -> Option<Instant> {
        self.began
    }

    /// Nobody listened to it until now, which is not its fault.
    pub(in crate::server) fn excuse(&mut self) {
        self.heard = Instant::now();
        self.began = self.began.and(Some(self.heard));
    }

    /// Bytes have come. Whether a message ended among them, and whether the last of them ends one.
    pub(in crate::server) fn read(&mut self, has_ended: bool, is_whole: bool) {
        self.heard = Instant::now();
        if is_whole {
            self.began = None;
        } else if has_ended || self.began.is_none() {
            self.began = Some(self.heard);
        }
    }

    /// Takes note of an attempt to write. That the system had room for it says nothing of the peer, unless it had none
    /// before.
    pub(in crate::server) fn wrote(&mut self, polled: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if polled.is_pending() {
            self.is_blocked = true;
        }
        let written = ready!(polled)?;
        if self.is_blocked && written > 0 {
            (self.is_blocked, self.has_taken, self.heard) = (false, true, Instant::now());
        }
        Poll::Ready(Ok(written))
    }

    /// Whether it has taken anything of what had no room, since this was asked last.
    pub(in crate::server) fn has_taken(&mut self) -> bool {
        std::mem::take(&mut self.has_taken)
    }
}
