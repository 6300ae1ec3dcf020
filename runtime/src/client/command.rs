//! Commands: what `Connection` and `Subscription` ask of the connection's task.

use std::sync::Arc;

use tokio::sync::oneshot;

use super::{
    calls::PendingCall,
    listener::{Entry, ListenerState},
    listeners::{ErrorListener, EventListener, StatusListener},
};
use crate::Contract;

/// A request of a `Connection` or a `Subscription` to the task.
pub(super) enum Command<C: Contract> {
    Call(PendingCall<C>),
    /// Adds a listener of the event at this place of the table.
    Listen(usize, Entry<EventListener>),
    WatchErrors(Entry<ErrorListener>),
    WatchStatus(Entry<StatusListener>),
    /// Removes a listener of any kind.
    Unlisten(Arc<ListenerState>),
    /// Closes the connection, and drops the sender once it is closed.
    Close(oneshot::Sender<()>),
}
