//! hyper's timers, which count the time in which the process has run.

use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::{Duration, Instant as MachineInstant},
};

use hyper::rt::{Sleep, Timer};
use tokio::time::Instant;

use crate::util::uptime::Uptime;

/// Gives hyper its timers.
#[derive(Debug, Clone)]
pub(in crate::server) struct UptimeTimer(Arc<Uptime>);

impl UptimeTimer {
    pub(in crate::server) fn new(uptime: &Arc<Uptime>) -> Self {
        Self(Arc::clone(uptime))
    }
}

impl Timer for UptimeTimer {
    fn sleep(&self, limit: Duration) -> Pin<Box<dyn Sleep>> {
        let (uptime, began) = (Arc::clone(&self.0), Instant::now());
        Box::pin(Sleeping(Box::pin(async move { uptime.sleep(began, limit).await })))
    }

    fn sleep_until(&self, deadline: MachineInstant) -> Pin<Box<dyn Sleep>> {
        self.sleep(deadline.saturating_duration_since(self.now()))
    }

    fn now(&self) -> MachineInstant {
        Instant::now().into_std()
    }
}

/// What hyper waits for.
struct Sleeping(Pin<Box<dyn Future<Output = ()> + Send + Sync>>);

impl Future for Sleeping {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.0.as_mut().poll(cx)
    }
}

impl Sleep for Sleeping {}

impl fmt::Debug for Sleeping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sleeping").finish_non_exhaustive()
    }
}
