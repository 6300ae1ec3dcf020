//! All events of a connection as a stream.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use futures_util::Stream;
use tokio::sync::mpsc;

use super::{
    refusal::Refusal,
    subscription::{ScopedSubscription, Subscription},
};
use crate::Contract;

/// Every event of an actor, from [`Connection::events`](crate::Connection::events): a stream of the generated enum.
///
/// ```no_run
/// # use callboard::{Connection, Contract};
/// # async fn demo<C: Contract>(connection: Connection<C>) {
/// let mut events = connection.events();
/// while let Some(event) = events.next().await {
///     // match event { ChatRoomEvent::MessageReceived(message) => .., .. }
/// }
/// # }
/// ```
pub struct Events<C: Contract> {
    received: mpsc::UnboundedReceiver<C::Event>,
    subscription: ScopedSubscription,
}

impl<C: Contract> Events<C> {
    pub(super) fn new(received: mpsc::UnboundedReceiver<C::Event>, subscription: Subscription) -> Self {
        Self { received, subscription: subscription.scoped() }
    }

    /// Waits until the actor refuses one of the events, without which the stream goes on; `None` once the connection is
    /// closed. See [`Subscription::refused`].
    pub fn refused(&self) -> impl Future<Output = Option<Refusal>> + Send + use<C> {
        self.subscription.refused()
    }

    /// The next event; `None` once the connection is closed.
    pub async fn next(&mut self) -> Option<C::Event> {
        self.received.recv().await
    }

    /// The next event, if it is here already. `None` too once the connection is closed, which [`next`](Self::next) tells.
    pub fn try_next(&mut self) -> Option<C::Event> {
        self.received.try_recv().ok()
    }
}

impl<C: Contract> Stream for Events<C> {
    type Item = C::Event;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<C::Event>> {
        self.get_mut().received.poll_recv(context)
    }
}

impl<C: Contract> fmt::Debug for Events<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").field("actor", &C::NAME).finish_non_exhaustive()
    }
}
