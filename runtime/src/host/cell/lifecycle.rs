//! The life cycle of one activation: from its start until nothing of it is left.
//!
//! ```text
//!             start                 close(reason)              last save          released
//!  Starting ────────▶ Running ───────────────────▶ Closing(reason) ───▶ Sealed ──────────────▶ Closed
//!      │                                                                   ▲                      ▲
//!      │ failed, or its task was dropped                                   │                      │
//!      └───────────────────────────────────────────────────────────────────┴──────────────────────┘
//! ```
//!
//! | phase | posts | the actor's code | schedules, own messages |
//! |---|---|---|---|
//! | `Starting` | wait | `#[on_create]`, `#[on_wake]` | yes |
//! | `Running` | run, or wait for their turn | everything | yes |
//! | `Closing` | wait for the next activation, but for those that the end waits for | told to end: hooks, and work that has begun | yes |
//! | `Sealed` | wait for the next activation | gets no turn | refused: nobody would save them |
//! | `Closed` | begin the next activation | none | refused |
//!
//! A phase is never left for an earlier one. What else has to know how far an actor has come asks here: there are no flags
//! beside the phase, except that code can be [told to end](Lifecycle::tell_to_end) while the actor still runs, by a destroy
//! that waits for the turns under way and by a stop of the server.

use std::sync::{
    OnceLock,
    atomic::{AtomicBool, AtomicU8, Ordering, fence},
};

use crate::{Fault, util::rare_notify::RareNotify};

/// How far an activation has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(in crate::host) enum Phase {
    /// Its state is being made or loaded.
    Starting,
    /// It takes what is posted to it.
    Running,
    /// Its end has begun, which nothing takes back.
    Closing,
    /// Everything is saved that will be: nothing of it changes any more.
    Sealed,
    /// Nothing of it is left, and the next activation may begin.
    Closed,
}

/// Why an activation ends.
#[derive(Debug)]
pub(in crate::host) enum Reason {
    /// It was idle for long enough, asked to sleep, or others needed its place.
    Sleep,
    /// The actor is destroyed.
    Destroy,
    /// The server stops.
    Shutdown,
    /// It could not start.
    StartFailed(Fault),
    /// Its task was dropped, with the tokio runtime that ran it.
    Dropped,
}

/// The phase of an activation, and what those hear who wait for the next one.
#[derive(Default)]
pub(in crate::host) struct Lifecycle {
    /// A [`Phase`].
    phase: AtomicU8,
    is_told_to_end: AtomicBool,
    /// Whether the start made the actor. Written before `started` is.
    is_made: AtomicBool,
    /// Whether the start succeeded, or why not.
    started: OnceLock<Result<(), Fault>>,
    /// Told whenever any of these changes: see [`until`](Self::until).
    changed: RareNotify,
}

impl Lifecycle {
    pub(in crate::host) fn phase(&self) -> Phase {
        match self.phase.load(Ordering::Acquire) {
            0 => Phase::Starting,
            1 => Phase::Running,
            2 => Phase::Closing,
            3 => Phase::Sealed,
            _ => Phase::Closed,
        }
    }

    /// Goes on to this phase, unless it is past it.
    pub(in crate::host) fn advance(&self, phase: Phase) {
        self.phase.fetch_max(phase as u8, Ordering::AcqRel);
        self.tell();
    }

    /// The start has ended: it has made the actor, found it, or failed. Only the first result counts.
    pub(in crate::host) fn set_started(&self, result: Result<bool, Fault>) {
        let has_started = result.is_ok();
        // Whoever drops the task comes too late, or before.
        self.started.get_or_init(|| result.map(|is_made| self.is_made.store(is_made, Ordering::Relaxed)));
        if has_started {
            self.advance(Phase::Running);
        } else {
            self.tell();
        }
    }

    /// How the start has ended, if it has: whether it made the actor, or why it failed.
    pub(in crate::host) fn started(&self) -> Option<Result<bool, &Fault>> {
        let started = self.started.get()?;
        Some(started.as_ref().map(|()| self.is_made.load(Ordering::Relaxed)))
    }

    /// Waits until the start has ended. Says whether it made the actor.
    pub(in crate::host) async fn wait_started(&self) -> Result<bool, Fault> {
        loop {
            if let Some(started) = self.started() {
                return started.map_err(Fault::clone);
            }
            self.until(|lifecycle| lifecycle.started.get().is_some()).await;
        }
    }

    /// Tells the code of the actor to end.
    pub(in crate::host) fn tell_to_end(&self) {
        self.is_told_to_end.store(true, Ordering::Release);
        self.tell();
    }

    /// Whether the code of the actor is to end.
    pub(in crate::host) fn is_told_to_end(&self) -> bool {
        self.is_told_to_end.load(Ordering::Acquire) || self.phase() >= Phase::Closing
    }

    /// Waits until the code of the actor is to end.
    pub(in crate::host) async fn told_to_end(&self) {
        self.until(Self::is_told_to_end).await;
    }

    /// Waits until this phase is reached.
    pub(in crate::host) async fn reached(&self, phase: Phase) {
        self.until(|lifecycle| lifecycle.phase() >= phase).await;
    }

    /// Something has changed.
    fn tell(&self) {
        fence(Ordering::SeqCst);
        self.changed.notify_waiters();
    }

    /// Waits until this is so. No lock is needed for what is made with the first who waits: by the fences, either they see
    /// what has changed, or whoever changes it sees them.
    async fn until(&self, is_so: impl Fn(&Self) -> bool) {
        loop {
            if is_so(self) {
                return;
            }
            let changed = self.changed.notified();
            fence(Ordering::SeqCst);
            if is_so(self) {
                return;
            }
            changed.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use super::*;
    use crate::error::faults;

    #[test]
    fn a_phase_is_never_left_for_an_earlier_one() {
        let lifecycle = Lifecycle::default();
        assert_eq!(lifecycle.phase(), Phase::Starting);
        lifecycle.set_started(Ok(true));
        assert_eq!(lifecycle.phase(), Phase::Running);
        lifecycle.advance(Phase::Sealed);
        lifecycle.advance(Phase::Closing);
        lifecycle.set_started(Ok(false));
        assert_eq!(lifecycle.phase(), Phase::Sealed);
        assert_eq!(lifecycle.started(), Some(Ok(true)), "the first result counts");
    }

    #[test]
    fn a_failed_start_never_runs() {
        let lifecycle = Lifecycle::default();
        lifecycle.set_started(Err(faults::actor_not_found()));
        assert_eq!(lifecycle.phase(), Phase::Starting);
    }

    #[test]
    fn code_is_told_to_end_before_or_with_the_end() {
        let told = Lifecycle::default();
        told.tell_to_end();
        assert!(told.is_told_to_end());
        let closing = Lifecycle::default();
        assert!(!closing.is_told_to_end());
        closing.advance(Phase::Closing);
        assert!(closing.is_told_to_end());
    }

    #[tokio::test(start_paused = true)]
    async fn everybody_who_waits_for_a_phase_hears_of_it() {
        let lifecycle = Arc::new(Lifecycle::default());
        let waiting: Vec<_> = [Phase::Closing, Phase::Sealed, Phase::Closed]
            .into_iter()
            .map(|phase| {
                let lifecycle = Arc::clone(&lifecycle);
                tokio::spawn(async move { lifecycle.reached(phase).await })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(1)).await;
        lifecycle.advance(Phase::Closing);
        tokio::time::sleep(Duration::from_millis(1)).await;
        assert!(waiting[0].is_finished() && !waiting[1].is_finished());
        lifecycle.advance(Phase::Closed);
        for waiting in waiting {
            waiting.await.expect("it waits, and ends");
        }
    }
}
