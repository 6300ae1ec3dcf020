//! Panics of the user's code: the first of each action is told in full, and those that follow are counted.
//!
//! Whoever can call an action that panics can do so thousands of times a second. Two things tell of a panic: our line in the
//! log, and what the process's panic hook prints, which with backtraces is some 20 kB. So each piece of code has a name, as
//! [`Code`], and
//!
//! - of the panics of one piece, the log has the first, then at most one each ten seconds, with how many there were since.
//!   The callers of those in between get the id of the line before, so that every id of an error is in the log;
//! - [`summarize_panics`] puts a hook before the one there is, which hears of the first panic at each place of one piece, and
//!   of all panics elsewhere.

use std::{
    cell::Cell,
    collections::{HashMap, HashSet},
    panic::{self, PanicHookInfo},
    sync::{LazyLock, Once},
    time::Duration,
};

use parking_lot::Mutex;
use tokio::time::Instant;
use uuid::Uuid;

use crate::{Fault, util::log};

/// A piece of the user's code that runs: an action, or a hook.
#[derive(Clone, Copy)]
pub(in crate::host) struct Code<'a> {
    pub(in crate::host) panics: &'a Panics,
    pub(in crate::host) name: Name,
}

/// The actor's name, and that of the action or hook.
pub(in crate::host) type Name = (&'static str, &'static str);

/// What the log was told of panics.
#[derive(Debug, Default)]
pub(crate) struct Panics {
    panics: Mutex<HashMap<Name, Told>>,
    /// Hooks that ran out of time: whoever comes can have one do so.
    timeouts: Mutex<HashMap<Name, Told>>,
}

/// What it was told last of one piece of code.
#[derive(Debug)]
struct Told {
    at: Instant,
    /// The id in that line.
    id: String,
    /// Panics since then.
    untold: u64,
}

impl Panics {
    const PAUSE: Duration = Duration::from_secs(10);

    /// The fault of a call whose code panicked with this text.
    pub(in crate::host) fn fault(&self, name: Name, text: &str) -> Fault {
        let (id, before) = note(&self.panics, name);
        match before {
            None => {}
            Some(0) => Fault::log_internal(&id, text),
            Some(before) => Fault::log_internal(
                &id,
                &format_args!("{text} (and {before} times since that was last told)"),
            ),
        }
        Fault::internal_with(&id)
    }

    /// Tells of a hook that has run out of time, as seldom as of panics.
    pub(in crate::host) fn hook_timed_out(&self, name: Name, limit: Duration) {
        let (_, Some(before)) = note(&self.timeouts, name) else { return };
        let (actor, hook) = name;
        let limit_ms = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
        log::warn!(
            actor,
            hook,
            limit_ms,
            before,
            "a hook did not end in time; it was stopped where it awaits"
        );
    }
}

/// The id of the line that tells of this; if that is still to be written, how many there were before it that no line tells of.
fn note(all: &Mutex<HashMap<Name, Told>>, name: Name) -> (String, Option<u64>) {
    let now = Instant::now();
    let mut all = all.lock();
    let before = all.get_mut(&name);
    let untold = before.as_ref().map_or(0, |told| told.untold);
    if let Some(told) = before.filter(|told| now.saturating_duration_since(told.at) < Panics::PAUSE) {
        told.untold += 1;
        return (told.id.clone(), None);
    }
    let id = Uuid::now_v7().to_string();
    all.insert(name, Told { at: now, id: id.clone(), untold: 0 });
    (id, Some(untold))
}

thread_local! {
    /// The code that this thread runs now.
    static RUNNING: Cell<Option<Name>> = const { Cell::new(None) };
}

/// Names the code that a thread runs, until it is dropped.
pub(in crate::host) struct Running(Option<Name>);

impl Running {
    #[inline]
    pub(in crate::host) fn begin(name: Name) -> Self {
        Self(RUNNING.replace(Some(name)))
    }
}

impl Drop for Running {
    #[inline]
    fn drop(&mut self) {
        RUNNING.set(self.0);
    }
}

/// Has the panic hook of this process hear of the first panic at each place of an action or hook, not of each: what it prints,
/// with a backtrace some 20 kB, could be asked for by whoever can call the action. The log still tells of them, summarised
/// (see [`observability`](crate::observability)), and panics of other code are the hook's as before.
///
/// [`Registry::serve`](crate::Registry::serve) and [`serve_listener`](crate::Registry::serve_listener) do it; an app that
/// serves [`Registry::router`](crate::Registry::router) may call this itself. Once is enough, and more do nothing.
/// A hook that is set before it stays, behind it; one that is set after it takes its place, and hears of everything.
///
/// # Panics
///
/// In a thread that is panicking, as [`std::panic::set_hook`] does.
pub fn summarize_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if is_news(info) {
                before(info);
            }
        }));
    });
}

/// Where code has panicked before: file, line, column.
type Heard = HashSet<(Name, Option<(String, u32, u32)>)>;

fn is_news(info: &PanicHookInfo<'_>) -> bool {
    static HEARD: LazyLock<Mutex<Heard>> = LazyLock::new(Mutex::default);
    // There may be none any more, in a thread that ends.
    let Some(name) = RUNNING.try_with(Cell::get).ok().flatten() else { return true };
    let place = info.location().map(|at| (at.file().to_owned(), at.line(), at.column()));
    HEARD.lock().insert((name, place))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RING: Name = ("bell", "ring");

    #[tokio::test(start_paused = true)]
    async fn the_first_panic_of_an_action_is_told_and_then_one_each_ten_seconds() {
        let panics = Panics::default();
        let id = |name| panics.fault(name, "a crack").error_id().expect("it has one").to_owned();
        let first = id(RING);
        assert_eq!((id(RING), id(RING)), (first.clone(), first.clone()), "the id is that of the line");
        let other = id(("bell", "toll"));
        assert_ne!(other, first, "each action has a line of its own");
        assert_ne!(id(("gong", "ring")), first);
        tokio::time::advance(Duration::from_millis(9_999)).await;
        assert_eq!(id(RING), first);
        tokio::time::advance(Duration::from_millis(1)).await;
        assert_eq!(note(&panics.panics, RING).1, Some(3), "those that no line has told of are counted");
        assert_ne!(id(RING), first);
    }

    #[test]
    fn code_that_runs_inside_of_other_code_has_its_own_name() {
        let outer = Running::begin(RING);
        let inner = Running::begin(("gong", "ring"));
        assert_eq!(RUNNING.get(), Some(("gong", "ring")));
        drop(inner);
        assert_eq!(RUNNING.get(), Some(RING));
        drop(outer);
        assert_eq!(RUNNING.get(), None);
    }
}
