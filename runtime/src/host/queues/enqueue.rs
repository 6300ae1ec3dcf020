//! Queueing: how messages come into an actor's queues, are taken, and are done with.

use std::sync::{Arc, Weak};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use tokio::sync::oneshot;

use super::state::{Admission, Waiter};
use crate::{
    Actor, Contract, Fault, MessageId,
    error::faults,
    host::{
        ActorCell, PendingOutput,
        cell::{keep_alive::KeepAliveGuard, unanswered},
        durability::{commit::Unsaved, group_commit::Saved},
        turn::call_chain::Chain,
    },
    store::{Commit, CommitOutcome, StoredMessage},
    util::log::{Instrument as _, Span},
    wire::Format,
};

/// Ends when a message is handled, with the response, if there is one. Dropping it disturbs nobody.
pub(crate) type Handling = BoxFuture<'static, Result<Option<Bytes>, Fault>>;

/// A message on its way to a queue of an actor.
#[derive(Debug, Clone)]
pub(crate) struct EnqueueRequest {
    /// The queue's place in the contract's table.
    pub(crate) queue: usize,
    /// As it is kept.
    pub(crate) body: Bytes,
    /// The format of the response; `None` if nobody waits for one.
    pub(crate) response: Option<Format>,
}

/// A message from the network on its way to a queue.
#[derive(Debug)]
pub(crate) struct WireEnqueue {
    /// The queue's name.
    pub(crate) queue: String,
    /// That of the body, and of the response.
    pub(crate) format: Format,
    pub(crate) body: Bytes,
    /// Whether somebody waits until it is handled.
    pub(crate) waits: bool,
}

impl<A: Actor> ActorCell<A> {
    /// An actor without queues pays nothing for them.
    pub(in crate::host) const HAS_QUEUES: bool = !<A::Contract as Contract>::QUEUES.is_empty();

    /// Takes a message from the network, whose sender is let in.
    pub(in crate::host) async fn take_mail(
        self: Arc<Self>,
        mail: WireEnqueue,
    ) -> Result<Option<Handling>, Fault> {
        let WireEnqueue { queue, format, body, waits } = mail;
        let table = <A::Contract as Contract>::QUEUES.iter();
        let (index, info) =
            table.enumerate().find(|(_, info)| info.name == queue).ok_or_else(|| faults::no_queue(&queue))?;
        let body = info.kept(format, &body).map_err(|error| faults::invalid_message(&error))?;
        self.enqueue(EnqueueRequest { queue: index, body, response: waits.then_some(format) }).await
    }

    /// Takes a message. It is in the queue, and will be after a crash, when this returns.
    pub(in crate::host) async fn enqueue(
        self: &Arc<Self>,
        letter: EnqueueRequest,
    ) -> Result<Option<Handling>, Fault> {
        let send = async {
            self.check_size(&letter.body)?;
            let mut cell = Arc::clone(self);
            loop {
                if let Some(handling) = cell.enqueue_awake(&letter).await? {
                    return Ok(handling);
                }
                cell = cell.awake_again().await?;
            }
        };
        send.instrument(self.send_span(letter.queue)).await
    }

    /// `None` if the actor sleeps.
    async fn enqueue_awake(
        self: &Arc<Self>,
        letter: &EnqueueRequest,
    ) -> Result<Option<Option<Handling>>, Fault> {
        let kept = KeepAliveGuard::new(Arc::clone(self));
        let shared = self.shared();
        let limit = shared.limits().queue_depth;
        let size = StoredMessage::size_of(&letter.body);
        let is_own = Chain::current().is_part_of(self.record().id);
        if !A::EPHEMERAL {
            shared.queued().count(&**shared.store()).await;
        }
        let (id, epoch) = loop {
            let changed = self.queues_changed.notified();
            let admission = {
                // The gate before the queues, as where both are submitted.
                let gate = self.gate.lock();
                let admission = self.queues.lock().admit(letter.queue, limit, size, is_own);
                (admission, gate.epoch())
            };
            match admission {
                (Admission::Now(id), epoch) => break (id, epoch),
                (Admission::Later, _) => changed.await,
                (Admission::Full(fault), _) => return Err(fault),
                (Admission::Closed, _) => return Ok(None),
            }
        };
        let (waiter, handled) = match letter.response {
            Some(format) => {
                let (reply, handled) = oneshot::channel();
                (Some(Waiter { format, reply }), Some(handled))
            }
            None => (None, None),
        };
        let message = self.message(id, letter.queue, letter.body.clone());
        self.keep(letter.queue, message, waiter, epoch).await?;
        Ok(Some(handled.map(|handled| -> Handling {
            Box::pin(async move {
                let response = handled.await.unwrap_or_else(|_| Err(unanswered()));
                drop(kept);
                response
            })
        })))
    }

    /// Hands a message to the store, by a commit of its own that waits for no turn; whoever has sent it may go away.
    async fn keep(
        self: &Arc<Self>,
        queue: usize,
        message: StoredMessage,
        waiter: Option<Waiter>,
        epoch: u64,
    ) -> Result<(), Fault> {
        if A::EPHEMERAL {
            return self.kept(queue, message, waiter, Ok(CommitOutcome::Done));
        }
        let (done, ended) = oneshot::channel();
        let commit = Commit::Enqueue { id: self.record().id, epoch, message: message.clone() };
        let (cell, span) = (Arc::clone(self), Span::current());
        self.commit(commit, move |outcome| {
            let kept = span.in_scope(|| cell.kept(queue, message, waiter, outcome));
            drop(done.send(kept));
        });
        ended.await.unwrap_or_else(|_| Err(unanswered()))
    }

    /// Nobody can take a message before the store has it: nothing is done for one that its sender is told is lost.
    fn kept(
        &self,
        queue: usize,
        message: StoredMessage,
        waiter: Option<Waiter>,
        outcome: Saved,
    ) -> Result<(), Fault> {
        let done = matches!(outcome, Ok(CommitOutcome::Done));
        {
            let mut queues = self.queues.lock();
            if done {
                queues.arrived(queue, message, waiter);
            } else {
                queues.failed(queue, &message);
            }
        }
        self.queues_changed.notify_waiters();
        match outcome {
            Ok(CommitOutcome::Done) => Ok(()),
            Ok(CommitOutcome::Fenced) if self.is_to_be_destroyed() || !self.is_awake() => {
                Err(faults::actor_not_found())
            }
            Ok(outcome) => Err(Fault::internal(&format_args!("a message was not kept: {outcome:?}"))),
            Err(error) => Err(Unsaved::Store(error).fault("a message was not kept")),
        }
    }

    /// A message of the actor to itself, which is saved with what else it changes.
    pub(crate) fn send_to_itself(self: &Arc<Self>, queue: usize, body: Bytes) -> Result<MessageId, Fault> {
        self.check_size(&body)?;
        let limit = self.shared().limits().queue_depth;
        let id = MessageId::generate();
        let message = self.message(id, queue, body);
        {
            let mut gate = self.gate.lock();
            let mut queues = self.queues.lock();
            if queues.is_closed() {
                return Err(faults::message_too_late());
            }
            queues.add(queue, limit, message)?;
            gate.changed_aside();
        }
        // Outside of a turn that ends in a save, the actor's task sees to it.
        self.mailbox.nudge();
        Ok(id)
    }

    fn message(&self, id: MessageId, queue: usize, body: Bytes) -> StoredMessage {
        let name = <A::Contract as Contract>::QUEUES[queue].name;
        StoredMessage::new(id, name, body, self.shared().clock().now_ms())
    }

    fn check_size(&self, body: &Bytes) -> Result<(), Fault> {
        let limit = self.shared().limits().queued_message_bytes;
        if body.len() > limit { Err(faults::message_too_large(limit)) } else { Ok(()) }
    }

    /// Waits until `take` takes something. `None`: the actor goes, so nothing will come.
    pub(crate) async fn next_message<T>(&self, queue: usize, take: impl Fn() -> Option<T>) -> Option<T> {
        loop {
            let changed = self.queues_changed.notified();
            self.queues.lock().is_read(queue);
            if self.is_cancelled() {
                return None;
            }
            if let Some(taken) = take() {
                return Some(taken);
            }
            tokio::select! {
                () = changed => {}
                () = self.cancelled() => return None,
            }
        }
    }

    /// The next message that nobody has taken.
    pub(crate) fn take_message(self: &Arc<Self>, queue: usize) -> Option<MessageLease<A>> {
        let (message, read) = {
            let mut queues = self.queues.lock();
            (queues.take(queue), queues.begin_read(queue))
        };
        if let Some(read) = read {
            self.read_messages(queue, read);
        }
        Some(MessageLease {
            message: message?,
            kept: Some(KeepAliveGuard::new(Arc::clone(self))),
            cell: Arc::clone(self),
        })
    }

    /// Whether a message waits for `#[run]`, which is there to take it.
    pub(in crate::host) fn has_queued_work(&self) -> bool {
        Self::HAS_QUEUES && self.keep_alive().is_running() && self.queues.lock().has_work()
    }

    /// Whether there is something to take, of which nothing is in memory yet: whoever has a turn finds some of it.
    pub(in crate::host) fn is_starved(&self) -> bool {
        Self::HAS_QUEUES && self.queues.lock().is_starved()
    }

    /// Whether nothing is done with a message here.
    pub(in crate::host) fn may_close_queues(&self) -> bool {
        !Self::HAS_QUEUES || self.queues.lock().may_close()
    }

    /// From now on there are no messages here, neither for takers nor from senders. Who waits is told why.
    pub(in crate::host) fn close_queues(&self, why: &Fault) {
        if Self::HAS_QUEUES {
            self.queues.lock().close(why);
            self.queues_changed.notify_waiters();
        }
    }
}

/// A message that was taken. It keeps the actor awake, and goes back to its queue if it is dropped.
pub(crate) struct MessageLease<A: Actor> {
    message: StoredMessage,
    /// `None` once it is done with.
    kept: Option<KeepAliveGuard>,
    cell: Arc<ActorCell<A>>,
}

impl<A: Actor> MessageLease<A> {
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
        self.cell.queues.lock().set_aside(self.message.id);
        self.kept = None;
    }

    /// It is handled: what the receiver hears is whether that is saved. `None` in a turn, whose own answer waits for
    /// that.
    pub(crate) fn complete(
        mut self,
        respond: impl FnOnce(Format) -> Result<Option<Bytes>, Fault>,
    ) -> Option<oneshot::Receiver<Result<(), Fault>>> {
        let (cell, id) = (Arc::clone(&self.cell), self.message.id);
        // Before the locks: it is the user's code that writes a response.
        let format = cell.queues.lock().wanted_format(id);
        let response = format.map_or(Ok(None), respond);
        let (done, saved) = oneshot::channel();
        {
            let mut gate = cell.gate.lock();
            let mut queues = cell.queues.lock();
            if gate.is_invalid() || queues.is_closed() {
                let fault =
                    if queues.is_closed() { faults::message_too_late() } else { faults::rolled_back() };
                drop((queues, gate));
                // Nobody else has the receiver.
                let _ = done.send(Err(fault));
                return Some(saved);
            }
            let waiter = queues.complete(id);
            gate.changed_aside();
            drop(queues);
            let held = completed(Arc::downgrade(&cell), id, waiter, response, done);
            // It is given back only where the state is void, which was looked at.
            let _ = gate.send(held);
        }
        self.kept = None;
        if cell.queues.lock().tells_worked_off() {
            cell.queues_changed.notify_waiters();
        }
        cell.mailbox.nudge();
        let in_turn = Chain::current().holds(cell.record().id).is_some();
        (!in_turn).then_some(saved)
    }
}

impl<A: Actor> Drop for MessageLease<A> {
    fn drop(&mut self) {
        // Only then it lets the actor sleep.
        if self.kept.is_some() {
            self.cell.queues.lock().give_back(self.message.id);
            self.cell.queues_changed.notify_waiters();
        }
    }
}

/// What is handed over once it is saved that a message was handled. If it is not, whoever waits goes on waiting.
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
                    cell.queues.lock().wait(id, waiter);
                }
            }
            (None, _) => {}
        }
        let _ = done.send(saved);
    }))
}
