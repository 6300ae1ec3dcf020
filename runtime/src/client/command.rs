//! What the user's side of a connection asks of its task.

use std::sync::Arc;

use tokio::sync::oneshot;

use super::{
    calls::Pending,
    listener::{Entry, Gate},
    listeners::{ErrorListener, EventListener, StatusListener},
};
use crate::Contract;

/// See the module.
pub(super) enum Command<C: Contract> {
    Call(Pending<C>),
    /// Adds a listener of the event at this place of the table.
    Listen(usize, Entry<EventListener>),
    WatchErrors(Entry<ErrorListener>),
    WatchStatus(Entry<StatusListener>),
    /// Takes a listener of any kind off the list.
    Forget(Arc<Gate>),
    Close(oneshot::Sender<()>),
}
