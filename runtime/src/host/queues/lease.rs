//! A message that was taken, and is not done with.

use std::sync::{Arc, Weak};

use bytes::Bytes;
use tokio::sync::oneshot;

use super::state::Waiter;
use crate::{
    Actor, Fault, MessageId,
    error::faults,
    host::{ActorCell, PendingOutput, cell::keep_alive::KeepAliveGuard, turn::call_chain::Chain},
    store::StoredMessage,
    wire::Format,
};

/// A message that was taken. It keeps the actor awake, and goes back to its queue if it is dropped.
pub(crate) struct MessageLease<A: Actor> {
    message: StoredMessage,
    /// `None` once it is done with.
    kept: Option<KeepAliveGuard>,
    cell: Arc<ActorCell<A>>,
}

impl<A: Actor> MessageLease<A> {
    pub(super) fn new(cell: Arc<ActorCell<A>>, message: StoredMessage) -> Self {
        Self { message, kept: Some(KeepAliveGuard::new(Arc::clone(&cell))), cell }
    }

    pub(crate) fn id(&self) -> MessageId {
        self.message.id
    }

    pub(crate) fn sent_at_ms(&self) -> u64 {
        self.message.sent_at_ms
    }

    pub(crate) fn body(&self) -> &[u8] {
        &self.message.body
    }

    pub(crate) fn cell(&self) -> Arc<ActorCell<A>> {
        Arc::clone(&self.cell)
    }

    /// It cannot be read here and now, so it is not handed out again.
    pub(crate) fn set_aside(mut self) {
        self.cell.durable().lock().parts.queues.set_aside(self.message.id);
        self.kept = None;
    }

    /// It is handled: what the receiver hears is whether that is saved. `None` in a turn, whose own answer waits for
    /// that.
    pub(crate) fn complete(
        mut self,
        respond: impl FnOnce(Format) -> Result<Option<Bytes>, Fault>,
    ) -> Option<oneshot::Receiver<Result<(), Fault>>> {
        let (cell, id) = (Arc::clone(&self.cell), self.message.id);
        // Before the lock: it is the user's code that writes a response.
        let format = cell.durable().lock().parts.queues.wanted_format(id);
        let response = format.map_or(Ok(None), respond);
        let (done, saved) = oneshot::channel();
        if let Err(fault) = self.mark_complete(response, done) {
            let (done, saved) = oneshot::channel();
            // The receiver is here.
            let _ = done.send(Err(fault));
            return Some(saved);
        }
        self.kept = None;
        let is_worked_off = cell.durable().lock().parts.queues.tells_worked_off();
        if is_worked_off {
            cell.durable().queues_have_changed();
        }
        cell.mailbox().nudge();
        let in_turn = Chain::current().holds(cell.id()).is_some();
        (!in_turn).then_some(saved)
    }

    /// In one step: it is a change, and the response waits for that to be saved.
    fn mark_complete(
        &self,
        response: Result<Option<Bytes>, Fault>,
        done: oneshot::Sender<Result<(), Fault>>,
    ) -> Result<(), Fault> {
        let mut locked = self.cell.durable().lock();
        if locked.parts.queues.is_closed() {
            return Err(faults::message_too_late());
        }
        if locked.gate.is_invalid() {
            return Err(faults::rolled_back());
        }
        let id = self.message.id;
        let waiter = locked.parts.queues.complete(id);
        locked.gate.changed_aside();
        let held = completed(Arc::downgrade(&self.cell), id, waiter, response, done);
        // It is given back only where the state is void, which was looked at.
        let _ = locked.gate.send(held);
        Ok(())
    }
}

impl<A: Actor> Drop for MessageLease<A> {
    fn drop(&mut self) {
        // Before the actor may sleep.
        if self.kept.is_some() {
            self.cell.durable().lock().parts.queues.give_back(self.message.id);
            self.cell.durable().queues_have_changed();
        }
    }
}

/// What is released once it is saved that a message was handled. If it is not, the sender goes on waiting.
fn completed<A: Actor>(
    cell: Weak<ActorCell<A>>,
    id: MessageId,
    waiter: Option<Waiter>,
    response: Result<Option<Bytes>, Fault>,
    done: oneshot::Sender<Result<(), Fault>>,
) -> PendingOutput<A> {
    PendingOutput::Held(Box::new(move |saved| {
        match (waiter, &saved) {
            // Whoever waits may have gone away.
            (Some(waiter), Ok(())) => drop(waiter.reply.send(response)),
            (Some(waiter), Err(_)) => {
                if let Some(cell) = cell.upgrade() {
                    cell.durable().lock().parts.queues.wait(id, waiter);
                }
            }
            (None, _) => {}
        }
        let _ = done.send(saved);
    }))
}
