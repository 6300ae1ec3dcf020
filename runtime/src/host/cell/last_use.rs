//! When an actor was used last: never earlier than it was, and at most a tick later.
//!
//! To read a clock costs as much as half of a short call. So an actor that is called often is not timed at each call: calls
//! leave a mark, and the actor's task looks for that at its ticks, a sixteenth of the sleep time-out apart. An actor that is
//! called seldom is timed at each call, and its task has no ticks.

use std::sync::atomic::{AtomicU64, Ordering};

/// When an actor was used last, in elapsed time: that time, and in the lowest byte a state. That is the number of uses since
/// the task has looked, up to [`MANY`](Self::MANY), or one of those above that.
#[derive(Debug, Default)]
pub(in crate::host) struct LastUse(AtomicU64);

impl LastUse {
    /// After this many uses between two looks the actor is one that is called often.
    const MANY: u64 = 32;
    /// It is called often, and its task is to begin to tick.
    const WANTS_TICKS: u64 = 253;
    /// Its task ticks, and it was not used since the last tick.
    const UNUSED: u64 = 254;
    /// Its task ticks, and it was used.
    const USED: u64 = 255;
    const STATE: u64 = 255;
    /// How many ticks there are in a sleep time-out.
    pub(in crate::host) const TICKS: u32 = 16;

    /// It is used. Says whether its task is to be told that it is to tick from now on.
    // Not read, changed and written in one step: a use that is not counted is only one that is timed more exactly.
    #[inline]
    pub(in crate::host) fn mark(&self, now_ms: impl FnOnce() -> u64) -> bool {
        match self.0.load(Ordering::Relaxed) & Self::STATE {
            Self::USED => false,
            Self::UNUSED => {
                self.0.fetch_or(Self::USED, Ordering::Release);
                false
            }
            uses => self.mark_timed(uses, now_ms()),
        }
    }

    #[cold]
    fn mark_timed(&self, uses: u64, now_ms: u64) -> bool {
        let is_many = uses != Self::WANTS_TICKS && uses + 1 >= Self::MANY;
        let state = if uses == Self::WANTS_TICKS || is_many { Self::WANTS_TICKS } else { uses + 1 };
        self.0.store(Self::at(now_ms, state), Ordering::Release);
        is_many
    }

    /// The task looks. Says whether it is to look again a tick later, whatever it does until then.
    pub(in crate::host) fn look(&self, now_ms: u64) -> bool {
        let look = |last| {
            Some(match last & Self::STATE {
                // The task ticks: a use that comes after this is seen at the next one.
                Self::USED => Self::at(now_ms, Self::UNUSED),
                Self::WANTS_TICKS => last & !Self::STATE | Self::UNUSED,
                _ => last & !Self::STATE,
            })
        };
        // In one step: a use that comes meanwhile must not lose its time.
        let (Ok(before) | Err(before)) = self.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, look);
        matches!(before & Self::STATE, Self::USED | Self::WANTS_TICKS)
    }

    /// Whether the task is to begin to tick.
    pub(in crate::host) fn wants_ticks(&self) -> bool {
        self.0.load(Ordering::Relaxed) & Self::STATE == Self::WANTS_TICKS
    }

    /// When it was used last, as far as is known by now.
    pub(in crate::host) fn at_ms(&self, now_ms: impl FnOnce() -> u64) -> u64 {
        let last = self.0.load(Ordering::Acquire);
        if last & Self::STATE == Self::USED { now_ms() } else { last >> Self::STATE.count_ones() }
    }

    fn at(ms: u64, state: u64) -> u64 {
        ms << Self::STATE.count_ones() | state
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn use_at(last: &LastUse, ms: u64) -> bool {
        last.mark(|| ms)
    }

    #[test]
    fn an_actor_that_is_called_seldom_is_timed_at_each_call() {
        let last = LastUse::default();
        for ms in 1..10 {
            assert!(!use_at(&last, ms));
            assert_eq!(last.at_ms(|| 1_000), ms);
        }
        assert!(!last.look(20), "it needs no ticks");
        assert_eq!(last.at_ms(|| 1_000), 9);
    }

    #[test]
    fn an_actor_that_is_called_often_is_timed_by_its_ticks() {
        let last = LastUse::default();
        let told = (0..100).filter(|&ms| use_at(&last, ms)).count();
        assert_eq!(told, 1, "its task is told once");
        assert!(last.wants_ticks());
        assert_eq!(last.at_ms(|| 1_000), 99, "it is timed up to the first tick");
        assert!(last.look(100));
        assert!(!last.mark(|| unreachable!("no clock is read")));
        assert_eq!(last.at_ms(|| 150), 150, "never earlier than it was");
        assert!(last.look(200), "it was used, and may be again");
        assert_eq!(last.at_ms(|| 1_000), 200);
        assert!(!last.look(300), "it was not");
        assert_eq!(last.at_ms(|| 1_000), 200);
        assert!(!use_at(&last, 301));
        assert_eq!(last.at_ms(|| 1_000), 301);
    }
}
