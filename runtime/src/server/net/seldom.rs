//! What the log is told, but not as often as strangers can bring it about.

use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

/// When something was told last.
#[derive(Debug, Default)]
pub(in crate::server) struct Seldom(Mutex<Option<Instant>>);

impl Seldom {
    const PAUSE: Duration = Duration::from_secs(10);

    /// Whether it may be told again, which it then is.
    pub(in crate::server) fn is_due(&self) -> bool {
        let (now, mut told_at) = (Instant::now(), self.0.lock());
        let is_due = told_at.is_none_or(|at| now - at >= Self::PAUSE);
        if is_due {
            *told_at = Some(now);
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_is_told_at_once_and_then_every_ten_seconds() {
        let seldom = Seldom::default();
        assert!(seldom.is_due() && !seldom.is_due());
        tokio::time::advance(Duration::from_millis(9_999)).await;
        assert!(!seldom.is_due());
        tokio::time::advance(Duration::from_millis(1)).await;
        assert!(seldom.is_due() && !seldom.is_due());
    }
}
