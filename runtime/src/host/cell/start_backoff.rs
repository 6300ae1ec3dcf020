//! Setbacks: actors that fail at every start are left alone for a while, longer each time.
//!
//! Each step costs the same however many keys have failed: what is over is forgotten a few at a time, oldest first.

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
    by_key: HashMap<Key, Setback>,
    /// Each failure that is remembered, oldest first.
    order: VecDeque<(Failure, Key)>,
    failures: u64,
}

struct Setback {
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
            Some(setback) if elapsed_ms < setback.until_ms => {
                Err(faults::backing_off(setback.in_a_row, setback.until_ms - elapsed_ms))
            }
            _ => Ok(()),
        }
    }

    /// A start failed. What the caller did wrong is no setback.
    pub(in crate::host) fn note(&self, key: &Key, fault: &Fault, elapsed_ms: u64) {
        if !fault.has(Code::Internal) && !fault.has(Code::ActionTimedOut) {
            return;
        }
        let (in_a_row, pause) = self.0.lock().add(key, elapsed_ms);
        log::error!(
            key = shown(&key),
            failures = in_a_row,
            pause_ms = pause,
            "an actor cannot start; it is left alone"
        );
    }

    /// The actor has started.
    pub(in crate::host) fn clear(&self, key: &Key, elapsed_ms: u64) {
        let mut table = self.0.lock();
        // Its failures in the order of all mean nothing without it.
        table.by_key.remove(key);
        table.forget(elapsed_ms);
    }
}

impl Table {
    /// How often the actor has failed in a row, and for how long it is left alone.
    fn add(&mut self, key: &Key, at_ms: u64) -> (u32, u64) {
        let last = Failure { number: self.failures, at_ms };
        self.failures += 1;
        self.order.push_back((last, key.clone()));
        let setback = self.by_key.entry(key.clone()).or_insert(Setback { in_a_row: 0, until_ms: 0, last });
        setback.in_a_row += 1;
        let pause = StartBackoff::FIRST_MS
            .saturating_mul(1 << setback.in_a_row.min(16))
            .min(StartBackoff::LONGEST_MS);
        (setback.until_ms, setback.last) = (at_ms + pause, last);
        let in_a_row = setback.in_a_row;
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
            if self.by_key.get(&key).is_some_and(|setback| setback.last.number == oldest.number) {
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

    fn remembered(setbacks: &StartBackoff) -> (usize, usize) {
        let table = setbacks.0.lock();
        (table.by_key.len(), table.order.len())
    }

    #[test]
    fn each_failure_in_a_row_doubles_the_pause_and_a_start_ends_that() {
        let (setbacks, key) = (StartBackoff::default(), key(1));
        let mut now = 0;
        for pause in [200, 400, 800, 1_600] {
            setbacks.note(&key, &failed(), now);
            assert!(setbacks.check(&key, now + pause - 1).is_err(), "{pause}");
            assert!(setbacks.check(&key, now + pause).is_ok(), "{pause}");
            now += pause;
        }
        setbacks.clear(&key, now);
        setbacks.note(&key, &failed(), now);
        assert!(setbacks.check(&key, now + 200).is_ok(), "the first again");
    }

    #[test]
    fn what_a_failure_costs_does_not_grow_with_the_keys_that_have_failed() {
        let setbacks = StartBackoff::default();
        for number in 0..60_000 {
            setbacks.note(&key(number), &failed(), 0);
        }
        assert_eq!(remembered(&setbacks), (60_000, 60_000), "none is over");
        // Then each failure forgets two of them, however many there are.
        for number in 0..10 {
            setbacks.note(&key(100_000 + number), &failed(), StartBackoff::REMEMBERED_MS);
        }
        assert_eq!(remembered(&setbacks), (60_000 - 10, 60_000 - 10));
    }

    #[test]
    fn an_actor_that_fails_again_is_remembered_from_then_on() {
        let setbacks = StartBackoff::default();
        setbacks.note(&key(1), &failed(), 0);
        setbacks.note(&key(1), &failed(), StartBackoff::REMEMBERED_MS - 1);
        setbacks.note(&key(2), &failed(), StartBackoff::REMEMBERED_MS + 1);
        assert_eq!(remembered(&setbacks), (2, 2));
        assert!(setbacks.check(&key(1), StartBackoff::REMEMBERED_MS + 1).is_err());
    }

    #[test]
    fn so_many_failures_are_remembered_and_the_oldest_forgotten() {
        let setbacks = StartBackoff::default();
        for number in 0..StartBackoff::MOST + 1_000 {
            setbacks.note(&key(number), &failed(), 0);
        }
        assert_eq!(remembered(&setbacks), (StartBackoff::MOST, StartBackoff::MOST));
        assert!(setbacks.check(&key(0), 0).is_ok() && setbacks.check(&key(1_000), 0).is_err());
    }
}
