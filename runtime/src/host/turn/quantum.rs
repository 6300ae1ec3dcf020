//! How long an actor's task goes on before others have its thread.

use std::time::Duration;

use tokio::time::Instant;

/// What is left of a turn at the processor. tokio lets a task go on as long as it has something to do and waits for nothing
/// that counts; meanwhile nobody on its thread looks at sockets, so what others want of the actor does not even arrive.
pub(in crate::host) struct Quantum {
    began: Instant,
    turns: usize,
}

impl Quantum {
    /// How long it is.
    const LENGTH: Duration = Duration::from_micros(200);
    /// Turns between two looks at the clock, which is much for a short one.
    pub(in crate::host) const LOOKS: usize = 8;

    pub(in crate::host) fn new() -> Self {
        Self { began: Instant::now(), turns: 0 }
    }

    /// The actor has had so many turns. Says whether its time is over; then it has another one.
    pub(in crate::host) fn is_over_after(&mut self, turns: usize) -> bool {
        self.turns += turns;
        if self.turns < Self::LOOKS {
            return false;
        }
        self.turns = 0;
        let now = Instant::now();
        let is_over = now - self.began > Self::LENGTH;
        if is_over {
            self.began = now;
        }
        is_over
    }
}
