//! Yielding to other tasks so that they, and the sockets of others, really get their turn.

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

/// A yield, or a pause of some length, that outlasts wake-ups. While it lasts, its task does not read.
///
/// A task that merely yields goes on as soon as anything wakes it, and the answers that it has just caused do so at
/// once. The scheduler would not poll the sockets of others until it insists, which it does after 61 such turns. So
/// `begin` hands tokio's `yield_now` a waker of its own: it is woken only after the I/O driver was polled, whatever
/// else wakes the task.
#[derive(Default)]
pub(in crate::server) struct FairYield {
    yielded: Option<Arc<Yield>>,
    /// For how long nothing is read at least.
    sleep: Option<Pin<Box<Sleep>>>,
}

#[derive(Default)]
struct Yield {
    is_over: AtomicBool,
    task: AtomicWaker,
}

impl FairYield {
    pub(in crate::server) fn begin(&mut self) {
        let yielded = Arc::<Yield>::default();
        let waker = Waker::from(Arc::clone(&yielded));
        // Polled once, it wakes that waker when the others had their turn.
        let _ = pin!(yield_now()).poll(&mut Context::from_waker(&waker));
        self.yielded = Some(yielded);
    }

    /// Begins a pause of this length.
    pub(in crate::server) fn sleep(&mut self, length: Duration) {
        self.sleep = Some(Box::pin(sleep(length)));
    }

    pub(in crate::server) fn is_sleeping(&self) -> bool {
        self.sleep.is_some()
    }

    /// Ready when it is over, or there is none.
    pub(in crate::server) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(sleep) = &mut self.sleep {
            ready!(sleep.as_mut().poll(cx));
            self.sleep = None;
        }
        if let Some(yielded) = &self.yielded {
            yielded.task.register(cx.waker());
            if !yielded.is_over.load(Ordering::Acquire) {
                return Poll::Pending;
            }
            self.yielded = None;
        }
        Poll::Ready(())
    }
}

impl Wake for Yield {
    fn wake(self: Arc<Self>) {
        self.is_over.store(true, Ordering::Release);
        self.task.wake();
    }
}
