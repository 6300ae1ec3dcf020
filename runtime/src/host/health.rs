//! Health: whether a process can take calls, as it says itself.

use tokio::time::Instant;

use super::{Runtime, Shared};
use crate::util::log;

/// What a balancer is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Health {
    /// It takes calls.
    Ok,
    /// It ends what it was given, and takes no more.
    Stopping,
    /// Nothing can be saved any more, nor read: another process may do better.
    StoreUnavailable,
    /// No task has run for a while: whatever its runtime has of workers is busy with code that does not await.
    WorkersBlocked,
}

impl Health {
    /// In the answer of `GET /health`.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Stopping => "stopping",
            Self::StoreUnavailable => "store_unavailable",
            Self::WorkersBlocked => "workers_blocked",
        }
    }
}

impl Runtime {
    pub(crate) fn health(&self) -> Health {
        self.shared().health()
    }
}

impl Shared {
    pub(crate) fn health(&self) -> Health {
        match (self.is_stopping(), self.pulse().is_blocked(), self.store().health()) {
            (true, ..) => Health::Stopping,
            (false, true, _) => Health::WorkersBlocked,
            (false, false, Err(_)) => Health::StoreUnavailable,
            (false, false, Ok(())) => Health::Ok,
        }
    }
}

/// Looks, from a thread of its own, whether anything runs on the workers. It counts how often it has looked and not by the
/// clock: while the whole process is frozen, it does not look either.
#[derive(Debug, Default)]
pub(crate) struct Observer {
    /// When something ran, as of the last look.
    beat: Option<Instant>,
    /// Looks since then.
    looks: u32,
}

impl Observer {
    /// How often it is to look.
    pub(crate) const PAUSE: std::time::Duration = std::time::Duration::from_millis(250);
    /// Two seconds; workers that are not blocked beat twice a second.
    const BLOCKED: u32 = 8;

    pub(crate) fn look(&mut self, shared: &Shared) {
        let is_blocked = self.sees(shared.uptime().last_beat());
        let was_blocked = shared.pulse().set_blocked(is_blocked);
        match (was_blocked, is_blocked) {
            (false, true) => log::error!(
                "no task has run for two seconds: all workers hold code that does not await; move it to \
                 `tokio::task::spawn_blocking`"
            ),
            (true, false) => log::info!("tasks run again"),
            _ => {}
        }
    }

    /// Whether nothing has run for too long. Where nothing beats, nobody can say so.
    fn sees(&mut self, beat: Option<Instant>) -> bool {
        if beat.is_none() || beat != self.beat {
            *self = Self { beat, looks: 0 };
            return false;
        }
        self.looks += 1;
        self.looks >= Self::BLOCKED
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workers_are_blocked_that_have_not_beaten_for_two_seconds_of_looks() {
        let (mut observer, beat) = (Observer::default(), Instant::now());
        let looks = |observer: &mut Observer, beat| (0..9).map(|_| observer.sees(beat)).collect::<Vec<_>>();
        let late = [false, false, false, false, false, false, false, false, true];
        assert_eq!(looks(&mut observer, Some(beat)), late);
        assert!(observer.sees(Some(beat)));
        let next = beat + std::time::Duration::from_millis(500);
        assert_eq!(looks(&mut observer, Some(next)), late, "one beat is enough");
        assert_eq!(looks(&mut observer, None), [false; 9], "nothing beats before the start and in a stop");
        assert_eq!(looks(&mut observer, Some(next)), late);
    }
}
