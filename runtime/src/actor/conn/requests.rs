//! What a client asks for on its connection: calls, counted until they are answered, and subscriptions.

use super::{Conn, Peer, events};
use crate::{
    Actor, Fault, delivery::subscriptions::Asked, error::faults, host::connections::read_batch::ReadBatch,
    wire::Notice,
};

impl<A: Actor> Conn<A> {
    /// Begins a subscription that the actor decides about. Its verdict counts unless the client says something later about
    /// the same event.
    pub(crate) fn ask(&self, index: usize) -> Asked {
        self.0.subscriptions.ask(index)
    }

    /// Whether the client has said nothing later about that event.
    pub(crate) fn still_asks(&self, asked: Asked) -> bool {
        self.is_open() && self.0.subscriptions.still_asks(asked)
    }

    /// Takes the actor's verdict, unless the client has said something later about that event. A refusal is sent to it.
    pub(crate) fn end_subscribe(&self, asked: Asked, verdict: Result<(), Fault>) {
        if !self.0.subscriptions.set_if_latest(asked, verdict.is_ok()) {
            return;
        }
        self.0.broadcasts.changed();
        if let Err(fault) = verdict {
            self.refuse_at(asked.index, fault);
        }
    }

    /// Subscribes to the event at this place of the table, which needs no verdict of the actor.
    pub(crate) fn subscribe(&self, index: usize) {
        match self.check_subscriptions(index) {
            Ok(()) => {
                self.0.subscriptions.set(index, true);
                self.0.broadcasts.changed();
            }
            Err(fault) => self.refuse_at(index, fault),
        }
    }

    /// Ends the subscription to the event at this place of the table.
    pub(crate) fn unsubscribe(&self, index: usize) {
        self.0.subscriptions.give_up(index);
        self.0.broadcasts.changed();
    }

    /// Fails if it has as many subscriptions as it may, and this is not one of them.
    pub(crate) fn check_subscriptions(&self, index: usize) -> Result<(), Fault> {
        let limit = self.0.limits.subscriptions;
        let is_limited = matches!(self.0.peer, Peer::Wire(_)) && !self.0.subscriptions.has(index);
        if is_limited && self.0.subscriptions.count() >= limit {
            return Err(faults::too_many_subscriptions(limit));
        }
        Ok(())
    }

    /// Refuses the event at this place of the table.
    pub(crate) fn refuse_at(&self, index: usize, fault: Fault) {
        match &self.0.peer {
            #[cfg(feature = "client")]
            Peer::Local(peer) => peer.refuse(index, fault),
            _ => self.refuse(events::<A>()[index].name, fault),
        }
    }

    /// Refuses the event of this name.
    pub(crate) fn refuse(&self, event: &str, fault: Fault) {
        if let Peer::Wire(outbox) = &self.0.peer {
            outbox.send_notice(&Notice::Refused { event: event.to_owned(), fault });
        }
    }

    /// Whether it is open, and subscribed to the event at this place of the table.
    pub(crate) fn gets(&self, index: usize) -> bool {
        self.is_open() && self.0.subscriptions.has(index)
    }

    /// Its session runs several calls, one after the other.
    pub(crate) fn begin_batch(&self) -> Option<ReadBatch> {
        self.0.broadcasts.begin_batch(self.0.id)
    }

    /// Counts a call of its client until it is answered; fails for one too many.
    pub(crate) fn begin_call(&self, bytes: usize) -> Result<(), Fault> {
        self.0.in_flight.lock().add(bytes, &self.0.limits)
    }

    /// A call was answered.
    pub(crate) fn end_call(&self, bytes: usize) {
        self.0.in_flight.lock().remove(bytes);
    }

    /// Counts a subscription until the actor has decided about it; fails for one too many. Clients in this process have no
    /// such limit.
    pub(crate) fn begin_asking(&self) -> Result<(), Fault> {
        if self.outbox().is_none() {
            return Ok(());
        }
        self.0.in_flight.lock().add_subscription(&self.0.limits)
    }

    pub(crate) fn end_asking(&self) {
        if self.outbox().is_some() {
            self.0.in_flight.lock().remove_subscription();
        }
    }
}
