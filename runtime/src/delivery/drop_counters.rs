//! What slow consumers did not get: counted where it happens, and read by monitoring.

use std::sync::atomic::{AtomicU64, Ordering};

use metrics::Counter;

use crate::{EventInfo, SlowConsumer, meters};

/// What became of one event of an actor where clients were too slow for it, since the server started:
/// [`RegistryMetrics::event_drops`](crate::server::RegistryMetrics::event_drops). All figures are deliveries: an event that ten clients missed
/// counts ten times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct EventDrops {
    /// The actor's name on the wire.
    pub actor: &'static str,
    /// The event's name on the wire.
    pub event: &'static str,
    /// What happens to it when clients are slow.
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
pub(crate) struct DropCounters {
    actor: &'static str,
    events: &'static [EventInfo],
    rows: Box<[EventCounters]>,
}

#[derive(Debug)]
struct EventCounters {
    dropped: DropCounter,
    superseded: DropCounter,
    disconnected: DropCounter,
}

/// How often something was lost in one way, for [`EventDrops`] and for metrics.
#[derive(Debug)]
struct DropCounter {
    count: AtomicU64,
    meter: Counter,
}

impl DropCounters {
    pub(crate) fn new(actor: &'static str, events: &'static [EventInfo]) -> Self {
        let counter = |event, reason| DropCounter {
            count: AtomicU64::new(0),
            meter: meters::dropped(actor, event, reason),
        };
        let row = |event: &EventInfo| EventCounters {
            dropped: counter(event.name, "oldest"),
            superseded: counter(event.name, "superseded"),
            disconnected: counter(event.name, "disconnected"),
        };
        Self { actor, events, rows: events.iter().map(row).collect() }
    }

    /// Whether any of the events is one of which the latest alone counts.
    pub(crate) fn has_replaceable(&self) -> bool {
        self.events.iter().any(|info| info.slow.keeps_latest())
    }

    pub(crate) fn dropped(&self, index: usize) {
        self.rows[index].dropped.add();
    }

    pub(crate) fn superseded(&self, index: usize) {
        self.rows[index].superseded.add();
    }

    pub(crate) fn disconnected(&self, index: usize) {
        self.rows[index].disconnected.add();
    }

    pub(crate) fn read(&self) -> impl Iterator<Item = EventDrops> {
        self.events.iter().zip(&self.rows).map(|(info, row)| EventDrops {
            actor: self.actor,
            event: info.name,
            slow: info.slow,
            dropped: row.dropped.read(),
            superseded: row.superseded.read(),
            disconnected: row.disconnected.read(),
        })
    }
}

impl DropCounter {
    fn add(&self) {
        self.count.fetch_add(1, Ordering::Relaxed);
        self.meter.increment(1);
    }

    fn read(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }
}
