//! Listeners and streams of a connection's events, errors and status.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::mpsc;

use super::{
    command::Command,
    connection::Connection,
    events::Events,
    listener::{Entry, ListenerState},
    status::{ConnectionError, Status},
    subscription::Subscription,
    updates::{Update, Updates},
};
use crate::{Contract, Event, EventOf, wire::EventReader};

impl<C: Contract> Connection<C> {
    /// Runs `listener` for every event of the actor, in the order sent, as a value of the generated enum: match on
    /// it and miss none. The generated `listen` takes an object with a method for each event.
    pub fn on_any(&self, listener: impl FnMut(C::Event) + Send + 'static) -> Subscription {
        let state = self.listener_state();
        // One listener in several lists. They run one after the other, so the lock is always free.
        let listener = Arc::new(Mutex::new(listener));
        self.listen_to_all(&state, move |event| (listener.lock())(event));
        self.subscription(&state)
    }

    /// All events of the actor, as a stream of the generated enum; match on it and miss none.
    ///
    /// What is not read yet is kept, without a bound. The stream ends with the connection; dropping it
    /// unsubscribes.
    #[must_use]
    pub fn events(&self) -> Events<C> {
        let state = self.listener_state();
        let (sender, received) = mpsc::unbounded_channel();
        // A stream that was dropped unsubscribes by itself.
        self.listen_to_all(&state, move |event| drop(sender.send(event)));
        Events::new(received, self.subscription(&state))
    }

    /// All events of the actor, and what becomes of the connection meanwhile, in the order in which it happens: so
    /// it is seen between which events the connection was lost and is back, or events are missing.
    ///
    /// Otherwise as [`events`](Self::events). A status comes when it changes; [`status`](Self::status) is what it
    /// is now.
    #[must_use]
    pub fn updates(&self) -> Updates<C> {
        let state = self.listener_state();
        let (sender, received) = mpsc::unbounded_channel();
        let (events, errors) = (sender.clone(), sender.clone());
        // A stream that was dropped unsubscribes by itself.
        self.listen_to_all(&state, move |event| drop(events.send(Update::Event(event))));
        let run = Box::new(move |error: &ConnectionError| drop(errors.send(Update::Error(error.clone()))));
        self.command(Command::WatchErrors(Entry { state: Arc::clone(&state), once: false, run }));
        let run = Box::new(move |status| drop(sender.send(Update::Status(status))));
        self.command(Command::WatchStatus(Entry { state: Arc::clone(&state), once: false, run }));
        Updates::new(received, self.subscription(&state))
    }

    /// Runs `listener` for everything that goes wrong with the connection: lost links, refused subscriptions,
    /// events that cannot be decoded, and what ends it. Added after the end, it is told at once what that was.
    pub fn on_error(&self, listener: impl FnMut(&ConnectionError) + Send + 'static) -> Subscription {
        self.watch(|state| Command::WatchErrors(Entry { state, once: false, run: Box::new(listener) }))
    }

    /// Runs `listener` whenever the [`status`](Self::status) changes, [`Status::Closed`] being the last.
    pub fn on_status_change(&self, listener: impl FnMut(Status) + Send + 'static) -> Subscription {
        self.watch(|state| Command::WatchStatus(Entry { state, once: false, run: Box::new(listener) }))
    }

    /// Adds a listener of one event.
    pub(super) fn listen<E: EventOf<C>>(
        &self,
        once: bool,
        mut listener: impl FnMut(E) + Send + 'static,
    ) -> Subscription {
        self.watch(|state| {
            let run = Box::new(move |payload: &EventReader<'_>| E::read_event(payload).map(&mut listener));
            Command::Listen(E::INDEX, Entry { state, once, run })
        })
    }

    /// Adds a listener of every event in the table, each a clone of this one.
    fn listen_to_all(
        &self,
        state: &Arc<ListenerState>,
        listener: impl FnMut(C::Event) + Clone + Send + 'static,
    ) {
        for index in 0..C::Event::TABLE.len() {
            let mut listener = listener.clone();
            let run = Box::new(move |payload: &EventReader<'_>| {
                C::Event::decode(index, payload).map(&mut listener)
            });
            self.command(Command::Listen(index, Entry { state: Arc::clone(state), once: false, run }));
        }
    }

    fn watch(&self, command: impl FnOnce(Arc<ListenerState>) -> Command<C>) -> Subscription {
        let state = self.listener_state();
        let subscription = self.subscription(&state);
        self.command(command(state));
        subscription
    }
}
