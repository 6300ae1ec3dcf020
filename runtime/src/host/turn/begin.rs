//! Work that begins where it is asked for, and goes on in a task of its own if it has to wait.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use super::call::Respond;
use crate::{
    Actor,
    host::{ActorCell, cell::keep_alive::KeepAliveGuard},
    util::task,
};

/// Runs work up to where it waits, and has it go on in a task of its own; somebody may have to hear of that.
pub(super) fn begin<A: Actor, R: Respond<A>>(
    cell: &Arc<ActorCell<A>>,
    work: impl Future<Output = R::Asked> + Send + 'static,
    goes_on: impl FnOnce(),
) -> R::Asked {
    let mut work: Pin<Box<_>> = Box::pin(work);
    match work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(asked) => asked,
        Poll::Pending => {
            goes_on();
            let (work, asked) = R::go_on(work, KeepAliveGuard::for_call(Arc::clone(cell)));
            task::spawn_in(cell.shared().tasks(), work);
            asked
        }
    }
}
