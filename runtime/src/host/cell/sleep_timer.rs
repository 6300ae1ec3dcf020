//! Sleep timer: one for all actors of a type that run on one tokio runtime, in place of one for each of them.
//!
//! An actor's task says when it is to look again whether it can sleep ([`SleepTimer::set`]), and is woken at that time. Most
//! look when they have been idle for long enough: those that were used since are not woken for that, but entered anew for when
//! they will have been. Times are rounded up to ticks of about a thousandth of the sleep time-out, so that actors that were
//! made together share an entry.
//!
//! The timer has a task as long as somebody is entered. If tokio's runtime is shut down, that task is dropped, and all that
//! are entered hear of it: so those that have no task of their own do too (`dormant.rs`).
//!
//! Locks: the table is locked last, and nobody is woken under it.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Weak,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use parking_lot::Mutex;
use tokio::{runtime::Handle, sync::Notify, time::sleep_until};
use tokio_util::sync::CancellationToken;

use super::last_use::LastUse;
use crate::util::{clock::Clock, task};

/// The sleep timers of a type of actors: one for each tokio runtime.
pub(in crate::host) struct SleepTimers<T> {
    sleep_timeout: Duration,
    /// Those that are in use.
    timers: Mutex<Vec<Weak<SleepTimer<T>>>>,
}

/// The actors of a type on one tokio runtime, by when each is to look whether it can sleep.
pub(in crate::host) struct SleepTimer<T> {
    runtime: Handle,
    tick_ms: u64,
    timeout_ms: u64,
    table: Mutex<Table<T>>,
    /// Told when somebody is to look earlier than all others.
    earlier: Notify,
}

struct Table<T> {
    /// By the end of the tick, in elapsed time.
    ticks: BTreeMap<u64, Vec<Weak<T>>>,
    has_task: bool,
}

/// Somebody who is entered.
pub(in crate::host) trait Sleeper: OnRuntime {
    fn next_look(&self) -> &NextLook;

    /// It is looked whether it was used. Says whether that is to be looked at again a sixteenth of the time-out later: it is
    /// used so often that it is not known exactly when (`LastUse`).
    fn look(&self, _now_ms: u64) -> bool {
        false
    }

    /// When it was used last, in elapsed time.
    fn used_at_ms(&self) -> u64;

    /// Wakes its task, which finds that it is [due](NextLook::take_due).
    fn wake(&self);

    /// It is to look now.
    fn look_now(&self) {
        self.next_look().set_due();
        self.wake();
    }
}

/// What runs on a tokio runtime, whether it has a task there or not.
pub(in crate::host) trait OnRuntime: Send + Sync + 'static {
    /// That runtime is shut down. Called under no lock.
    fn runtime_is_over(self: Arc<Self>);
}

/// What a timer goes by.
pub(in crate::host) trait Timekeeper: Send + Sync + 'static {
    fn clock(&self) -> &Clock;

    /// Cancelled when nobody is to be woken any more.
    fn over(&self) -> &CancellationToken;
}

/// When one of them is to look.
#[derive(Default)]
pub(in crate::host) struct NextLook {
    /// In elapsed time, or [`WHEN_IDLE`](Self::WHEN_IDLE). In the [highest bit](Self::DUE), whether it is to look now.
    at_ms: AtomicU64,
    /// The tick that it is entered at; 0 if it is not.
    tick_ms: AtomicU64,
}

/// When to look.
#[derive(Clone, Copy)]
pub(in crate::host) enum When {
    /// Once it has been idle for long enough; not for a while if it should have been by now.
    Idle,
    In(Duration),
}

impl NextLook {
    const DUE: u64 = 1 << 63;
    const WHEN_IDLE: u64 = Self::DUE - 1;

    /// Whether it is to look now, which is said once.
    pub(in crate::host) fn take_due(&self) -> bool {
        let is_due = |at_ms| at_ms & Self::DUE != 0;
        is_due(self.at_ms.load(Ordering::Relaxed))
            && is_due(self.at_ms.fetch_and(!Self::DUE, Ordering::AcqRel))
    }

    fn set_due(&self) {
        self.at_ms.fetch_or(Self::DUE, Ordering::Release);
    }

    fn at_ms(&self) -> u64 {
        self.at_ms.load(Ordering::Relaxed) & !Self::DUE
    }

    /// Whether it is due stays.
    fn set_at_ms(&self, at_ms: u64) {
        let at_ms = at_ms.min(Self::WHEN_IDLE);
        let set = |before| Some(before & Self::DUE | at_ms);
        let _ = self.at_ms.fetch_update(Ordering::Relaxed, Ordering::Relaxed, set);
    }
}

impl<T: Sleeper> SleepTimers<T> {
    /// For actors that sleep after so long.
    pub(in crate::host) fn new(sleep_timeout: Duration) -> Self {
        Self { sleep_timeout, timers: Mutex::default() }
    }

    /// The timer of this tokio runtime.
    pub(in crate::host) fn of(&self, runtime: &Handle) -> Arc<SleepTimer<T>> {
        let mut timers = self.timers.lock();
        let known = timers.iter().filter_map(Weak::upgrade).find(|timer| timer.runtime.id() == runtime.id());
        known.unwrap_or_else(|| {
            let timer = SleepTimer::new(self.sleep_timeout, runtime.clone());
            timers.retain(|timer| timer.strong_count() > 0);
            timers.push(Arc::downgrade(&timer));
            timer
        })
    }
}

impl<T: Sleeper> SleepTimer<T> {
    fn new(sleep_timeout: Duration, runtime: Handle) -> Arc<Self> {
        let timeout_ms = to_ms(sleep_timeout).max(1);
        Arc::new(Self {
            runtime,
            tick_ms: (timeout_ms / 1024).max(1),
            timeout_ms,
            table: Mutex::new(Table { ticks: BTreeMap::new(), has_task: false }),
            earlier: Notify::new(),
        })
    }

    /// The tokio runtime that its actors run on.
    pub(in crate::host) fn runtime(&self) -> &Handle {
        &self.runtime
    }

    /// It is to look then, and not when it was to look before.
    pub(in crate::host) fn set(
        self: &Arc<Self>,
        sleeper: &Arc<T>,
        when: When,
        keeper: &Arc<impl Timekeeper>,
    ) {
        let now_ms = keeper.clock().elapsed_ms();
        let (wanted_ms, at_ms) = match when {
            When::Idle => (NextLook::WHEN_IDLE, self.idle_at_ms(&**sleeper, now_ms)),
            When::In(wait) => (now_ms.saturating_add(to_ms(wait)), now_ms.saturating_add(to_ms(wait))),
        };
        let mut table = self.table.lock();
        let look = sleeper.next_look();
        look.set_at_ms(wanted_ms);
        let entered_ms = look.tick_ms.load(Ordering::Relaxed);
        if entered_ms != 0 && entered_ms <= at_ms {
            // Then it is seen that it is to look later.
            return;
        }
        let first_ms = table.ticks.keys().next().copied();
        let tick_ms = self.enter(&mut table, Arc::downgrade(sleeper), look, at_ms);
        let begins = !table.has_task && !keeper.over().is_cancelled();
        table.has_task |= begins;
        drop(table);
        if begins {
            task::spawn_on(&self.runtime, run(Running(Some(Arc::clone(self))), Arc::clone(keeper)));
        } else if first_ms.is_none_or(|first_ms| tick_ms < first_ms) {
            self.earlier.notify_one();
        }
    }

    /// When somebody will have been idle for long enough. One that should have been by now is kept awake, and looks again
    /// after an eighth of the time.
    fn idle_at_ms(&self, sleeper: &T, now_ms: u64) -> u64 {
        if sleeper.look(now_ms) {
            return now_ms.saturating_add((self.timeout_ms / u64::from(LastUse::TICKS)).max(1));
        }
        let idle_at_ms = sleeper.used_at_ms().saturating_add(self.timeout_ms);
        idle_at_ms.max(now_ms.saturating_add((self.timeout_ms / 8).max(1)))
    }

    fn enter(&self, table: &mut Table<T>, sleeper: Weak<T>, look: &NextLook, at_ms: u64) -> u64 {
        let tick_ms = at_ms.div_ceil(self.tick_ms).saturating_mul(self.tick_ms);
        look.tick_ms.store(tick_ms, Ordering::Relaxed);
        table.ticks.entry(tick_ms).or_default().push(sleeper);
        tick_ms
    }

    /// Takes out those who are to look now. Gives the next tick too, or lets go of the task if there is none.
    fn take_due(&self, now_ms: u64, running: &mut Running<T>) -> (Vec<Arc<T>>, Option<u64>) {
        let mut due = Vec::new();
        let mut table = self.table.lock();
        while let Some(entry) = table.ticks.first_entry().filter(|entry| *entry.key() <= now_ms) {
            let (tick_ms, sleepers) = entry.remove_entry();
            for weak in sleepers {
                let Some(sleeper) = weak.upgrade() else { continue };
                let look = sleeper.next_look();
                if look.tick_ms.load(Ordering::Relaxed) != tick_ms {
                    // It was entered anew since.
                    continue;
                }
                let at_ms = match look.at_ms() {
                    NextLook::WHEN_IDLE if sleeper.used_at_ms().saturating_add(self.timeout_ms) > now_ms => {
                        self.idle_at_ms(&sleeper, now_ms)
                    }
                    NextLook::WHEN_IDLE => now_ms,
                    at_ms => at_ms,
                };
                if at_ms > now_ms {
                    self.enter(&mut table, weak, look, at_ms);
                } else {
                    look.tick_ms.store(0, Ordering::Relaxed);
                    due.push(sleeper);
                }
            }
        }
        let next_ms = table.ticks.keys().next().copied();
        if next_ms.is_none() {
            table.has_task = false;
            running.0 = None;
        }
        (due, next_ms)
    }
}

/// Wakes whoever is to look, until nobody is entered or the runtime is over.
async fn run<T: Sleeper>(mut running: Running<T>, keeper: Arc<impl Timekeeper>) {
    let Some(timer) = running.0.clone() else { return };
    let mut now_ms = keeper.clock().elapsed_ms();
    loop {
        let (due, next_ms) = timer.take_due(now_ms, &mut running);
        for sleeper in due {
            sleeper.look_now();
        }
        let Some(next_ms) = next_ms else { return };
        tokio::select! {
            () = sleep_until(keeper.clock().instant(next_ms)) => now_ms = next_ms.max(keeper.clock().elapsed_ms()),
            () = timer.earlier.notified() => now_ms = keeper.clock().elapsed_ms(),
            () = keeper.over().cancelled() => return running.end(|sleeper| sleeper.look_now()),
        }
    }
}

/// The task of a timer.
struct Running<T: Sleeper>(Option<Arc<SleepTimer<T>>>);

impl<T: Sleeper> Running<T> {
    /// It runs no more, which whoever is entered is told.
    fn end(&mut self, tell: fn(Arc<T>)) {
        let Some(timer) = self.0.take() else { return };
        let left = {
            let mut table = timer.table.lock();
            table.has_task = false;
            std::mem::take(&mut table.ticks)
        };
        for sleeper in left.into_values().flatten().filter_map(|sleeper| sleeper.upgrade()) {
            sleeper.next_look().tick_ms.store(0, Ordering::Relaxed);
            tell(sleeper);
        }
    }
}

/// It is dropped before its end where tokio's runtime is shut down.
impl<T: Sleeper> Drop for Running<T> {
    fn drop(&mut self) {
        // If it has panicked, they have lost nothing but their timer.
        self.end(if thread::panicking() { |sleeper| sleeper.look_now() } else { T::runtime_is_over });
    }
}

/// Milliseconds, and the rest of one as a whole one: nobody is to look before it can sleep.
fn to_ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros().div_ceil(1_000)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
