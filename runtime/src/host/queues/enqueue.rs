//! How messages come into an actor's queues.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::oneshot;

use super::{
    Queues,
    request::{EnqueueRequest, HandledFuture, WireEnqueue},
    state::{Admission, Waiter},
};
use crate::{
    Actor, Contract, Fault, MessageId,
    contract::position_of,
    error::faults,
    host::{
        ActorCell,
        cell::keep_alive::KeepAliveGuard,
        durability::{
            commit::{Unsaved, commit},
            group_commit::Saved,
        },
        turn::call_chain::Chain,
    },
    store::{Commit, CommitOutcome, StoredMessage},
    util::log::{Instrument as _, Span},
};

/// What became of a message at one activation.
enum Enqueued {
    /// The store has it.
    Stored,
    /// The same, and this ends when it is handled.
    Awaited(HandledFuture),
    /// The actor sleeps: it is for the next activation.
    Asleep,
}

/// Room for a message.
struct Room {
    id: MessageId,
    epoch: u64,
}

impl<A: Actor> Queues<'_, A> {
    /// Takes a message from the network, whose sender is let in.
    pub(in crate::host) async fn enqueue_wire(
        &self,
        message: WireEnqueue,
    ) -> Result<Option<HandledFuture>, Fault> {
        let WireEnqueue { queue, format, body, waits } = message;
        let index = position_of(Self::TABLE, &queue).ok_or_else(|| faults::no_queue(&queue))?;
        let body = Self::TABLE[index].kept(format, &body).map_err(|error| faults::invalid_message(&error))?;
        self.enqueue(EnqueueRequest { queue: index, body, response: waits.then_some(format) }).await
    }

    /// Takes a message. It is in the queue, and will be after a crash, when this returns.
    pub(in crate::host) async fn enqueue(
        &self,
        request: EnqueueRequest,
    ) -> Result<Option<HandledFuture>, Fault> {
        let send = async {
            self.check_size(&request.body)?;
            let mut cell = Arc::clone(self.0);
            loop {
                match cell.queues().enqueue_awake(&request).await? {
                    Enqueued::Stored => return Ok(None),
                    Enqueued::Awaited(handled) => return Ok(Some(handled)),
                    Enqueued::Asleep => cell = cell.sender().awake_again().await?,
                }
            }
        };
        send.instrument(self.0.spans().send(request.queue)).await
    }

    async fn enqueue_awake(&self, request: &EnqueueRequest) -> Result<Enqueued, Fault> {
        let kept = KeepAliveGuard::new(Arc::clone(self.0));
        let Some(room) = self.room(request).await? else { return Ok(Enqueued::Asleep) };
        let (waiter, handled) = match request.response {
            Some(format) => {
                let (reply, handled) = oneshot::channel();
                (Some(Waiter { format, reply }), Some(handled))
            }
            None => (None, None),
        };
        let message = self.message(room.id, request.queue, request.body.clone());
        self.store(request.queue, message, waiter, room.epoch).await?;
        Ok(match handled {
            None => Enqueued::Stored,
            Some(handled) => Enqueued::Awaited(Box::pin(async move {
                let response = handled.await.unwrap_or_else(|_| Err(faults::unanswered()));
                drop(kept);
                response
            })),
        })
    }

    /// Waits for room. `None`: the actor sleeps.
    async fn room(&self, request: &EnqueueRequest) -> Result<Option<Room>, Fault> {
        let shared = self.0.shared();
        let limit = shared.limits().queue_depth;
        let size = StoredMessage::size_of(&request.body);
        let is_own = Chain::current().is_part_of(self.0.id());
        if !A::EPHEMERAL {
            shared.queued().count(&**shared.store()).await;
        }
        loop {
            let changed = self.durable().next_queue_change();
            let (admission, epoch) = {
                let mut locked = self.durable().lock();
                (locked.parts.queues.admit(request.queue, limit, size, is_own), locked.gate.epoch())
            };
            match admission {
                Admission::Now(id) => return Ok(Some(Room { id, epoch })),
                Admission::Later => changed.await,
                Admission::Full(fault) => return Err(fault),
                Admission::Closed => return Ok(None),
            }
        }
    }

    /// Hands a message to the store, by a commit of its own that waits for no turn; its sender may go away.
    async fn store(
        &self,
        queue: usize,
        message: StoredMessage,
        waiter: Option<Waiter>,
        epoch: u64,
    ) -> Result<(), Fault> {
        if A::EPHEMERAL {
            return stored(self.0, queue, message, waiter, Ok(CommitOutcome::Done));
        }
        let (done, ended) = oneshot::channel();
        let changes = Commit::Enqueue { id: self.0.id(), epoch, message: message.clone() };
        let (cell, span) = (Arc::clone(self.0), Span::current());
        commit(self.0.shared(), changes, move |outcome| {
            let stored = span.in_scope(|| stored(&cell, queue, message, waiter, outcome));
            drop(done.send(stored));
        });
        ended.await.unwrap_or_else(|_| Err(faults::unanswered()))
    }

    /// A message of the actor to itself, which is saved with what else it changes.
    pub(crate) fn send_to_itself(&self, queue: usize, body: Bytes) -> Result<MessageId, Fault> {
        self.check_size(&body)?;
        let limit = self.0.shared().limits().queue_depth;
        let id = MessageId::generate();
        let message = self.message(id, queue, body);
        {
            let mut locked = self.durable().lock();
            if locked.parts.queues.is_closed() {
                return Err(faults::message_too_late());
            }
            locked.parts.queues.add(queue, limit, message)?;
            locked.gate.changed_aside();
        }
        // Outside of a turn that ends in a save, the actor's task sees to it.
        self.0.mailbox().nudge();
        Ok(id)
    }

    fn message(&self, id: MessageId, queue: usize, body: Bytes) -> StoredMessage {
        let name = <A::Contract as Contract>::QUEUES[queue].name;
        StoredMessage::new(id, name, body, self.0.shared().clock().now_ms())
    }

    fn check_size(&self, body: &Bytes) -> Result<(), Fault> {
        let limit = self.0.shared().limits().queued_message_bytes;
        if body.len() > limit { Err(faults::message_too_large(limit)) } else { Ok(()) }
    }
}

/// What became of a message that was handed to the store. It cannot be taken before the store has it: nothing is done for
/// one that its sender is told is lost.
fn stored<A: Actor>(
    cell: &ActorCell<A>,
    queue: usize,
    message: StoredMessage,
    waiter: Option<Waiter>,
    outcome: Saved,
) -> Result<(), Fault> {
    {
        let queues = &mut cell.durable().lock().parts.queues;
        match outcome {
            Ok(CommitOutcome::Done) => queues.arrived(queue, message, waiter),
            _ => queues.failed(queue, &message),
        }
    }
    cell.durable().queues_have_changed();
    match outcome {
        Ok(CommitOutcome::Done) => Ok(()),
        Ok(CommitOutcome::Fenced) if cell.is_to_be_destroyed() || !cell.is_awake() => {
            Err(faults::actor_not_found())
        }
        Ok(outcome) => Err(Fault::internal(&format_args!("a message was not kept: {outcome:?}"))),
        Err(error) => Err(Unsaved::Store(error).fault("a message was not kept")),
    }
}
