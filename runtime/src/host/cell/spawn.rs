//! Where the task of an actor begins.

use crate::{Actor, host::ActorCell, util::task};

/// Runs a task of this actor, on the tokio runtime that the actor runs on. A stop waits for it.
pub(in crate::host) fn spawn<A: Actor>(cell: &ActorCell<A>, task: impl Future<Output = ()> + Send + 'static) {
    task::spawn_in_on(cell.shared().tasks(), cell.sleep_timer().runtime(), task);
}
