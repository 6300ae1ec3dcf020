//! The listeners of a connection: in which order they run, and until when.

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
pub(super) struct Row<F: ?Sized> {
    entries: Vec<Entry<F>>,
}

/// One listener.
pub(super) struct Entry<F: ?Sized> {
    pub gate: Arc<Gate>,
    /// Whether it runs only once.
    pub once: bool,
    pub run: Box<F>,
}

impl<F: ?Sized> Drop for Entry<F> {
    fn drop(&mut self) {
        // It will never run again.
        self.gate.refusals.end();
    }
}

impl<F: ?Sized> Default for Row<F> {
    fn default() -> Self {
        Self { entries: Vec::new() }
    }
}

impl<F: ?Sized> Row<F> {
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Tells the listeners that they do not get what they listen to.
    pub(super) fn refuse(&self, refusal: &Refusal) {
        self.entries.iter().for_each(|entry| entry.gate.refusals.add(refusal.clone()));
    }

    /// Adds a listener behind the others, unless it was removed before it got here.
    pub(super) fn add(&mut self, entry: Entry<F>) {
        if entry.gate.is_open() {
            self.entries.push(entry);
        }
    }

    /// Removes a listener, if it is there.
    pub(super) fn remove(&mut self, gate: &Arc<Gate>) {
        self.entries.retain(|entry| !Arc::ptr_eq(&entry.gate, gate));
    }

    /// Runs the listeners, in order. One that panics stops neither the others nor what called it. `call` says whether
    /// the listener took part, which is what counts for one that runs once.
    pub(super) fn run(&mut self, turn: Turn, mut call: impl FnMut(&mut F) -> bool) {
        let _inside = turn.enter();
        for entry in &mut self.entries {
            if !entry.gate.admits(turn) {
                continue;
            }
            let took_part = catch_unwind(AssertUnwindSafe(|| call(&mut entry.run))).unwrap_or_else(|_| {
                log::error!("a listener panicked; the connection and its other listeners go on");
                true
            });
            if entry.once && took_part {
                entry.gate.shut(0);
            }
        }
        self.entries.retain(|entry| entry.gate.is_open());
    }
}

/// Until when a listener is called.
///
/// It is shared with the listener's [`Subscription`](crate::Subscription), so that `unsubscribe` takes effect at
/// once, even for events that are already on their way to the listener.
#[derive(Debug)]
pub(super) struct Gate {
    connection: u64,
    /// The last turn in which it is open; `OPEN` while nothing ends it.
    until: AtomicU64,
    /// Events that the listener does not get.
    refusals: Refusals,
}

const OPEN: u64 = u64::MAX;

impl Gate {
    /// An open one, for a listener of this connection.
    pub(super) fn new(connection: u64) -> Arc<Self> {
        Arc::new(Self { connection, until: AtomicU64::new(OPEN), refusals: Refusals::default() })
    }

    /// No call begins after this, with one exception: if a listener of the same connection is what calls this,
    /// the event that it is running for still reaches all that were there when it came.
    pub(super) fn close(&self) {
        let current = CURRENT.get().filter(|turn| turn.connection == self.connection);
        self.shut(current.map_or(0, |turn| turn.number));
    }

    fn shut(&self, until: u64) {
        self.until.fetch_min(until, Ordering::AcqRel);
        self.refusals.end();
    }

    pub(super) fn refusals(&self) -> &Refusals {
        &self.refusals
    }

    fn admits(&self, turn: Turn) -> bool {
        turn.number <= self.until.load(Ordering::Acquire)
    }

    fn is_open(&self) -> bool {
        self.until.load(Ordering::Acquire) == OPEN
    }
}

/// One delivery to the listeners of a connection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Turn {
    connection: u64,
    number: u64,
}

thread_local! {
    /// The delivery that runs on this thread at the moment.
    static CURRENT: Cell<Option<Turn>> = const { Cell::new(None) };
}

impl Turn {
    /// Before the first delivery to a new connection.
    pub(super) fn zero() -> Self {
        static CONNECTIONS: AtomicU64 = AtomicU64::new(0);
        Self { connection: CONNECTIONS.fetch_add(1, Ordering::Relaxed), number: 0 }
    }

    /// Which connection's.
    pub(super) fn connection(self) -> u64 {
        self.connection
    }

    /// The next one.
    pub(super) fn next(&mut self) -> Self {
        self.number += 1;
        *self
    }

    fn enter(self) -> Inside {
        Inside(CURRENT.replace(Some(self)))
    }
}

/// While it lives, a delivery runs on this thread; it remembers the one around it.
struct Inside(Option<Turn>);

impl Drop for Inside {
    fn drop(&mut self) {
        CURRENT.set(self.0);
    }
}

impl<F: ?Sized> fmt::Debug for Row<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} listeners", self.entries.len())
    }
}
