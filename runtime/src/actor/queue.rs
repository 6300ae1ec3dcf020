//! A queue as its actor sees it.

use std::{fmt, marker::PhantomData, sync::Arc};

use crate::{
    Actor, Contract, Fault, MessageId, Payload,
    actor::queue_message::QueueMessage,
    contract::queue::{KEPT, QueueOf},
    error::faults,
    host::ActorCell,
    util::{log, shown::shown},
};

/// One of an actor's queues: [`ctx.queue::<Job>()`](crate::Ctx::queue).
///
/// It hands out its messages one by one, in the order sent, each to one taker alone. A message stays in the queue until
/// it is [completed](QueueMessage::complete); one that is dropped before that is handed out again, and so is one that
/// a crash has interrupted. So each message is handled at least once; what is done to the state of the actor in the
/// turn that completes it, exactly once.
///
/// ```
/// # use callboard::prelude::*;
/// # #[derive(Default, Serialize, Deserialize)] struct Mailer { sent: u64 }
/// # async fn deliver(mail: &Mail) {}
/// #[derive(Serialize, Deserialize)]
/// struct Mail { to: String, text: String }
///
/// #[actor(queues(Mail -> u64))]
/// impl Mailer {
///     #[run]
///     async fn run(ctx: Ctx<Self>) -> Result<(), Fault> {
///         let mails = ctx.queue::<Mail>();
///         while let Some(mail) = mails.next().await {
///             deliver(&mail.body).await;
///             mail.complete_with(|mailer, _| {
///                 mailer.sent += 1;
///                 mailer.sent
///             })
///             .await?;
///         }
///         Ok(())
///     }
/// }
/// ```
pub struct Queue<A: Actor, M> {
    cell: Arc<ActorCell<A>>,
    /// Its place in the contract's table.
    index: usize,
    messages: PhantomData<fn(M) -> M>,
}

// Whether it is one of the actor's is checked where it is asked for, and not again by each method.
impl<A: Actor, M: Payload> Queue<A, M> {
    pub(crate) fn new(cell: Arc<ActorCell<A>>) -> Self
    where
        M: QueueOf<A::Contract>,
    {
        Self { cell, index: M::INDEX, messages: PhantomData }
    }

    /// The next message; waits until there is one. `None` when the actor goes to sleep or ends: there will be none for
    /// this context any more.
    ///
    /// Waiting does not keep the actor awake; a message does, from the moment it is in a queue that `#[run]` waits for
    /// until it is completed or dropped, and one that comes in sleep wakes the actor. It is safe to stop waiting: a
    /// message that this has not returned stays in the queue, so `tokio::time::timeout(.., queue.next())` and
    /// `tokio::select!` lose none.
    ///
    /// A message that is not of this type, because another version of the actor took it, stays in the queue, with a
    /// line in the log.
    pub async fn next(&self) -> Option<QueueMessage<A, M>> {
        self.cell.queues().next(self.index, || self.try_next()).await
    }

    /// The next message, if there is one in memory. However many wait, the first 128 KiB of a queue are, or fewer if other
    /// actors have much there; what is behind them is read as these are taken. A turn finds some at its beginning if any
    /// wait, but whoever takes all in one turn gets no more than these: [`next`](Self::next) waits for the others.
    #[must_use]
    pub fn try_next(&self) -> Option<QueueMessage<A, M>> {
        loop {
            let taken = self.cell.queues().take(self.index)?;
            match M::decode(KEPT, taken.body()) {
                Ok(body) => return Some(QueueMessage::new(body, taken)),
                Err(error) => {
                    let (actor, queue) = (self.cell.id(), <A::Contract as Contract>::QUEUES[self.index].name);
                    log::error!(
                        actor = shown(&actor),
                        queue,
                        message = shown(taken.id()),
                        error = shown(&error),
                        "a message is set aside"
                    );
                    taken.set_aside();
                }
            }
        }
    }

    /// Sends a message from the actor to itself. In a `&mut self` turn it is part of that: it is in the queue once the
    /// turn is saved, and is not if the turn is taken back. Elsewhere it is saved at once.
    ///
    /// Fails where a client's would: the queue is full, the message is too large or could not be read again.
    #[expect(clippy::needless_pass_by_value, reason = "a message is given away, as by a client")]
    pub fn send(&self, message: M) -> Result<MessageId, Fault> {
        let body = message.encode_kept(KEPT).map_err(|error| faults::invalid_message(&error))?;
        self.cell.queues().send_to_itself(self.index, body)
    }
}

impl<A: Actor, M> Clone for Queue<A, M> {
    fn clone(&self) -> Self {
        Self { cell: Arc::clone(&self.cell), index: self.index, messages: PhantomData }
    }
}

impl<A: Actor, M> fmt::Debug for Queue<A, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue").field("actor", &self.cell.id()).finish_non_exhaustive()
    }
}
