//! The meters of one kind of actor.

use std::time::Duration;

use metrics::{Counter, Gauge, Histogram};

use super::{
    ACTION_DURATION, ACTIONS, ACTORS_AWAKE, CONNECTIONS, EVENTS_DELIVERED, EVENTS_EMITTED, Outcome,
    QUEUE_COMPLETED, QUEUE_MESSAGES, QUEUE_SENT, is_collected,
};
use crate::{
    ActionInfo, ConnId, EventInfo, QueueInfo,
    util::{log, shown::shown},
};

/// What is measured of all actors of one type. Its meters are looked up once.
#[derive(Debug)]
pub(crate) struct ActorMeters {
    is_on: bool,
    actor: &'static str,
    table: &'static [&'static ActionInfo],
    /// A row for each action, and one for those that there are not.
    actions: Box<[ActionMeter]>,
    events: Box<[EventMeter]>,
    queues: Box<[QueueMeter]>,
    pub(crate) awake: Gauge,
    pub(crate) connections: Gauge,
}

#[derive(Debug)]
struct ActionMeter {
    outcomes: [Counter; Outcome::ALL.len()],
    duration: Histogram,
}

#[derive(Debug)]
struct EventMeter {
    event: &'static str,
    emitted: Counter,
    delivered: Counter,
}

/// What is measured of one queue.
#[derive(Debug, Clone)]
pub(crate) struct QueueMeter {
    pub(crate) messages: Gauge,
    pub(crate) sent: Counter,
    pub(crate) completed: Counter,
}

/// An action that is none, whatever its caller has called it. No name of an action begins like that.
const UNKNOWN: &str = "_unknown";

impl ActorMeters {
    pub(crate) fn new(
        actor: &'static str,
        actions: &'static [&'static ActionInfo],
        events: &'static [EventInfo],
        queues: &'static [QueueInfo],
    ) -> Self {
        let awake = ACTORS_AWAKE.of_gauge(&[actor]);
        let names = actions.iter().map(|info| info.name).chain([UNKNOWN]);
        Self {
            is_on: is_collected(&awake),
            actor,
            table: actions,
            actions: names.map(|action| ActionMeter::new(actor, action)).collect(),
            events: events.iter().map(|event| EventMeter::new(actor, event.name)).collect(),
            queues: queues.iter().map(|queue| QueueMeter::new(actor, queue.name)).collect(),
            awake,
            connections: CONNECTIONS.of_gauge(&[actor]),
        }
    }

    /// Whether a recorder collects them. If not, no clock is read either.
    pub(crate) fn is_on(&self) -> bool {
        self.is_on
    }

    /// The place of an action among the meters.
    pub(crate) fn place_of(&self, action: &str) -> usize {
        // Names are compared by where they are first: mostly it is the row itself that is asked about.
        let is_it = |name: &str| std::ptr::eq(name, action) || name == action;
        self.table.iter().position(|info| is_it(info.name)).unwrap_or(self.table.len())
    }

    /// A call of the action at this place was answered.
    pub(crate) fn answered(&self, place: usize, outcome: Outcome, took: Duration) {
        self.count(place, outcome);
        self.actions[place].duration.record(took);
    }

    /// A call did not get so far that it could take time.
    pub(crate) fn refused(&self, action: &str, outcome: Outcome) {
        if self.is_on {
            self.count(self.place_of(action), outcome);
        }
    }

    fn count(&self, place: usize, outcome: Outcome) {
        self.actions[place].outcomes[outcome as usize].increment(1);
    }

    /// The event at this place of the table was published, for all subscribers or for one connection.
    pub(crate) fn published(&self, index: usize, to: Option<ConnId>, audience: u64) {
        let meter = &self.events[index];
        let (actor, event, conn) = (self.actor, meter.event, to.map(shown));
        log::trace!(target: "callboard::event", actor, event, conn, audience, "published");
        meter.emitted.increment(1);
    }

    /// So many connections took that event.
    pub(crate) fn delivered(&self, index: usize, connections: u64) {
        self.events[index].delivered.increment(connections);
    }

    /// Of all queues, in the order of the table.
    pub(crate) fn queues(&self) -> &[QueueMeter] {
        &self.queues
    }
}

impl ActionMeter {
    fn new(actor: &'static str, action: &'static str) -> Self {
        let outcomes = Outcome::ALL.map(|outcome| ACTIONS.of_counter(&[actor, action, outcome.name()]));
        Self { outcomes, duration: ACTION_DURATION.of_histogram(&[actor, action]) }
    }
}

impl EventMeter {
    fn new(actor: &'static str, event: &'static str) -> Self {
        Self {
            event,
            emitted: EVENTS_EMITTED.of_counter(&[actor, event]),
            delivered: EVENTS_DELIVERED.of_counter(&[actor, event]),
        }
    }
}

impl QueueMeter {
    /// One that is not used.
    #[cfg(test)]
    pub(crate) fn unread() -> Self {
        Self { messages: Gauge::noop(), sent: Counter::noop(), completed: Counter::noop() }
    }

    fn new(actor: &'static str, queue: &'static str) -> Self {
        Self {
            messages: QUEUE_MESSAGES.of_gauge(&[actor, queue]),
            sent: QUEUE_SENT.of_counter(&[actor, queue]),
            completed: QUEUE_COMPLETED.of_counter(&[actor, queue]),
        }
    }
}
