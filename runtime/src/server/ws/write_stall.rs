//! Patience: how long a peer may be behind.

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

/// How long a peer that is behind may take over what is being written to it.
pub(in crate::server) struct WriteStall {
    limit: Duration,
    timer: Option<Timer>,
    /// When it must have taken what one turn has sent beyond the limits of its queue.
    excess: Option<Timer>,
}

impl WriteStall {
    pub(in crate::server) fn new(limit: Duration) -> Self {
        Self { limit, timer: None, excess: None }
    }

    /// Everything is written.
    pub(in crate::server) fn rest(&mut self) {
        self.timer = None;
        self.excess = None;
    }

    /// The end, if the peer has not taken what is written for too long, and more than that has had no room.
    pub(in crate::server) fn poll(
        &mut self,
        outbox: &Outbox,
        uptime: &Arc<Uptime>,
        cx: &mut Context<'_>,
    ) -> Poll<End> {
        let limit = self.limit;
        if let Some(since) = outbox.found_stuck() {
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
