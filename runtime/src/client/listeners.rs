//! All listeners of a connection: of its events, its errors, its status.
//!
//! There is a list for each event of the contract's table, one for errors and one for the status. All of them
//! share one count of deliveries, because one listener may be in several lists (`on_any`, `updates`) and is
//! stopped in all of them at once. `listener.rs` says in which order listeners run, and until when.

use std::sync::Arc;

use super::{
    listener::{Delivery, Entry, ListenerList, ListenerState},
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

/// The listeners of one connection, owned by its task.
pub(super) struct Listeners {
    delivery: Delivery,
    /// One list for each event of the contract's table.
    events: Vec<ListenerList<EventListener>>,
    errors: ListenerList<ErrorListener>,
    status: ListenerList<StatusListener>,
}

impl Listeners {
    /// No listeners, for a connection of contract `C`.
    pub(super) fn new<C: Contract>(delivery: Delivery) -> Self {
        let events = C::Event::TABLE.iter().map(|_| ListenerList::default()).collect();
        Self { delivery, events, errors: ListenerList::default(), status: ListenerList::default() }
    }

    /// Runs the listeners of the event at this place of the table. The payload is decoded for each listener,
    /// because each owns what it gets. A payload that does not fit is reported as one error, whatever the number
    /// of listeners.
    pub(super) fn deliver<C: Contract>(
        &mut self,
        index: usize,
        format: Format,
        args: &[u8],
    ) -> Result<(), ConnectionError> {
        let Some(list) = self.events.get_mut(index) else {
            return Ok(());
        };
        let payload = EventReader::new(format, args);
        let mut failure = None;
        list.run(self.delivery.next(), |listener| {
            failure = failure.take().or_else(|| listener(&payload).err());
            failure.is_none()
        });
        match failure {
            None => Ok(()),
            Some(error) => Err(ConnectionError::Undecodable { event: C::Event::TABLE[index].name, error }),
        }
    }

    /// Passes a refusal to the listeners of the event at this place of the table.
    pub(super) fn refuse(&self, index: usize, refusal: &Refusal) {
        self.events[index].refuse(refusal);
    }

    /// Runs the listeners of errors.
    pub(super) fn report(&mut self, error: &ConnectionError) {
        run(&mut self.errors, self.delivery.next(), error);
    }

    /// Runs one listener of errors, with an error that the others have already been given.
    pub(super) fn report_late(&mut self, error: &ConnectionError, listener: Entry<ErrorListener>) {
        let mut list = ListenerList::default();
        list.add(listener);
        run(&mut list, self.delivery.next(), error);
    }

    /// Runs the listeners of the status.
    pub(super) fn report_status(&mut self, status: Status) {
        self.status.run(self.delivery.next(), |listener| {
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

    /// Removes a listener from every list that it is in.
    pub(super) fn remove(&mut self, state: &Arc<ListenerState>) {
        self.events.iter_mut().for_each(|list| list.remove(state));
        self.errors.remove(state);
        self.status.remove(state);
    }

    /// Removes all listeners of events, which ends the streams that some of them feed.
    pub(super) fn clear_events(&mut self) {
        self.events.iter_mut().for_each(|list| *list = ListenerList::default());
    }

    /// Removes all listeners, once there is nothing left to report.
    pub(super) fn clear(&mut self) {
        self.clear_events();
        self.errors = ListenerList::default();
        self.status = ListenerList::default();
    }

    /// Whether anybody listens to the event at this place of the table.
    pub(super) fn has_listeners(&self, index: usize) -> bool {
        self.events.get(index).is_some_and(|list| !list.is_empty())
    }
}

fn run(list: &mut ListenerList<ErrorListener>, delivery: Delivery, error: &ConnectionError) {
    list.run(delivery, |listener| {
        listener(error);
        true
    });
}
