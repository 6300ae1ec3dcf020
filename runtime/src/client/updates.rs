//! All events of a connection, and what becomes of it meanwhile, as one stream.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use futures_util::Stream;
use tokio::sync::mpsc;

use super::{
    status::{ConnectionError, Status},
    subscription::{ScopedSubscription, Subscription},
};
use crate::Contract;

/// Every event of an actor, and what becomes of the connection meanwhile, from
/// [`Connection::updates`](crate::Connection::updates).
///
/// It ends once the connection is closed, after what that was.
///
/// ```no_run
/// # use callboard::{Connection, Contract, client::{Status, Update}};
/// # async fn demo<C: Contract>(connection: Connection<C>) {
/// let mut updates = connection.updates();
/// while let Some(update) = updates.next().await {
///     match update {
///         Update::Event(event) => drop(event), // match event { ChatRoomEvent::MessageReceived(message) => .., .. }
///         Update::Status(Status::Disconnected) => println!("lost: what is sent now is missing"),
///         Update::Status(Status::Connected) => println!("here, for the first time or again"),
///         Update::Status(_) => {}
///         Update::Error(error) => println!("{error}"),
///     }
/// }
/// # }
/// ```
pub struct Updates<C: Contract> {
    received: mpsc::UnboundedReceiver<Update<C::Event>>,
    _subscription: ScopedSubscription,
}

/// One of [`Updates`].
#[derive(Debug, Clone, PartialEq)]
pub enum Update<E> {
    /// The actor sent an event.
    Event(E),
    /// The connection has another status: it is open, lost, or tried again.
    Status(Status),
    /// Something went wrong, and [`Connection::on_error`](crate::Connection::on_error) is told the same.
    Error(ConnectionError),
}

impl<C: Contract> Updates<C> {
    pub(super) fn new(
        received: mpsc::UnboundedReceiver<Update<C::Event>>,
        subscription: Subscription,
    ) -> Self {
        Self { received, _subscription: subscription.scoped() }
    }

    /// The next of them; `None` once the connection is closed.
    pub async fn next(&mut self) -> Option<Update<C::Event>> {
        self.received.recv().await
    }

    /// The next of them, if it is here already. `None` too once the connection is closed, which [`next`](Self::next)
    /// tells.
    pub fn try_next(&mut self) -> Option<Update<C::Event>> {
        self.received.try_recv().ok()
    }
}

impl<C: Contract> Stream for Updates<C> {
    type Item = Update<C::Event>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().received.poll_recv(context)
    }
}

impl<C: Contract> fmt::Debug for Updates<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Updates").field("actor", &C::NAME).finish_non_exhaustive()
    }
}
