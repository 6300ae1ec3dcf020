//! The guard around an actor's own code: a panic there, or no end, becomes a fault here.

use std::{
    any::Any,
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    task::Poll,
    time::Duration,
};

use futures_util::FutureExt as _;
use tokio::{task::coop::unconstrained, time::sleep};
use tracing::Span;

use crate::{Fault, faults};

/// Runs code of the actor. The actor's state after a panic is the caller's to replace.
pub(super) fn guarded<T>(code: impl FnOnce() -> T) -> Result<T, Fault> {
    catch_unwind(AssertUnwindSafe(code)).map_err(|panic| panicked(&*panic))
}

/// Runs code of the actor that awaits, for so long at most. Code that runs out of time stops where it is.
pub(super) async fn guarded_async<T>(limit: Duration, code: impl Future<Output = T>) -> Result<T, Fault> {
    guarded_async_in(None, limit, code).await
}

/// The same in this span.
pub(super) async fn guarded_async_in<T>(
    span: Option<&Span>,
    limit: Duration,
    code: impl Future<Output = T>,
) -> Result<T, Fault> {
    let mut code = pin!(AssertUnwindSafe(code).catch_unwind());
    // Most code never waits, and needs no timer.
    let mut timer = pin!(None);
    poll_fn(|task| {
        let _in = span.map(Span::enter);
        if let Poll::Ready(result) = code.as_mut().poll(task) {
            return Poll::Ready(result.map_err(|panic| panicked(&*panic)));
        }
        if timer.is_none() {
            // Unconstrained: code that is always ready to go on uses up what tokio lets a task do at once.
            timer.set(Some(unconstrained(sleep(limit))));
        }
        let timer = timer.as_mut().as_pin_mut().expect("it was just made");
        timer.poll(task).map(|()| Err(faults::timed_out(limit)))
    })
    .await
}

fn panicked(panic: &(dyn Any + Send)) -> Fault {
    let text =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    Fault::internal(&format_args!(
        "the actor panicked: {}",
        text.unwrap_or("with a value that is not a text")
    ))
}
