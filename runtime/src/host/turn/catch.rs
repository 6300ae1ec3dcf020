//! The guard around an actor's own code: a panic there, or no end, becomes a fault here.

use std::{
    any::Any,
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    task::Poll,
    time::{Duration, Instant},
};

use futures_util::FutureExt as _;
use tokio::{task::coop::unconstrained, time::sleep};
use tracing::Level;

use super::panics::{Code, Name, Running};
use crate::{
    Fault,
    error::faults,
    util::log::{self, Span},
};

/// Runs code of the actor. The actor's state after a panic is the caller's to replace.
pub(in crate::host) fn guarded<T>(what: Code<'_>, code: impl FnOnce() -> T) -> Result<T, Fault> {
    caught(what.name, code).map_err(|panic| what.panics.fault(what.name, &panic))
}

/// The same for whoever logs it: what there is to say of a panic.
pub(in crate::host) fn caught<T>(name: Name, code: impl FnOnce() -> T) -> Result<T, String> {
    timed(|| {
        let _running = Running::begin(name);
        catch_unwind(AssertUnwindSafe(code))
    })
    .map_err(|panic| panicked(&*panic))
}

/// Runs a hook that awaits, for so long at most. A hook that runs out of time stops where it is, and the log says so: its
/// callers did not choose it, and cannot mend it.
pub(in crate::host) async fn guarded_hook<T>(
    what: Code<'_>,
    limit: Duration,
    code: impl Future<Output = T>,
) -> Result<T, Fault> {
    let late = |Code { panics, name }: Code<'_>, limit| {
        panics.hook_timed_out(name, limit);
        faults::hook_timed_out(name.1, limit)
    };
    guarded_async(what, None, (limit, late), code).await
}

/// The same with an action, in this span.
pub(in crate::host) async fn guarded_action<T>(
    what: Code<'_>,
    span: Option<&Span>,
    limit: Duration,
    code: impl Future<Output = T>,
) -> Result<T, Fault> {
    guarded_async(what, span, (limit, |_, limit| faults::timed_out(limit)), code).await
}

async fn guarded_async<T>(
    what: Code<'_>,
    span: Option<&Span>,
    (limit, late): (Duration, fn(Code<'_>, Duration) -> Fault),
    code: impl Future<Output = T>,
) -> Result<T, Fault> {
    let mut code = pin!(AssertUnwindSafe(code).catch_unwind());
    // Most code never waits, and needs no timer.
    let mut timer = pin!(None);
    poll_fn(|task| {
        let _in = span.map(Span::enter);
        let polled = timed(|| {
            let _running = Running::begin(what.name);
            code.as_mut().poll(task)
        });
        if let Poll::Ready(result) = polled {
            return Poll::Ready(result.map_err(|panic| what.panics.fault(what.name, &panicked(&*panic))));
        }
        if timer.is_none() {
            // Unconstrained: code that is always ready to go on uses up what tokio lets a task do at once.
            timer.set(Some(unconstrained(sleep(limit))));
        }
        let timer = timer.as_mut().as_pin_mut().expect("it was just made");
        timer.poll(task).map(|()| Err(late(what, limit)))
    })
    .await
}

/// How long the actor's code may go on without awaiting before the log says so.
const LONGEST_HOLD: Duration = Duration::from_secs(1);

/// Runs code of the actor up to where it awaits, and warns if that held the thread for long: whatever else tokio has for
/// that thread waited. Without anybody to be warned, no clock is read.
fn timed<T>(code: impl FnOnce() -> T) -> T {
    if !tracing::enabled!(Level::WARN) {
        return code();
    }
    // The thread's time, which a test does not stop.
    let began = Instant::now();
    let result = code();
    let held = began.elapsed();
    if held >= LONGEST_HOLD {
        log::warn!(
            held_ms = u64::try_from(held.as_millis()).unwrap_or(u64::MAX),
            "an action or a hook held its thread without awaiting; move long work to `tokio::task::spawn_blocking`"
        );
    }
    result
}

fn panicked(panic: &(dyn Any + Send)) -> String {
    let text =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("the actor panicked: {}", text.unwrap_or("with a value that is not a text"))
}
