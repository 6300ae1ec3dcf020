//! A turn for others.

use std::{
    future::Future as _,
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker, ready},
    time::Duration,
};

use futures_util::task::AtomicWaker;
use tokio::{
    task::yield_now,
    time::{Sleep, sleep},
};

/// While it lasts, its task does less than it could: until the others had their turn, and sockets were looked at.
///
/// A task that merely yields goes on as soon as anything wakes it, and what it has just caused does so at once. Nobody
/// would look at the sockets of others until the scheduler insists, which it does after 61 such turns.
#[derive(Default)]
pub(in crate::server) struct FairYield {
    turn: Option<Arc<Turn>>,
    /// Some time, if that is asked for.
    rest: Option<Pin<Box<Sleep>>>,
}

#[derive(Default)]
struct Turn {
    is_over: AtomicBool,
    task: AtomicWaker,
}

impl FairYield {
    pub(in crate::server) fn begin(&mut self) {
        let turn = Arc::<Turn>::default();
        let waker = Waker::from(Arc::clone(&turn));
        // Polled once, it wakes whom it was polled by when the turn is over.
        let _ = pin!(yield_now()).poll(&mut Context::from_waker(&waker));
        self.turn = Some(turn);
    }

    /// One that lasts for so long.
    pub(in crate::server) fn begin_rest(&mut self, length: Duration) {
        self.rest = Some(Box::pin(sleep(length)));
    }

    pub(in crate::server) fn is_resting(&self) -> bool {
        self.rest.is_some()
    }

    /// Ready when there is none.
    pub(in crate::server) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(rest) = &mut self.rest {
            ready!(rest.as_mut().poll(cx));
            self.rest = None;
        }
        if let Some(turn) = &self.turn {
            turn.task.register(cx.waker());
            if !turn.is_over.load(Ordering::Acquire) {
                return Poll::Pending;
            }
            self.turn = None;
        }
        Poll::Ready(())
    }
}

impl Wake for Turn {
    fn wake(self: Arc<Self>) {
        self.is_over.store(true, Ordering::Release);
        self.task.wake();
    }
}
