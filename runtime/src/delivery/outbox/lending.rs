//! Who may write to the connection's transport just now.
//!
//! There is one writer for each transport, and whoever has it writes. It is in one of three places, all under the lock of the
//! queue:
//!
//! - **With the session**, while that writes, or has not finished a look at the queue.
//! - **Lent** to the outbox: the session has nothing to write and is asleep. Messages that are sent for a flush then wake
//!   nobody.
//! - **In use**: a thread in [`Outbox::flush`](super::Outbox::flush) has taken it out, with what waited, and writes past
//!   the lock, so that no actor that sends meanwhile waits for the system call.
//!
//! While it is in use, two requests can come, and whoever has the writer answers both before it puts the writer back:
//!
//! - **Another flush.** It returns at once, and leaves its request. The thread that has the writer looks at the queue a
//!   second time if there is one; without that look, what was sent before the second flush would wait for a third.
//! - **The session**, which was woken and wants to write. It cannot go on without the writer, not even to answer a ping, so
//!   it waits, and is woken when the writer is back.
//!
//! Nothing overtakes: what waits is taken under the lock, by the one that has the writer, and is on the transport or kept
//! as the writer's rest before that one lets go of it. A writer with a rest is for the session alone.

use std::mem;

use crate::delivery::direct_write::DirectWrite;

/// Where the writer of a connection is.
#[derive(Debug, Default)]
pub(super) enum Lending {
    /// With the session; or nowhere, as its transport has none to lend.
    #[default]
    WithSession,
    Lent(Box<dyn DirectWrite>),
    InUse(Requests),
    /// The session has ended while it was in use.
    Ended,
}

/// What was asked for while the writer was in use.
#[derive(Debug, Default)]
pub(super) struct Requests {
    flush: bool,
    session: bool,
}

/// What the session gets that asks for its writer.
#[derive(Debug)]
pub(super) enum Reclaimed {
    Writer(Box<dyn DirectWrite>),
    /// It was not lent.
    Nothing,
    /// The session is to wait: it is woken when the writer is back.
    InUse,
}

impl Lending {
    /// Whether a flush writes what is sent now.
    pub(super) fn is_lent(&self) -> bool {
        matches!(self, Self::Lent(_) | Self::InUse(_))
    }

    /// The session has nothing to write.
    pub(super) fn lend(&mut self, writer: Box<dyn DirectWrite>) {
        *self = Self::Lent(writer);
    }

    /// The session has something to write, or looks whether it has.
    pub(super) fn reclaim(&mut self) -> Reclaimed {
        if let Self::InUse(requests) = self {
            requests.session = true;
            return Reclaimed::InUse;
        }
        match mem::take(self) {
            Self::Lent(writer) => Reclaimed::Writer(writer),
            Self::WithSession | Self::InUse(_) | Self::Ended => Reclaimed::Nothing,
        }
    }

    /// The session has ended, and the transport with it. What this returns is to be dropped past the lock.
    pub(super) fn end(&mut self) -> Option<Box<dyn DirectWrite>> {
        match mem::replace(self, Self::Ended) {
            Self::Lent(writer) => Some(writer),
            Self::WithSession | Self::InUse(_) | Self::Ended => None,
        }
    }

    /// Takes the writer out for a flush. `None` if there is nothing to do: the session has the writer, or is about to, or
    /// the thread that uses it takes this request too.
    pub(super) fn begin_use(&mut self) -> Option<Box<dyn DirectWrite>> {
        match mem::take(self) {
            Self::Lent(writer) if !writer.is_stuck() => {
                *self = Self::InUse(Requests::default());
                Some(writer)
            }
            Self::InUse(requests) => {
                *self = Self::InUse(Requests { flush: true, ..requests });
                None
            }
            other => {
                *self = other;
                None
            }
        }
    }

    /// Whether another flush has come since the last look at the queue.
    pub(super) fn take_flush_request(&mut self) -> bool {
        if let Self::InUse(requests) = self { mem::take(&mut requests.flush) } else { false }
    }

    /// Puts the writer back. Says whether the session waits for it; gives it back if the session has ended meanwhile.
    pub(super) fn end_use(&mut self, writer: Box<dyn DirectWrite>) -> Result<bool, Box<dyn DirectWrite>> {
        match self {
            Self::InUse(Requests { session, .. }) => {
                let is_awaited = *session;
                *self = Self::Lent(writer);
                Ok(is_awaited)
            }
            Self::WithSession | Self::Lent(_) | Self::Ended => Err(writer),
        }
    }
}
