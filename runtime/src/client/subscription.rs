//! What `on` and `once` return: the way to stop listening.

use std::{fmt, sync::Arc};

use super::{listener::ListenerState, refusal::Refusal};

/// A listener that was added to a [`Connection`](crate::Connection).
///
/// Dropping it changes nothing: the listener goes on, as a task goes on whose `JoinHandle` is dropped. It does not
/// keep the connection open either.
///
/// ```no_run
/// # use callboard::{Connection, Contract, EventOf};
/// # fn demo<C: Contract, MessageReceived: EventOf<C>>(connection: Connection<C>) {
/// let subscription = connection.on(|message: MessageReceived| { /* .. */ });
/// subscription.unsubscribe();
///
/// let _until_the_end_of_this_block = connection.on(|message: MessageReceived| { /* .. */ }).scoped();
/// # }
/// ```
pub struct Subscription {
    state: Arc<ListenerState>,
    task: Arc<dyn Unlisten>,
}

impl Subscription {
    pub(super) fn new(state: Arc<ListenerState>, task: Arc<dyn Unlisten>) -> Self {
        Self { state, task }
    }

    /// Stops the listener: no call begins after this one returned, not even for an event that has already arrived.
    /// The last listener of an event also stops the server from sending it. Again is no harm.
    ///
    /// Inside a listener of the same connection it takes effect from the next event on.
    pub fn unsubscribe(&self) {
        self.state.stop();
        self.task.unlisten(&self.state);
    }

    /// Waits until the actor refuses what the listener listens to, which reaches that listener alone: `None` once
    /// that cannot happen any more, because it was stopped or the connection is over. Who is let in waits here, so
    /// wait beside other things. The future does not borrow the subscription.
    ///
    /// Whoever listens with [`on_error`](crate::Connection::on_error) hears of it too.
    ///
    /// ```no_run
    /// # use callboard::{Connection, Contract, EventOf};
    /// # fn demo<C: Contract, Secret: EventOf<C>>(connection: Connection<C>) {
    /// let refused = connection.on(|secret: Secret| { /* .. */ }).refused();
    /// tokio::spawn(async move {
    ///     if let Some(refusal) = refused.await {
    ///         println!("{refusal}"); // refusal.declared::<ChatError>()
    ///     }
    /// });
    /// # }
    /// ```
    pub fn refused(&self) -> impl Future<Output = Option<Refusal>> + Send + use<> {
        let state = Arc::clone(&self.state);
        async move { state.refusals().next().await }
    }

    /// The same listener, stopped when the guard is dropped.
    #[must_use = "the listener is stopped when the guard is dropped"]
    pub fn scoped(self) -> ScopedSubscription {
        ScopedSubscription(self)
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription").finish_non_exhaustive()
    }
}

/// A [`Subscription`] that ends with its scope.
#[derive(Debug)]
#[must_use = "the listener is stopped when the guard is dropped"]
pub struct ScopedSubscription(Subscription);

impl ScopedSubscription {
    /// Waits until the actor refuses what the listener listens to: see [`Subscription::refused`].
    pub fn refused(&self) -> impl Future<Output = Option<Refusal>> + Send + use<> {
        self.0.refused()
    }

    /// Stops the listener now.
    pub fn unsubscribe(&self) {
        self.0.unsubscribe();
    }
}

impl Drop for ScopedSubscription {
    fn drop(&mut self) {
        self.0.unsubscribe();
    }
}

/// The part of a connection's task that a subscription needs, whatever the contract.
pub(super) trait Unlisten: Send + Sync {
    /// Takes the listener off the list.
    fn unlisten(&self, state: &Arc<ListenerState>);
}
