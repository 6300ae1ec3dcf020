//! Write stalls: how long a peer may take none of what is written to it.
//!
//! Two timers, both of `Limits::slow_timeout`, run while the session cannot write on:
//!
//! - one since the writing stopped. When it is over, the session ends if more than the limits of the send queue has
//!   waited meanwhile (`Outbox::is_behind`); otherwise it begins anew, as a peer that is sent little may be slow;
//! - one since a turn sent more than the limits of the queue to a peer that was not behind (`Outbox::found_stuck`).
//!   That excess is held in memory beyond the limits, so it ends the session without another question.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use tokio::time::Instant;

use super::end::End;
use crate::{delivery::outbox::Outbox, util::uptime::Uptime};

type Timer = Pin<Box<dyn Future<Output = ()> + Send>>;

/// How long the peer has been behind.
pub(in crate::server) struct WriteStall {
    limit: Duration,
    /// Since it takes nothing of what is written.
    timer: Option<Timer>,
    /// Since one turn has sent more than the limits of its queue.
    excess: Option<Timer>,
}

impl WriteStall {
    pub(in crate::server) fn new(limit: Duration) -> Self {
        Self { limit, timer: None, excess: None }
    }

    /// Everything is written.
    pub(in crate::server) fn clear(&mut self) {
        self.timer = None;
        self.excess = None;
    }

    /// Ends the session if the peer is behind for too long.
    pub(in crate::server) fn poll(
        &mut self,
        outbox: &Outbox,
        uptime: &Arc<Uptime>,
        cx: &mut Context<'_>,
    ) -> Poll<End> {
        let limit = self.limit;
        if let Some(since) = outbox.mark_stuck() {
            let excess = self.excess.get_or_insert_with(|| timer(uptime, since, limit));
            if excess.as_mut().poll(cx).is_ready() {
                return Poll::Ready(End::Gone);
            }
        }
        let waiting = self.timer.get_or_insert_with(|| timer(uptime, Instant::now(), limit));
        while waiting.as_mut().poll(cx).is_ready() {
            if outbox.is_behind() {
                return Poll::Ready(End::Gone);
            }
            *waiting = timer(uptime, Instant::now(), limit);
        }
        Poll::Pending
    }
}

fn timer(uptime: &Arc<Uptime>, since: Instant, limit: Duration) -> Timer {
    let uptime = Arc::clone(uptime);
    Box::pin(async move { uptime.sleep(since, limit).await })
}
