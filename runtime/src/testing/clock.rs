//! A clock that tests can set.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

/// A time of day that a test can put forward and back: what an administrator does who sets the clock, what a time server
/// does that corrects it, and what a suspended machine finds when it wakes up.
///
/// Clones are one clock: give one to the registry ([`Registry::clock`](crate::Registry::clock)), and keep one to set it by.
/// It is only ever as far from the system's clock as it was set. How much time has *elapsed* is none of its business: that is
/// tokio's clock, which a test moves with `tokio::time::pause` and `tokio::time::advance`, and the time of day with it.
///
/// ```
/// # use std::time::Duration;
/// # use callboard::prelude::*;
/// use callboard::testing::TestClock;
///
/// # #[derive(Default, Serialize, Deserialize)] struct Counter { count: i64 }
/// # #[actor] impl Counter { #[action] fn now_ms(&self, ctx: &Ctx<Self>) -> u64 { ctx.now_ms() } }
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> callboard::Result<()> {
/// let clock = TestClock::new();
/// let registry = Registry::new().in_memory().register::<Counter>().clock(clock.clone());
/// let counter = registry.client().get_or_create::<Counter>("tick");
/// let before = counter.now_ms().await?;
/// clock.step_forward(Duration::from_secs(3_600));
/// assert!(counter.now_ms().await? >= before + 3_600_000);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default)]
pub struct TestClock {
    step_us: Arc<AtomicI64>,
}

impl TestClock {
    /// One that shows the system's time, until it is set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts it forward. A machine that was suspended for this long looks the same.
    pub fn step_forward(&self, by: Duration) {
        self.step_us.fetch_add(micros(by), Ordering::SeqCst);
    }

    /// Puts it back.
    pub fn step_back(&self, by: Duration) {
        self.step_us.fetch_sub(micros(by), Ordering::SeqCst);
    }

    pub(crate) fn step_us(&self) -> i64 {
        self.step_us.load(Ordering::SeqCst)
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}
