//! How long to wait before the next attempt to connect.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(30);

/// Delays that double from 250 ms to 30 s, each shortened by up to half at random, so that the clients of a server
/// that restarts do not all come back at the same moment.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    attempts: u32,
}

impl Backoff {
    /// The next delay.
    pub(super) fn next(&mut self) -> Duration {
        let full = FIRST.saturating_mul(1 << self.attempts.min(7)).min(LONGEST);
        self.attempts += 1;
        full.mul_f64(1.0 - fastrand::f64() / 2.0)
    }

    /// Starts again at the shortest delay, if a connection was open for at least five seconds.
    ///
    /// After a connection that is lost sooner (the actor refuses it, the server is overloaded) the delays keep
    /// growing.
    pub(super) fn reset_if_stable(&mut self, life: Duration) {
        if life >= Duration::from_secs(5) {
            self.attempts = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_from_a_quarter_second_to_half_a_minute_and_are_jittered() {
        let mut backoff = Backoff::default();
        for full in [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000] {
            let delay = backoff.next().as_millis();
            assert!((full / 2..=full).contains(&delay), "{delay} is not within half of {full}");
        }
    }

    #[test]
    fn only_a_connection_that_lived_resets_the_delays() {
        let mut backoff = Backoff { attempts: 9 };
        backoff.reset_if_stable(Duration::from_secs(1));
        assert!(backoff.next() >= Duration::from_secs(15));
        backoff.reset_if_stable(Duration::from_secs(5));
        assert!(backoff.next() <= FIRST);
    }
}
