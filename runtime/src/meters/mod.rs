//! Meters: what is counted and timed, through the facade of the crate `metrics`. Nothing is collected unless a recorder
//! was installed before the registry started.

pub(crate) mod actor;
pub(crate) mod outcome;
#[cfg(feature = "prometheus")]
pub(crate) mod prometheus;
pub(crate) mod registry;
pub(crate) mod server;

use std::{
    cell::Cell,
    sync::atomic::{AtomicBool, Ordering},
};

use metrics::{Counter, Gauge, Histogram, IntoF64, Key, Label, Level, Metadata, Unit, with_recorder};

pub(crate) use self::{
    actor::{ActorMeters, QueueMeter},
    outcome::Outcome,
    server::{CommitMeters, Route, ServerMeters},
};

/// One metric, as recorders and the documentation show it.
#[derive(Debug)]
pub(crate) struct Metric {
    name: &'static str,
    kind: Kind,
    unit: Unit,
    labels: &'static [&'static str],
    help: &'static str,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Counter,
    Gauge,
    Histogram,
}

/// Every metric there is.
const ALL: [&Metric; 16] = [
    &BUILD_INFO,
    &ACTORS_AWAKE,
    &ACTIONS,
    &ACTION_DURATION,
    &EVENTS_EMITTED,
    &EVENTS_DELIVERED,
    &EVENTS_DROPPED,
    &CONNECTIONS,
    &QUEUE_MESSAGES,
    &QUEUE_SENT,
    &QUEUE_COMPLETED,
    &COMMITS,
    &COMMIT_DURATION,
    &REQUESTS,
    &RECEIVED_BYTES,
    &SENT_BYTES,
];

const BUILD_INFO: Metric =
    Metric::gauge("callboard_build_info", &["version"], "Always 1; the label has the running version.");
const ACTORS_AWAKE: Metric = Metric::gauge("callboard_actors_awake", &["actor"], "Actors that are awake.");
const ACTIONS: Metric = Metric::counter(
    "callboard_actions_total",
    &["actor", "action", "outcome"],
    "Calls of actions that were answered, by outcome.",
);
const ACTION_DURATION: Metric = Metric::seconds(
    "callboard_action_duration_seconds",
    &["actor", "action"],
    "Time from when a call reached its actor until its answer was sent, including waiting and saving.",
);
const EVENTS_EMITTED: Metric = Metric::counter(
    "callboard_events_emitted_total",
    &["actor", "event"],
    "Events that actors broadcast or sent.",
);
const EVENTS_DELIVERED: Metric = Metric::counter(
    "callboard_events_delivered_total",
    &["actor", "event"],
    "Events delivered to connections, counted once for each connection.",
);
const EVENTS_DROPPED: Metric = Metric::counter(
    "callboard_events_dropped_total",
    &["actor", "event", "reason"],
    "Events that slow clients did not get, counted once for each client, by reason.",
);
const CONNECTIONS: Metric = Metric::gauge(
    "callboard_connections",
    &["actor"],
    "Open connections, including raw sockets and connections in this process.",
);
const QUEUE_MESSAGES: Metric = Metric::gauge(
    "callboard_queue_messages",
    &["actor", "queue"],
    "Messages in the queues of actors that are awake.",
);
const QUEUE_SENT: Metric =
    Metric::counter("callboard_queue_sent_total", &["actor", "queue"], "Messages that were put into queues.");
const QUEUE_COMPLETED: Metric = Metric::counter(
    "callboard_queue_completed_total",
    &["actor", "queue"],
    "Messages that were completed, including those whose turn was rolled back afterwards.",
);
const COMMITS: Metric =
    Metric::counter("callboard_commits_total", &["outcome"], "Commits given to the store, by outcome.");
const COMMIT_DURATION: Metric = Metric::seconds(
    "callboard_commit_duration_seconds",
    &[],
    "Time that the store took for one batch of commits.",
);
const REQUESTS: Metric = Metric::counter(
    "callboard_requests_total",
    &["route", "status"],
    "Requests that were answered, by class of the status; a WebSocket is counted when it ends.",
);
const RECEIVED_BYTES: Metric = Metric::bytes(
    "callboard_received_bytes_total",
    &["transport"],
    "Bytes received from clients: bodies for HTTP, everything for a WebSocket.",
);
const SENT_BYTES: Metric = Metric::bytes(
    "callboard_sent_bytes_total",
    &["transport"],
    "Bytes sent to clients: bodies for HTTP, everything for a WebSocket.",
);

impl Metric {
    const fn new(
        name: &'static str,
        kind: Kind,
        unit: Unit,
        labels: &'static [&'static str],
        help: &'static str,
    ) -> Self {
        Self { name, kind, unit, labels, help }
    }

    const fn counter(name: &'static str, labels: &'static [&'static str], help: &'static str) -> Self {
        Self::new(name, Kind::Counter, Unit::Count, labels, help)
    }

    const fn bytes(name: &'static str, labels: &'static [&'static str], help: &'static str) -> Self {
        Self::new(name, Kind::Counter, Unit::Bytes, labels, help)
    }

    const fn gauge(name: &'static str, labels: &'static [&'static str], help: &'static str) -> Self {
        Self::new(name, Kind::Gauge, Unit::Count, labels, help)
    }

    const fn seconds(name: &'static str, labels: &'static [&'static str], help: &'static str) -> Self {
        Self::new(name, Kind::Histogram, Unit::Seconds, labels, help)
    }

    fn of_counter(&self, labels: &[&'static str]) -> Counter {
        with_recorder(|recorder| recorder.register_counter(&self.key(labels), &METADATA))
    }

    fn of_gauge(&self, labels: &[&'static str]) -> Gauge {
        with_recorder(|recorder| recorder.register_gauge(&self.key(labels), &METADATA))
    }

    fn of_histogram(&self, labels: &[&'static str]) -> Histogram {
        with_recorder(|recorder| recorder.register_histogram(&self.key(labels), &METADATA))
    }

    fn key(&self, labels: &[&'static str]) -> Key {
        debug_assert_eq!(labels.len(), self.labels.len(), "{} has other labels", self.name);
        let labels =
            self.labels.iter().zip(labels).map(|(name, value)| Label::from_static_parts(name, value));
        Key::from_parts(self.name, labels.collect::<Vec<_>>())
    }

    fn describe(&self) {
        let (name, unit, help) = (self.name.into(), Some(self.unit), self.help.into());
        with_recorder(|recorder| match self.kind {
            Kind::Counter => recorder.describe_counter(name, unit, help),
            Kind::Gauge => recorder.describe_gauge(name, unit, help),
            Kind::Histogram => recorder.describe_histogram(name, unit, help),
        });
    }
}

static METADATA: Metadata<'static> = Metadata::new("callboard", Level::INFO, None);

/// Counts what slow clients do not get of an event, for this reason.
pub(crate) fn dropped(actor: &'static str, event: &'static str, reason: &'static str) -> Counter {
    EVENTS_DROPPED.of_counter(&[actor, event, reason])
}

/// Tells the recorder what each metric means.
pub(crate) fn describe() {
    for metric in ALL {
        metric.describe();
    }
}

/// Whether a recorder collects what this gauge is given. The facade does not say; but it asks for a value only if it
/// has a recorder to give it to.
fn is_collected(gauge: &Gauge) -> bool {
    struct Asked<'a>(&'a Cell<bool>);

    impl IntoF64 for Asked<'_> {
        fn into_f64(self) -> f64 {
            self.0.set(true);
            0.0
        }
    }

    let asked = Cell::new(false);
    gauge.increment(Asked(&asked));
    if asked.get() {
        ANYTHING.store(true, Ordering::Relaxed);
    }
    asked.get()
}

/// Whether anything in this process is collected: what a call looks at first.
#[inline]
pub(crate) fn is_anything_collected() -> bool {
    ANYTHING.load(Ordering::Relaxed)
}

static ANYTHING: AtomicBool = AtomicBool::new(false);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_lists_each_metric_as_it_is_and_no_other() {
        let page = include_str!("../docs/observability.md");
        let rows: Vec<_> = page.lines().filter(|line| line.starts_with("| `callboard_")).collect();
        let row = |metric: &Metric| {
            let Metric { name, kind, unit, labels, help } = metric;
            let labels = labels.iter().map(|label| format!("`{label}`")).collect::<Vec<_>>().join(", ");
            let labels = if labels.is_empty() { String::new() } else { format!(" {labels}") };
            let kind = format!("{kind:?}").to_lowercase();
            format!("| `{name}` | {kind} | {} |{labels} | {help} |", unit.as_str())
        };
        assert_eq!(rows, ALL.map(row));
    }

    #[test]
    fn nothing_is_collected_without_a_recorder() {
        assert!(!is_collected(&Gauge::noop()));
        assert!(!is_collected(&ACTORS_AWAKE.of_gauge(&["room"])));
    }
}
