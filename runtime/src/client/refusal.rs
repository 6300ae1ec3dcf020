//! A subscription that the actor refused.

use std::{
    collections::VecDeque,
    fmt,
    sync::atomic::{AtomicBool, Ordering},
};

use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::{ActorError, Fault};

/// Why a listener gets none of the events that it listens to, from
/// [`Subscription::refused`](crate::Subscription::refused): the actor's `#[on_subscribe]` said no, or the
/// connection is subscribed to too many events.
///
/// The connection is open, and everything else on it goes on. The listener stays, so that it is asked for again
/// when the connection comes back from a loss; so it is when another listener of the same event is added.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    event: &'static str,
    fault: Fault,
}

impl Refusal {
    pub(super) fn new(event: &'static str, fault: Fault) -> Self {
        Self { event, fault }
    }

    /// The event's name on the wire.
    #[must_use]
    pub fn event(&self) -> &'static str {
        self.event
    }

    /// Why.
    #[must_use]
    pub fn fault(&self) -> &Fault {
        &self.fault
    }

    /// The error that the actor declared: what its `#[on_subscribe]` returned.
    #[must_use]
    pub fn declared<E: ActorError>(&self) -> Option<E> {
        self.fault.declared()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "event `{}` is refused: {}", self.event, self.fault)
    }
}

impl std::error::Error for Refusal {}

/// The refusals of one listener that nobody has taken yet.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    waiting: Mutex<VecDeque<Refusal>>,
    ended: AtomicBool,
    changed: Notify,
}

impl Refusals {
    /// Adds one. An older one of the same event is of no interest any more.
    pub(super) fn add(&self, refusal: Refusal) {
        let mut waiting = self.waiting.lock();
        waiting.retain(|other| other.event != refusal.event);
        waiting.push_back(refusal);
        drop(waiting);
        self.changed.notify_waiters();
    }

    /// No more will come.
    pub(super) fn end(&self) {
        self.ended.store(true, Ordering::Release);
        self.changed.notify_waiters();
    }

    /// The next one; `None` if no more will come.
    pub(super) async fn next(&self) -> Option<Refusal> {
        loop {
            let changed = self.changed.notified();
            // Created before the queue is read, so that a refusal that comes in between wakes this.
            let ended = self.ended.load(Ordering::Acquire);
            let refusal = self.waiting.lock().pop_front();
            if refusal.is_some() || ended {
                return refusal;
            }
            changed.await;
        }
    }
}
