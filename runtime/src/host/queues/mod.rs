//! Queues: the durable messages of an actor, how they come, are taken, and are done with.
//!
//! # The way of a message
//!
//! 1. *Coming.* A message from outside asks for room ([`state::Admission`]), and then has a commit of its own, which waits for
//!    no turn ([`enqueue`]). Nobody can take it before the store has it, so nothing is done for a message that its sender is
//!    told is lost. A message of the actor to itself is a change of the turn that sends it, and is saved with that.
//! 2. *Waiting.* The store has all messages; only the first of each queue are in memory ([`queue`]), and more are read a page
//!    at a time as these are taken ([`refill`]).
//! 3. *Taken.* [`MessageLease`](lease::MessageLease) is a message that somebody has. It keeps the actor awake, and gives the
//!    message back to its place when it is dropped.
//! 4. *Done.* Completing a message is a change beside the state, like an alarm: it is in the commit of the turn that does it,
//!    with its effect. A response waits at the output gate for that. If it cannot be saved, the sender goes on
//!    waiting for its response: the message is still in the store, and will be handled again.
//!
//! # Waiting
//!
//! Everything that can end a wait here (a message, room, a page, the end of the actor) is told by
//! `Durable::queues_have_changed`. A waiter makes the future of the next change first and looks after that, so that
//! it misses nothing in between.
//!
//! # Bounds
//!
//! `Limits` bounds the messages of one queue, the bytes of one message, and the bytes of all queues of the process
//! ([`queued_bytes`]). The last is counted once from the store, at the start, and followed from there.
//!
//! # Sleep and restart
//!
//! While the state is loaded again, and from where the actor's end has begun, senders wait: what is read from the store must
//! hold a message or come before it. Once the queues are closed, senders go on to the next activation. After a restart the
//! actors that have messages are woken a few at a time ([`recovery`]).

pub(in crate::host) mod enqueue;
pub(in crate::host) mod lease;
pub(in crate::host) mod own_queues;
pub(in crate::host) mod queue;
pub(in crate::host) mod queued_bytes;
pub(in crate::host) mod recovery;
pub(in crate::host) mod refill;
pub(in crate::host) mod request;
pub(in crate::host) mod state;

use std::sync::Arc;

use self::lease::MessageLease;
use crate::{
    Actor, Contract, QueueInfo,
    host::{ActorCell, Pending, durability::durable::Durable, pending_output::ActorDurable},
};

/// The queues of an awake actor.
pub(crate) struct Queues<'a, A: Actor>(&'a Arc<ActorCell<A>>);

impl<A: Actor> ActorCell<A> {
    pub(crate) fn queues(self: &Arc<Self>) -> Queues<'_, A> {
        Queues(self)
    }

    /// An actor without queues pays nothing for them.
    pub(in crate::host) const HAS_QUEUES: bool = !<A::Contract as Contract>::QUEUES.is_empty();
}

impl<'a, A: Actor> Queues<'a, A> {
    const TABLE: &'static [QueueInfo] = <A::Contract as Contract>::QUEUES;

    fn durable(&self) -> &'a ActorDurable<A> {
        self.0.durable()
    }

    /// Whether turns wait until they are [fed](Self::fed).
    #[inline]
    pub(in crate::host) fn are_starved(&self) -> bool {
        ActorCell::<A>::HAS_QUEUES && self.durable().is_starved()
    }

    /// Waits until `take` takes something. `None`: the actor goes, so nothing will come.
    pub(crate) async fn next<T>(&self, queue: usize, take: impl Fn() -> Option<T>) -> Option<T> {
        let work = self.0.background_work();
        loop {
            let changed = self.durable().next_queue_change();
            self.durable().lock().parts.queues.is_read(queue);
            if work.is_cancelled() {
                return None;
            }
            if let Some(taken) = take() {
                return Some(taken);
            }
            tokio::select! {
                () = changed => {}
                () = work.cancelled() => return None,
            }
        }
    }

    /// Takes the next message.
    pub(crate) fn take(&self, queue: usize) -> Option<MessageLease<A>> {
        let (message, read) = {
            let queues = &mut self.durable().lock().parts.queues;
            (queues.take(queue), queues.begin_read(queue))
        };
        if let Some(read) = read {
            self.read(queue, read);
        }
        Some(MessageLease::new(Arc::clone(self.0), message?))
    }
}

impl<P: Pending> Durable<P> {
    /// Whether a message waits in a queue that the actor has waited for; once they are closed, whether one did.
    pub(in crate::host) fn has_queued_work(&self) -> bool {
        self.has_queues() && self.lock().parts.queues.has_work()
    }

    /// Whether there is something to take, of which nothing is in memory yet: turns wait, so that they find some of it.
    pub(in crate::host) fn is_starved(&self) -> bool {
        self.has_queues() && self.lock().parts.queues.is_starved()
    }

    /// Whether nothing is done with a message here.
    pub(in crate::host) fn may_close_queues(&self) -> bool {
        !self.has_queues() || self.lock().parts.queues.may_close()
    }

    /// The actor's end begins, or is taken back. From here on messages wait, so that it is known of all that were taken
    /// before who waits for them.
    pub(in crate::host) fn set_queues_ending(&self, ending: bool) {
        self.lock().parts.queues.set_ending(ending);
        if !ending {
            self.queues_have_changed();
        }
    }
}
