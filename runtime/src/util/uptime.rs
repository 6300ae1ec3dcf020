//! Uptime: how long this process has run, without the time in which it was stopped.
//!
//! A process that is frozen (`SIGSTOP`, a debugger, a suspended virtual machine, blocked workers) hears no client,
//! while the clock goes on. A task beats twice a second. Where it did not, nothing else has run either, so that time
//! counts as nobody's silence. The first question after such a gap notes it, since all timers are late together, in
//! any order.

use std::{collections::VecDeque, future::Future, time::Duration};

use super::log;
use parking_lot::Mutex;
use tokio::time::{Instant, sleep};

/// When this process has run.
#[derive(Debug, Default)]
pub(crate) struct Uptime(Mutex<Beats>);

#[derive(Debug, Default)]
struct Beats {
    /// The last moment at which it is known to run; `None` while nothing beats, so that gaps would mean nothing.
    last: Option<Instant>,
    /// Times in which it did not run, oldest first.
    gaps: VecDeque<Gap>,
}

#[derive(Debug)]
struct Gap {
    from: Instant,
    to: Instant,
}

/// The limit of a wait is over.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TimedOut;

impl Uptime {
    const BEAT: Duration = Duration::from_millis(500);
    /// What is no gap yet: a busy machine is late too.
    const LATE: Duration = Duration::from_secs(2);
    /// How many gaps are remembered; before the oldest, it is taken to have run all the time.
    const GAPS: usize = 64;

    /// Beats for ever. Without this, it is taken to run all the time.
    pub(crate) async fn beat(&self) {
        let _beating = Beating(self);
        self.0.lock().last = Some(Instant::now());
        loop {
            sleep(Self::BEAT).await;
            self.note(Instant::now());
        }
    }

    /// The last moment at which it is known to run, if anything beats.
    pub(crate) fn last_beat(&self) -> Option<Instant> {
        self.0.lock().last
    }

    /// How long it has run since then.
    pub(crate) fn since(&self, from: Instant) -> Duration {
        let now = Instant::now();
        self.note(now);
        let beats = self.0.lock();
        let missed: Duration =
            beats.gaps.iter().map(|gap| gap.to.saturating_duration_since(gap.from.max(from))).sum();
        now.saturating_duration_since(from).saturating_sub(missed)
    }

    /// When it will have run for `limit` since `from`, if it goes on running.
    pub(crate) fn deadline(&self, from: Instant, limit: Duration) -> Instant {
        Instant::now() + limit.saturating_sub(self.since(from))
    }

    /// Waits until it has run for `limit` since `from`.
    pub(crate) async fn sleep(&self, from: Instant, limit: Duration) {
        while let Some(rest) = limit.checked_sub(self.since(from)).filter(|rest| !rest.is_zero()) {
            sleep(rest).await;
        }
    }

    /// What comes of `future`, unless this has run for `limit` before.
    pub(crate) async fn timeout<F: Future>(&self, limit: Duration, future: F) -> Result<F::Output, TimedOut> {
        let began = Instant::now();
        tokio::select! {
            biased;
            output = future => Ok(output),
            () = self.sleep(began, limit) => Err(TimedOut),
        }
    }

    fn note(&self, now: Instant) {
        let missed = self.0.lock().note(now);
        if let Some(missed) = missed {
            let seconds = missed.as_secs();
            log::warn!(
                seconds,
                "the process did not run for a while; time-outs of clients are extended by that time"
            );
        }
    }
}

impl Beats {
    /// It runs. Gives how long it did not before, if that is a gap.
    fn note(&mut self, now: Instant) -> Option<Duration> {
        let from = self.last.replace(now.max(self.last?))?;
        let missed = now.saturating_duration_since(from);
        if missed < Uptime::LATE {
            return None;
        }
        if self.gaps.len() == Uptime::GAPS {
            self.gaps.pop_front();
        }
        self.gaps.push_back(Gap { from, to: now });
        Some(missed)
    }
}

/// Forgets the last beat when the task that beats is dropped.
struct Beating<'a>(&'a Uptime);

impl Drop for Beating<'_> {
    fn drop(&mut self) {
        self.0.0.lock().last = None;
    }
}

#[cfg(test)]
impl Uptime {
    /// That of a process that runs now.
    pub(crate) async fn beating() -> std::sync::Arc<Self> {
        let uptime = std::sync::Arc::new(Self::default());
        let beating = std::sync::Arc::clone(&uptime);
        tokio::spawn(async move { beating.beat().await });
        tokio::task::yield_now().await;
        uptime
    }
}

#[cfg(test)]
mod tests {
    use std::{future::pending, sync::Arc};

    use tokio::time::advance;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn time_in_which_nothing_ran_does_not_count() {
        let (uptime, began) = (Uptime::beating().await, Instant::now());
        sleep(Duration::from_secs(10)).await;
        assert_eq!(uptime.since(began), Duration::from_secs(10));
        // As a frozen process finds the clock when it goes on.
        advance(Duration::from_mins(1)).await;
        assert_eq!(uptime.since(began).as_secs(), 10);
        sleep(Duration::from_secs(5)).await;
        assert_eq!(uptime.since(began).as_secs(), 15);
        advance(Duration::from_secs(3)).await;
        assert_eq!(uptime.since(began).as_secs(), 15, "each time");
        assert_eq!(uptime.since(Instant::now()), Duration::ZERO);
        advance(Duration::from_secs(1)).await;
        assert_eq!(uptime.since(began).as_secs(), 16, "a machine may be busy for a moment");
    }

    #[tokio::test(start_paused = true)]
    async fn a_limit_is_over_once_the_process_has_run_for_it() {
        let uptime = Uptime::beating().await;
        let waiting = {
            let uptime = Arc::clone(&uptime);
            tokio::spawn(async move { uptime.timeout(Duration::from_secs(30), pending::<()>()).await })
        };
        sleep(Duration::from_secs(10)).await;
        advance(Duration::from_hours(1)).await;
        sleep(Duration::from_secs(19)).await;
        assert!(!waiting.is_finished());
        sleep(Duration::from_secs(2)).await;
        assert!(waiting.is_finished());
        assert_eq!(waiting.await.expect("it ends"), Err(TimedOut));
    }

    #[tokio::test(start_paused = true)]
    async fn where_nothing_beats_all_time_counts() {
        let (uptime, began) = (Uptime::default(), Instant::now());
        advance(Duration::from_mins(1)).await;
        assert_eq!(uptime.since(began), Duration::from_mins(1));
    }
}
