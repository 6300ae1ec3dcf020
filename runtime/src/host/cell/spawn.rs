//! Where the task of an actor begins.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    task::{Context, Poll, Waker},
};

use crate::{Actor, host::ActorCell, util::task};

/// Runs a task of this actor, on the tokio runtime that the actor runs on. A stop waits for it.
pub(in crate::host) fn spawn<A: Actor>(cell: &ActorCell<A>, task: impl Future<Output = ()> + Send + 'static) {
    task::spawn_in_on(cell.shared().tasks(), cell.sleep_timer().runtime(), task);
}

/// Runs it here up to where it waits, and has it go on in a task from there. It does not end with whoever begins it, nor does
/// its panic reach them.
pub(in crate::host) fn begin<A: Actor>(cell: &ActorCell<A>, task: impl Future<Output = ()> + Send + 'static) {
    let mut task = Box::pin(task);
    let mut context = Context::from_waker(Waker::noop());
    let polled = catch_unwind(AssertUnwindSafe(|| task.as_mut().poll(&mut context)));
    if let Ok(Poll::Pending) = polled {
        spawn(cell, task);
    }
}
