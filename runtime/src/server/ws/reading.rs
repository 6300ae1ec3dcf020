//! How much is read at once.

use tokio::time::Instant;

use crate::{host::connections::read_batch::ReadBatch, server::net::timeouts};

/// Messages of a peer that are read without a turn of others in between.
pub(super) struct Reading {
    began: Instant,
    messages: usize,
    /// What they broadcast goes out together.
    broadcasts: Option<ReadBatch>,
}

/// Why reading stops for a moment.
pub(super) enum Pause {
    /// There are answers enough for a write: a peer that has them can go on.
    ToAnswer,
    /// Others are to have their turn.
    ToYield,
}

impl Reading {
    pub(super) fn begin(began: Instant, broadcasts: Option<ReadBatch>) -> Self {
        Self { began, messages: 0, broadcasts }
    }

    /// Counts a message, which is the last of so many since `answered`, when answers were last written.
    pub(super) fn pause_after(&mut self, received: usize, answered: Instant) -> Option<Pause> {
        self.messages += 1;
        if self.messages >= timeouts::READS_AT_ONCE
            || self.broadcasts.as_ref().is_some_and(ReadBatch::is_full)
        {
            return Some(Pause::ToYield);
        }
        if received >= timeouts::ANSWERS_AT_ONCE {
            return Some(Pause::ToAnswer);
        }
        // Few looks at the clock: after a slow call, or about as late again as it is.
        if !received.is_power_of_two() {
            return None;
        }
        let now = Instant::now();
        if now - self.began > timeouts::READ_TIME_AT_ONCE {
            return Some(Pause::ToYield);
        }
        (now - answered > timeouts::ANSWER_TIME_AT_ONCE).then_some(Pause::ToAnswer)
    }
}
