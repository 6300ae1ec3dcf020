//! How long an actor's task goes on before others have its thread.

use std::time::Duration;

use tokio::time::Instant;

/// What is left of a turn at the processor. tokio lets a task go on as long as it has something to do and waits for nothing
/// that counts; meanwhile nobody on its thread looks at sockets, so what others want of the actor does not even arrive.
///
/// It begins with its first look at the clock: a task that has little to do takes none.
pub(in crate::host) struct Quantum {
    began: Option<Instant>,
    /// What of it was spent at the last look, in nanoseconds.
    spent: u32,
    /// Turns from one look at the clock to the next.
    step: u8,
    /// Turns until the next look.
    left: u8,
    is_over: bool,
}

impl Quantum {
    /// How long it is.
    const LENGTH: Duration = Duration::from_micros(200);
    /// Turns between two looks at the clock, and at most so many while they are short.
    const STEP: u8 = 8;
    const LONG_STEP: u8 = 32;

    pub(in crate::host) fn new() -> Self {
        Self { began: None, spent: 0, step: Self::STEP, left: Self::STEP, is_over: false }
    }

    /// The actor has a turn.
    #[inline]
    pub(in crate::host) fn count_turn(&mut self) {
        self.left -= 1;
        if self.left == 0 {
            self.look();
        }
    }

    /// Whether its time is over.
    #[inline]
    pub(in crate::host) fn is_over(&self) -> bool {
        self.is_over
    }

    #[cold]
    fn look(&mut self) {
        let now = Instant::now();
        if let Some(began) = self.began {
            let spent = now - began;
            self.is_over = spent > Self::LENGTH;
            let before = Duration::from_nanos(self.spent.into());
            // A look costs as much as a short turn. As many again would be a small part of the time.
            let are_short = spent.saturating_sub(before) < Self::LENGTH / 16;
            self.step = if are_short { (2 * self.step).min(Self::LONG_STEP) } else { Self::STEP };
            self.spent = u32::try_from(spent.as_nanos()).unwrap_or(u32::MAX);
        } else {
            self.began = Some(now);
        }
        self.left = self.step;
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    /// How many turns of this length it has.
    async fn turns_of(length: Duration) -> usize {
        let mut quantum = Quantum::new();
        let mut turns = 0;
        while !quantum.is_over() {
            turns += 1;
            quantum.count_turn();
            advance(length).await;
        }
        turns
    }

    #[tokio::test(start_paused = true)]
    async fn long_turns_are_over_at_the_second_look() {
        assert_eq!(turns_of(Duration::from_millis(1)).await, 2 * usize::from(Quantum::STEP));
    }

    #[tokio::test(start_paused = true)]
    async fn turns_that_become_long_are_looked_at_as_often_again() {
        let mut quantum = Quantum::new();
        for _ in 0..1000 {
            quantum.count_turn();
        }
        assert_eq!(quantum.step, Quantum::LONG_STEP, "they take no time");
        while quantum.left < Quantum::LONG_STEP {
            quantum.count_turn();
        }
        advance(Quantum::LENGTH / 2).await;
        for _ in 0..Quantum::LONG_STEP {
            assert_eq!(quantum.step, Quantum::LONG_STEP);
            quantum.count_turn();
        }
        assert_eq!(quantum.step, Quantum::STEP);
        assert!(!quantum.is_over());
    }

    #[tokio::test(start_paused = true)]
    async fn short_turns_go_on_for_as_long_as_it_is() {
        let length = Duration::from_micros(1);
        let turns = turns_of(length).await;
        assert!((200..=200 + 2 * usize::from(Quantum::LONG_STEP)).contains(&turns), "{turns}");
    }
}
