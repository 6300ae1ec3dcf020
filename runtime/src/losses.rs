//! What slow consumers did not get: counted where it happens, read by whoever watches the server.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::{EventInfo, SlowConsumer};

/// What became of one event of an actor where clients were too slow for it, since the server started:
/// [`Registry::event_losses`](crate::Registry::event_losses). All figures are deliveries: an event that ten clients missed
/// counts ten times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct EventLosses {
    /// The actor's name on the wire.
    pub actor: &'static str,
    /// The event's name on the wire.
    pub event: &'static str,
    /// What it says of slow consumers.
    pub slow: SlowConsumer,
    /// Dropped because it was the oldest.
    pub dropped: u64,
    /// Dropped because a later one of its key came.
    pub superseded: u64,
    /// Connections that were closed because there was no room for it.
    pub disconnected: u64,
}

/// The counters of one kind of actor, a row for each of its events.
#[derive(Debug)]
pub(crate) struct Losses {
    actor: &'static str,
    events: &'static [EventInfo],
    rows: Box<[Row]>,
}

#[derive(Debug, Default)]
struct Row {
    dropped: AtomicU64,
    superseded: AtomicU64,
    disconnected: AtomicU64,
}

impl Losses {
    pub(crate) fn new(actor: &'static str, events: &'static [EventInfo]) -> Self {
        Self { actor, events, rows: events.iter().map(|_| Row::default()).collect() }
    }

    pub(crate) fn dropped(&self, index: usize) {
        self.rows[index].dropped.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn superseded(&self, index: usize) {
        self.rows[index].superseded.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn disconnected(&self, index: usize) {
        self.rows[index].disconnected.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn read(&self) -> impl Iterator<Item = EventLosses> {
        self.events.iter().zip(&self.rows).map(|(info, row)| EventLosses {
            actor: self.actor,
            event: info.name,
            slow: info.slow,
            dropped: row.dropped.load(Ordering::Relaxed),
            superseded: row.superseded.load(Ordering::Relaxed),
            disconnected: row.disconnected.load(Ordering::Relaxed),
        })
    }
}
