//! One listener, and a list of listeners: in which order they run, and until when.
//!
//! Each event, error and change of status is one [`Delivery`], and deliveries of a connection are numbered. A
//! delivery runs on the connection's task, calls the listeners of its list one after the other in the order in
//! which they were added, and ends before the next delivery begins. A listener that panics is logged, and the next
//! one runs.
//!
//! A listener runs until it is stopped, and a stop takes effect at once: the list belongs to the task, but the
//! [`ListenerState`] is shared with the user's `Subscription`, so `unsubscribe` on any thread also keeps the
//! listener from events that wait in the task's queue. The state holds the number of the last delivery in which
//! the listener may run:
//!
//! ```text
//! ACTIVE (u64::MAX)  the listener runs in every delivery
//! 0                  it was stopped from outside, or it was a `once` that has run: it never runs again
//! n                  it was stopped by a listener that ran in delivery n: it runs in n, and not in n + 1
//! ```
//!
//! The last case is why there are numbers. If the first listener of an event stops the second one, the second
//! still gets that event, as in every `EventEmitter` of JavaScript. The task notices what was stopped after the
//! delivery, and takes it off the list.

use std::{
    cell::Cell,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use super::refusal::{Refusal, Refusals};
use crate::util::log;

/// Listeners of one kind (of one event, of errors, of the status), in the order added.
pub(super) struct ListenerList<F: ?Sized> {
    entries: Vec<Entry<F>>,
}

/// One listener.
pub(super) struct Entry<F: ?Sized> {
    pub state: Arc<ListenerState>,
    /// Whether it runs only once.
    pub once: bool,
    pub run: Box<F>,
}

impl<F: ?Sized> Drop for Entry<F> {
    fn drop(&mut self) {
        // The listener will never run again, so nobody needs to wait for a refusal.
        self.state.refusals.end();
    }
}

impl<F: ?Sized> Default for ListenerList<F> {
    fn default() -> Self {
        Self { entries: Vec::new() }
    }
}

impl<F: ?Sized> ListenerList<F> {
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Passes a refusal to the listeners, which do not get the event that they listen to.
    pub(super) fn refuse(&self, refusal: &Refusal) {
        self.entries.iter().for_each(|entry| entry.state.refusals.add(refusal.clone()));
    }

    /// Adds a listener behind the others, unless it was stopped before it got here.
    pub(super) fn add(&mut self, entry: Entry<F>) {
        if entry.state.is_active() {
            self.entries.push(entry);
        }
    }

    /// Removes the listener with this state, if it is in the list.
    pub(super) fn remove(&mut self, state: &Arc<ListenerState>) {
        self.entries.retain(|entry| !Arc::ptr_eq(&entry.state, state));
    }

    /// Runs the listeners, in order. A listener that panics stops neither the others nor the caller. `call`
    /// returns whether the listener took part, which uses up a listener that runs once.
    pub(super) fn run(&mut self, delivery: Delivery, mut call: impl FnMut(&mut F) -> bool) {
        let _guard = delivery.enter();
        for entry in &mut self.entries {
            if !entry.state.may_run_in(delivery) {
                continue;
            }
            let took_part = catch_unwind(AssertUnwindSafe(|| call(&mut entry.run))).unwrap_or_else(|_| {
                log::error!("a listener panicked; the connection and its other listeners continue");
                true
            });
            if entry.once && took_part {
                entry.state.stop_after(0);
            }
        }
        self.entries.retain(|entry| entry.state.is_active());
    }
}

/// Until when a listener runs: see the module.
#[derive(Debug)]
pub(super) struct ListenerState {
    connection: u64,
    /// The number of the last delivery in which the listener may run.
    last_delivery: AtomicU64,
    /// Refusals of events that the listener does not get.
    refusals: Refusals,
}

const ACTIVE: u64 = u64::MAX;

impl ListenerState {
    /// The state of a new, active listener of this connection.
    pub(super) fn new(connection: u64) -> Arc<Self> {
        Arc::new(Self { connection, last_delivery: AtomicU64::new(ACTIVE), refusals: Refusals::default() })
    }

    /// Stops the listener: no call of it begins after this, with one exception. If a listener of the same
    /// connection calls this, the delivery in which it runs still reaches all listeners that were there when it
    /// began.
    pub(super) fn stop(&self) {
        let current = CURRENT.get().filter(|delivery| delivery.connection == self.connection);
        self.stop_after(current.map_or(0, |delivery| delivery.number));
    }

    fn stop_after(&self, delivery: u64) {
        self.last_delivery.fetch_min(delivery, Ordering::AcqRel);
        self.refusals.end();
    }

    pub(super) fn refusals(&self) -> &Refusals {
        &self.refusals
    }

    fn may_run_in(&self, delivery: Delivery) -> bool {
        delivery.number <= self.last_delivery.load(Ordering::Acquire)
    }

    fn is_active(&self) -> bool {
        self.last_delivery.load(Ordering::Acquire) == ACTIVE
    }
}

/// One delivery to the listeners of a connection: an event, an error or a status.
#[derive(Debug, Clone, Copy)]
pub(super) struct Delivery {
    connection: u64,
    number: u64,
}

thread_local! {
    /// The delivery that runs on this thread at the moment.
    static CURRENT: Cell<Option<Delivery>> = const { Cell::new(None) };
}

impl Delivery {
    /// The state of a new connection, before its first delivery. It has the number 0.
    pub(super) fn before_first() -> Self {
        static CONNECTIONS: AtomicU64 = AtomicU64::new(0);
        Self { connection: CONNECTIONS.fetch_add(1, Ordering::Relaxed), number: 0 }
    }

    /// The number of the connection in this process.
    pub(super) fn connection(self) -> u64 {
        self.connection
    }

    /// Counts on, and returns the next delivery.
    pub(super) fn next(&mut self) -> Self {
        self.number += 1;
        *self
    }

    fn enter(self) -> DeliveryGuard {
        DeliveryGuard { outer: CURRENT.replace(Some(self)) }
    }
}

/// While the guard lives, a delivery runs on this thread. A listener may block on a future that runs listeners of
/// another connection, so the guard restores the delivery that was running before.
struct DeliveryGuard {
    outer: Option<Delivery>,
}

impl Drop for DeliveryGuard {
    fn drop(&mut self) {
        CURRENT.set(self.outer);
    }
}

impl<F: ?Sized> fmt::Debug for ListenerList<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} listeners", self.entries.len())
    }
}
