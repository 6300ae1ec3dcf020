//! The guard around an actor's own code: a panic there, or no end, becomes a fault here.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use pin_project_lite::pin_project;
use tokio::{
    task::coop::{Unconstrained, unconstrained},
    time::{Sleep, sleep},
};
use tracing::Level;

use super::panics::{Code, Name, Running};
use crate::{
    Fault,
    error::faults,
    util::log::{self, Span},
};

/// Runs code of the actor. The actor's state after a panic is the caller's to replace.
#[inline]
pub(in crate::host) fn guarded<T>(what: Code<'_>, code: impl FnOnce() -> T) -> Result<T, Fault> {
    caught(what.name, code).map_err(|panic| what.panics.fault(what.name, &panic))
}

/// The same for whoever logs it: what there is to say of a panic.
#[inline]
pub(in crate::host) fn caught<T>(name: Name, code: impl FnOnce() -> T) -> Result<T, String> {
    timed(|| {
        let _running = Running::begin(name);
        catch_unwind(AssertUnwindSafe(code))
    })
    .map_err(|panic| panicked(&*panic))
}

/// Runs a hook that awaits, for so long at most. A hook that runs out of time stops where it is, and the log says so: its
/// callers did not choose it, and cannot mend it.
pub(in crate::host) fn guarded_hook<T, F: Future<Output = T>>(
    what: Code<'_>,
    limit: Duration,
    code: F,
) -> Guarded<'_, F> {
    let late = |Code { panics, name }: Code<'_>, limit| {
        panics.hook_timed_out(name, limit);
        faults::hook_timed_out(name.1, limit)
    };
    Guarded { what, span: None, limit, late, timer: None, code }
}

/// The same with an action, in this span.
#[inline]
pub(in crate::host) fn guarded_action<'a, T, F: Future<Output = T>>(
    what: Code<'a>,
    span: Option<&'a Span>,
    limit: Duration,
    code: F,
) -> Guarded<'a, F> {
    Guarded { what, span, limit, late: |_, limit| faults::timed_out(limit), timer: None, code }
}

pin_project! {
    /// Code of the actor that awaits, guarded. No `async` block, which would hold the code twice, and move it into itself.
    pub(in crate::host) struct Guarded<'a, F> {
        what: Code<'a>,
        span: Option<&'a Span>,
        limit: Duration,
        late: fn(Code<'_>, Duration) -> Fault,
        timer: Option<Timer>,
        #[pin]
        code: F,
    }
}

impl<T, F: Future<Output = T>> Future for Guarded<'_, F> {
    type Output = Result<T, Fault>;

    #[inline]
    fn poll(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let (what, limit, code) = (*this.what, *this.limit, this.code);
        let _in = this.span.map(Span::enter);
        let polled = timed(|| {
            let _running = Running::begin(what.name);
            catch_unwind(AssertUnwindSafe(|| code.poll(task)))
        });
        match polled {
            Ok(Poll::Pending) => {}
            Ok(Poll::Ready(result)) => return Poll::Ready(Ok(result)),
            Err(panic) => return Poll::Ready(Err(what.panics.fault(what.name, &panicked(&*panic)))),
        }
        poll_limit(this.timer, limit, task).map(|()| Err((this.late)(what, limit)))
    }
}

/// How long code may wait in all.
type Timer = Pin<Box<Unconstrained<Sleep>>>;

/// Looks whether that is over. The timer is made where the code first waits: most never does, and needs none.
fn poll_limit(timer: &mut Option<Timer>, limit: Duration, task: &mut Context<'_>) -> Poll<()> {
    // Unconstrained: code that is always ready to go on uses up what tokio lets a task do at once.
    timer.get_or_insert_with(|| Box::pin(unconstrained(sleep(limit)))).as_mut().poll(task)
}

/// How long the actor's code may go on without awaiting before the log says so.
const LONGEST_HOLD: Duration = Duration::from_secs(1);

/// Runs code of the actor up to where it awaits, and warns if that held the thread for long: whatever else tokio has for
/// that thread waited. Without anybody to be warned, no clock is read.
///
/// The compiler makes this anew for everything that an actor runs, so what does not depend on that is not in it.
#[inline]
fn timed<T>(code: impl FnOnce() -> T) -> T {
    let began = began();
    let result = code();
    if let Some(held) = began.map(|began| began.elapsed()).filter(|held| *held >= LONGEST_HOLD) {
        warn_of(held);
    }
    result
}

/// Now, if there is anybody to be warned: the thread's time, which a test does not stop.
#[inline]
fn began() -> Option<Instant> {
    tracing::enabled!(Level::WARN).then(Instant::now)
}

#[cold]
fn warn_of(held: Duration) {
    log::warn!(
        held_ms = u64::try_from(held.as_millis()).unwrap_or(u64::MAX),
        "an action or a hook held its thread without awaiting; move long work to `tokio::task::spawn_blocking`"
    );
}

fn panicked(panic: &(dyn Any + Send)) -> String {
    let text =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("the actor panicked: {}", text.unwrap_or("with a value that is not a text"))
}
