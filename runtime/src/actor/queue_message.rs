//! A message that was taken from its queue.

use std::{
    any::TypeId,
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use tokio::sync::oneshot;

use crate::{
    Actor, Fault, MessageId, Payload,
    contract::queue::QueueOf,
    error::faults,
    host::{MessageLease, Turn},
};

/// A message that was taken from its queue: it is this taker's alone, and keeps the actor awake.
///
/// It is done with when it is [completed](Self::complete). Dropped, it goes back to where it was.
#[must_use = "a message that is dropped goes back to its queue"]
pub struct QueueMessage<A: Actor, M> {
    /// What was sent.
    pub body: M,
    taken: MessageLease<A>,
}

impl<A: Actor, M> QueueMessage<A, M> {
    pub(crate) fn new(body: M, taken: MessageLease<A>) -> Self {
        Self { body, taken }
    }

    /// Its identity, the same each time it is handed out: what effects elsewhere can recognise it by.
    #[must_use]
    pub fn id(&self) -> MessageId {
        self.taken.id()
    }

    /// When it was sent, in milliseconds since 1970 (UTC).
    #[must_use]
    pub fn sent_at_ms(&self) -> u64 {
        self.taken.sent_at_ms()
    }

    /// Completes the message: it is handled, and whoever waits for that gets this response.
    ///
    /// It is gone from the queue with the next commit of the actor. In a `&mut self` turn (an action, `ctx.turn`) that is
    /// the commit of this turn: what the turn does to the state, and that the message is handled, is saved in one, or
    /// neither is. Elsewhere everything is saved that has changed so far.
    ///
    /// The message counts as handled from this call on; awaiting what it returns tells when that is saved. If it cannot
    /// be, because the store fails or the turn is taken back, that is an error, and the message is handed out again.
    /// Nobody who waits for the response gets it before.
    ///
    /// ```
    /// # use callboard::prelude::*;
    /// # #[derive(Default, Serialize, Deserialize)] struct Till { total: u64 }
    /// # #[derive(Serialize, Deserialize)] struct Payment { amount: u64 }
    /// #[actor(queues(Payment -> u64))]
    /// impl Till {
    ///     /// Takes a payment, if there is one.
    ///     #[action]
    ///     fn take(&mut self, ctx: &Ctx<Self>) -> bool {
    ///         let Some(payment) = ctx.queue::<Payment>().try_next() else { return false };
    ///         self.total += payment.body.amount;
    ///         payment.complete(self.total);
    ///         true
    ///     }
    /// }
    /// ```
    #[expect(clippy::needless_pass_by_value, reason = "a response is given away")]
    pub fn complete(self, response: M::Response) -> Completion
    where
        M: QueueOf<A::Contract>,
    {
        complete::<A, M>(self.taken, &response)
    }

    /// Completes the message in a turn of its own, together with what `work` does to the state: exactly once, whatever
    /// fails in between. `work` returns the response.
    ///
    /// It waits for its turn, and until everything is saved. If `work` panics, or what it did cannot be saved, that is
    /// an error, and the message is handed out again. What takes time, or awaits, is best done before, with the
    /// [`body`](Self::body). In an action, which has its turn already, it fails with `actor.deadlock`.
    pub fn complete_with(
        self,
        work: impl FnOnce(&mut A, M) -> M::Response + Send + 'static,
    ) -> impl Future<Output = Result<(), Fault>> + Send
    where
        M: QueueOf<A::Contract>,
    {
        let Self { body, taken } = self;
        let cell = taken.cell();
        // Not in the future: it would be as large as what the work holds.
        let turn = Turn::new(&cell, move |state: &mut A| {
            let response = work(state, body);
            complete::<A, M>(taken, &response)
        });
        async move { turn.run(&cell).await?.await }
    }
}

fn complete<A: Actor, M: QueueOf<A::Contract>>(taken: MessageLease<A>, response: &M::Response) -> Completion {
    let is_empty = TypeId::of::<M::Response>() == TypeId::of::<()>();
    Completion(taken.complete(|format| {
        // Whoever waits hears that it was handled, not why there is nothing to be read about it.
        let response = (!is_empty).then(|| response.encode(format)).transpose();
        response.map_err(|error| Fault::internal(&error))
    }))
}

impl<A: Actor, M> fmt::Debug for QueueMessage<A, M> {
    /// Without its body, which may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueueMessage").field("id", &self.taken.id()).finish_non_exhaustive()
    }
}

/// Tells when it is saved that a message was handled: what [`QueueMessage::complete`] returns.
///
/// In an action it tells nothing and is ready at once: that is saved with the action, whose own answer waits for it.
pub struct Completion(pub(crate) Option<oneshot::Receiver<Result<(), Fault>>>);

impl Future for Completion {
    type Output = Result<(), Fault>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(saved) = &mut self.0 else { return Poll::Ready(Ok(())) };
        let saved = Pin::new(saved).poll(cx);
        saved.map(|saved| saved.unwrap_or_else(|_| Err(faults::service_unavailable())))
    }
}

impl fmt::Debug for Completion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Completion").finish_non_exhaustive()
    }
}
