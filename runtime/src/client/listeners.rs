//! All listeners of a connection: of its events, its errors, its status.

use std::sync::Arc;

use super::{
    listener::{Entry, Gate, Row, Turn},
    refusal::Refusal,
    status::{ConnectionError, Status},
};
use crate::{
    Contract, Event,
    wire::{DecodeError, EventReader, Format},
};

pub(super) type EventListener = dyn FnMut(&EventReader<'_>) -> Result<(), DecodeError> + Send;
pub(super) type ErrorListener = dyn FnMut(&ConnectionError) + Send;
pub(super) type StatusListener = dyn FnMut(Status) + Send;

/// See the module.
pub(super) struct Listeners {
    turn: Turn,
    /// One row for each event of the contract's table.
    events: Vec<Row<EventListener>>,
    errors: Row<ErrorListener>,
    status: Row<StatusListener>,
}

impl Listeners {
    /// No listeners, for a connection of contract `C`.
    pub(super) fn new<C: Contract>(turn: Turn) -> Self {
        let events = C::Event::TABLE.iter().map(|_| Row::default()).collect();
        Self { turn, events, errors: Row::default(), status: Row::default() }
    }

    /// Runs the listeners of the event at this place of the table. Payloads are decoded for each, because each owns
    /// its own; a payload that does not fit is one error, however many listeners there are.
    pub(super) fn deliver<C: Contract>(
        &mut self,
        index: usize,
        format: Format,
        args: &[u8],
    ) -> Result<(), ConnectionError> {
        let Some(row) = self.events.get_mut(index) else {
            return Ok(());
        };
        let payload = EventReader::new(format, args);
        let mut failure = None;
        row.run(self.turn.next(), |listener| {
            failure = failure.take().or_else(|| listener(&payload).err());
            failure.is_none()
        });
        match failure {
            None => Ok(()),
            Some(error) => Err(ConnectionError::Undecodable { event: C::Event::TABLE[index].name, error }),
        }
    }

    /// Tells the listeners of the event at this place of the table that they do not get it.
    pub(super) fn refuse(&self, index: usize, refusal: &Refusal) {
        self.events[index].refuse(refusal);
    }

    pub(super) fn report(&mut self, error: &ConnectionError) {
        tell(&mut self.errors, self.turn.next(), error);
    }

    /// Tells one listener what the others have already been told.
    pub(super) fn report_late(&mut self, error: &ConnectionError, listener: Entry<ErrorListener>) {
        let mut row = Row::default();
        row.add(listener);
        tell(&mut row, self.turn.next(), error);
    }

    pub(super) fn tell_status(&mut self, status: Status) {
        self.status.run(self.turn.next(), |listener| {
            listener(status);
            true
        });
    }

    pub(super) fn add(&mut self, index: usize, listener: Entry<EventListener>) {
        self.events[index].add(listener);
    }

    pub(super) fn watch_errors(&mut self, listener: Entry<ErrorListener>) {
        self.errors.add(listener);
    }

    pub(super) fn watch_status(&mut self, listener: Entry<StatusListener>) {
        self.status.add(listener);
    }

    /// Takes a listener off every row it is on.
    pub(super) fn remove(&mut self, gate: &Arc<Gate>) {
        self.events.iter_mut().for_each(|row| row.remove(gate));
        self.errors.remove(gate);
        self.status.remove(gate);
    }

    /// Takes all listeners of events off, which ends the streams that some of them feed.
    pub(super) fn clear_events(&mut self) {
        self.events.iter_mut().for_each(|row| *row = Row::default());
    }

    /// Takes all listeners off, once there is nothing left to tell them.
    pub(super) fn clear(&mut self) {
        self.clear_events();
        self.errors = Row::default();
        self.status = Row::default();
    }

    /// Whether anybody listens to the event at this place of the table.
    pub(super) fn is_heard(&self, index: usize) -> bool {
        self.events.get(index).is_some_and(|row| !row.is_empty())
    }
}

fn tell(row: &mut Row<ErrorListener>, turn: Turn, error: &ConnectionError) {
    row.run(turn, |listener| {
        listener(error);
        true
    });
}
