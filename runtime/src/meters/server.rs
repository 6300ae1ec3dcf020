//! The meters of a whole process: its store, its requests, its bytes.

use std::time::Duration;

use http::StatusCode;
use metrics::{Counter, Histogram};

use super::{BUILD_INFO, COMMIT_DURATION, COMMITS, RECEIVED_BYTES, REQUESTS, SENT_BYTES, is_collected};
use crate::store::CommitOutcome;

/// What is measured of the store.
#[derive(Debug)]
pub(crate) struct CommitMeters {
    done: Counter,
    refused: Counter,
    failed: Counter,
    duration: Histogram,
}

impl CommitMeters {
    pub(crate) fn new() -> Self {
        let counter = |outcome| COMMITS.of_counter(&[outcome]);
        Self {
            done: counter("done"),
            refused: counter("refused"),
            failed: counter("failed"),
            duration: COMMIT_DURATION.of_histogram(&[]),
        }
    }

    /// The store has answered for a batch.
    pub(crate) fn committed(&self, outcomes: &[CommitOutcome], took: Duration) {
        for outcome in outcomes {
            match outcome {
                CommitOutcome::Done => self.done.increment(1),
                CommitOutcome::Fenced | CommitOutcome::Taken => self.refused.increment(1),
                CommitOutcome::Failed => self.failed.increment(1),
            }
        }
        self.duration.record(took);
    }

    /// The store failed a batch with this many commits.
    pub(crate) fn failed(&self, commits: usize, took: Duration) {
        self.failed.increment(commits as u64);
        self.duration.record(took);
    }
}

/// What is measured of requests.
#[derive(Debug)]
pub(crate) struct ServerMeters {
    is_on: bool,
    /// For each route a counter for each class of status.
    requests: [[Counter; Self::CLASSES.len()]; Route::ALL.len()],
    pub(crate) http: Traffic,
    pub(crate) websocket: Traffic,
}

/// Bytes in both directions.
#[derive(Debug, Clone)]
pub(crate) struct Traffic {
    pub(crate) received: Counter,
    pub(crate) sent: Counter,
}

/// What a request is for, in few words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Route {
    Action,
    Queue,
    Request,
    Connect,
    WebSocket,
    Control,
    Other,
}

impl ServerMeters {
    /// Classes of statuses; the last one is that of requests whose client went away before there was one.
    const CLASSES: [&str; 6] = ["1xx", "2xx", "3xx", "4xx", "5xx", "none"];

    pub(crate) fn new() -> Self {
        let version = BUILD_INFO.of_gauge(&[env!("CARGO_PKG_VERSION")]);
        version.set(1.0);
        let counters = |route: Route| Self::CLASSES.map(|class| REQUESTS.of_counter(&[route.name(), class]));
        Self {
            is_on: is_collected(&version),
            requests: Route::ALL.map(counters),
            http: Traffic::new("http"),
            websocket: Traffic::new("websocket"),
        }
    }

    /// Whether a recorder collects them.
    pub(crate) fn is_on(&self) -> bool {
        self.is_on
    }

    /// A request was answered with this status, or its client went away before.
    pub(crate) fn answered(&self, route: Route, status: Option<StatusCode>) {
        let none = Self::CLASSES.len() - 1;
        let class = status.map_or(none, |status| usize::from(status.as_u16() / 100 - 1).min(none - 1));
        self.requests[route as usize][class].increment(1);
    }
}

impl Traffic {
    fn new(transport: &'static str) -> Self {
        Self { received: RECEIVED_BYTES.of_counter(&[transport]), sent: SENT_BYTES.of_counter(&[transport]) }
    }
}

impl Route {
    const ALL: [Self; 7] = [
        Self::Action,
        Self::Queue,
        Self::Request,
        Self::Connect,
        Self::WebSocket,
        Self::Control,
        Self::Other,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Action => "action",
            Self::Queue => "queue",
            Self::Request => "request",
            Self::Connect => "connect",
            Self::WebSocket => "websocket",
            Self::Control => "control",
            Self::Other => "other",
        }
    }
}
