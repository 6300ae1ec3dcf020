//! Patience: how long a peer may be behind.

use std::{
    future::Future as _,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::time::{Instant, Sleep, sleep, sleep_until};

use super::session::End;
use crate::outbox::Outbox;

/// How long a peer that is behind may take over what is being written to it.
pub(super) struct Patience {
    limit: Duration,
    timer: Option<Pin<Box<Sleep>>>,
    /// When it must have taken what one turn has sent beyond the limits of its queue.
    excess: Option<Pin<Box<Sleep>>>,
}

impl Patience {
    pub(super) fn new(limit: Duration) -> Self {
        Self { limit, timer: None, excess: None }
    }

    /// Everything is written.
    pub(super) fn rest(&mut self) {
        self.timer = None;
        self.excess = None;
    }

    /// The end, if the peer has not taken what is written for too long, and more than that has had no room.
    pub(super) fn poll(&mut self, outbox: &Outbox, cx: &mut Context<'_>) -> Poll<End> {
        let limit = self.limit;
        if let Some(since) = outbox.found_stuck() {
            let excess = self.excess.get_or_insert_with(|| Box::pin(sleep_until(since + limit)));
            if excess.as_mut().poll(cx).is_ready() {
                return Poll::Ready(End::Gone);
            }
        }
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep(limit)));
        while timer.as_mut().poll(cx).is_ready() {
            if outbox.is_behind() {
                return Poll::Ready(End::Gone);
            }
            timer.as_mut().reset(Instant::now() + limit);
        }
        Poll::Pending
    }
}
