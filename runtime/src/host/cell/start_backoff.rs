//! Backoff of starts: an actor that fails to start is not tried again for a while, which doubles with each failure in a row.
//!
//! Each step costs the same however many keys have failed: failures that are over are forgotten a few at a time, oldest first.

use std::collections::{HashMap, VecDeque};

use parking_lot::Mutex;

use crate::{
    Fault, Key,
    error::{Code, faults},
    util::{log, shown::shown},
};

/// The actors of a kind that could not start.
#[derive(Default)]
pub(in crate::host) struct StartBackoff(Mutex<Table>);

#[derive(Default)]
struct Table {
    by_key: HashMap<Key, Failures>,
    /// Each failure that is remembered, oldest first.
    order: VecDeque<(Failure, Key)>,
    failures: u64,
}

/// The failures of one key.
struct Failures {
    in_a_row: u32,
    /// In elapsed time.
    until_ms: u64,
    last: Failure,
}

/// A failure, by its number among all, and when it was.
#[derive(Clone, Copy)]
struct Failure {
    number: u64,
    at_ms: u64,
}

impl StartBackoff {
    const FIRST_MS: u64 = 100;
    const LONGEST_MS: u64 = 60_000;
    /// How long a failure is remembered: for the longest pause, and as long again.
    const REMEMBERED_MS: u64 = 2 * Self::LONGEST_MS;
    /// How many failures are remembered. Of more, the oldest are forgotten.
    const MOST: usize = 100_000;

    /// Refuses a start that comes too early after those that failed.
    pub(in crate::host) fn check(&self, key: &Key, elapsed_ms: u64) -> Result<(), Fault> {
        match self.0.lock().by_key.get(key) {
            Some(failures) if elapsed_ms < failures.until_ms => {
                Err(faults::backing_off(failures.in_a_row, failures.until_ms - elapsed_ms))
            }
            _ => Ok(()),
        }
    }

    /// A start failed. What the caller did wrong does not count.
    pub(in crate::host) fn record_failure(&self, key: &Key, fault: &Fault, elapsed_ms: u64) {
        if !fault.has(Code::Internal) && !fault.has(Code::ActionTimedOut) {
            return;
        }
        let (in_a_row, pause) = self.0.lock().add(key, elapsed_ms);
        log::error!(
            key = shown(&key),
            failures = in_a_row,
            pause_ms = pause,
            "actor failed to start; backing off"
        );
    }

    /// The actor has started.
    pub(in crate::host) fn record_start(&self, key: &Key, elapsed_ms: u64) {
        let mut table = self.0.lock();
        // Its failures in the order of all mean nothing without it.
        table.by_key.remove(key);
        table.forget(elapsed_ms);
    }
}

impl Table {
    /// How often the actor has failed in a row, and how long the next start has to wait.
    fn add(&mut self, key: &Key, at_ms: u64) -> (u32, u64) {
        let last = Failure { number: self.failures, at_ms };
        self.failures += 1;
        self.order.push_back((last, key.clone()));
        let failures = self.by_key.entry(key.clone()).or_insert(Failures { in_a_row: 0, until_ms: 0, last });
        failures.in_a_row += 1;
        let pause = StartBackoff::FIRST_MS
            .saturating_mul(1 << failures.in_a_row.min(16))
            .min(StartBackoff::LONGEST_MS);
        (failures.until_ms, failures.last) = (at_ms + pause, last);
        let in_a_row = failures.in_a_row;
        self.forget(at_ms);
        (in_a_row, pause)
    }

    /// Forgets two failures that are over, so that there are fewer of them after each that is added.
    fn forget(&mut self, now_ms: u64) {
        for _ in 0..2 {
            let Some((oldest, _)) = self.order.front() else { return };
            if self.order.len() <= StartBackoff::MOST && oldest.at_ms + StartBackoff::REMEMBERED_MS > now_ms {
                return;
            }
            let Some((oldest, key)) = self.order.pop_front() else { return };
            // One that has failed since is remembered by that.
            if self.by_key.get(&key).is_some_and(|failures| failures.last.number == oldest.number) {
                self.by_key.remove(&key);
            }
        }
        if self.order.len() < self.order.capacity() / 4 {
            self.order.shrink_to(2 * self.order.len());
            self.by_key.shrink_to(2 * self.by_key.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed() -> Fault {
        Fault::internal(&"it broke")
    }

    fn key(number: usize) -> Key {
        Key::from(number.to_string())
    }

    fn remembered(backoff: &StartBackoff) -> (usize, usize) {
        let table = backoff.0.lock();
        (table.by_key.len(), table.order.len())
    }

    #[test]
    fn each_failure_in_a_row_doubles_the_pause_and_a_start_ends_that() {
        let (backoff, key) = (StartBackoff::default(), key(1));
        let mut now = 0;
        for pause in [200, 400, 800, 1_600] {
            backoff.record_failure(&key, &failed(), now);
            assert!(backoff.check(&key, now + pause - 1).is_err(), "{pause}");
            assert!(backoff.check(&key, now + pause).is_ok(), "{pause}");
            now += pause;
        }
        backoff.record_start(&key, now);
        backoff.record_failure(&key, &failed(), now);
        assert!(backoff.check(&key, now + 200).is_ok(), "the first again");
    }

    #[test]
    fn what_a_failure_costs_does_not_grow_with_the_keys_that_have_failed() {
        let backoff = StartBackoff::default();
        for number in 0..60_000 {
            backoff.record_failure(&key(number), &failed(), 0);
        }
        assert_eq!(remembered(&backoff), (60_000, 60_000), "none is over");
        // Then each failure forgets two of them, however many there are.
        for number in 0..10 {
            backoff.record_failure(&key(100_000 + number), &failed(), StartBackoff::REMEMBERED_MS);
        }
        assert_eq!(remembered(&backoff), (60_000 - 10, 60_000 - 10));
    }

    #[test]
    fn an_actor_that_fails_again_is_remembered_from_then_on() {
        let backoff = StartBackoff::default();
        backoff.record_failure(&key(1), &failed(), 0);
        backoff.record_failure(&key(1), &failed(), StartBackoff::REMEMBERED_MS - 1);
        backoff.record_failure(&key(2), &failed(), StartBackoff::REMEMBERED_MS + 1);
        assert_eq!(remembered(&backoff), (2, 2));
        assert!(backoff.check(&key(1), StartBackoff::REMEMBERED_MS + 1).is_err());
    }

    #[test]
    fn so_many_failures_are_remembered_and_the_oldest_forgotten() {
        let backoff = StartBackoff::default();
        for number in 0..StartBackoff::MOST + 1_000 {
            backoff.record_failure(&key(number), &failed(), 0);
        }
        assert_eq!(remembered(&backoff), (StartBackoff::MOST, StartBackoff::MOST));
        assert!(backoff.check(&key(0), 0).is_ok() && backoff.check(&key(1_000), 0).is_err());
    }
}
