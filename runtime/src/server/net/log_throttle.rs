//! A limit for lines of the log that clients can bring about as often as they like.

use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

/// When such a line was logged last.
#[derive(Debug, Default)]
pub(in crate::server) struct LogThrottle(Mutex<Option<Instant>>);

impl LogThrottle {
    const INTERVAL: Duration = Duration::from_secs(10);

    /// Whether the line may be logged again. If so, the caller logs it.
    pub(in crate::server) fn allows(&self) -> bool {
        let (now, mut logged_at) = (Instant::now(), self.0.lock());
        let is_due = logged_at.is_none_or(|at| now - at >= Self::INTERVAL);
        if is_due {
            *logged_at = Some(now);
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_line_is_logged_at_once_and_then_every_ten_seconds() {
        let throttle = LogThrottle::default();
        assert!(throttle.allows() && !throttle.allows());
        tokio::time::advance(Duration::from_millis(9_999)).await;
        assert!(!throttle.allows());
        tokio::time::advance(Duration::from_millis(1)).await;
        assert!(throttle.allows() && !throttle.allows());
    }
}
