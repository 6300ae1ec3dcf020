//! What whoever begins work beside the turns has of it.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use tokio::task::{AbortHandle, JoinError, JoinHandle};

use crate::host::Awaited;

/// Work beside an actor's turns, which [`Ctx::keep_awake`](crate::Ctx::keep_awake) and
/// [`Ctx::wait_until`](crate::Ctx::wait_until) begin: a tokio [`JoinHandle`], with which a circle is an error at once.
///
/// The work goes on if the handle is dropped. As a future it ends when the work does, with what the work returns, or with a
/// [`JoinError`] if that panicked or was aborted.
///
/// An action that awaits it has its turn meanwhile, so work that wants a turn of the same actor would wait for ever. The
/// work is told: its [`turn`](crate::Ctx::turn), or its call, fails with `actor.deadlock`, which names the circle. That is
/// so only while the action waits for the handle: where a `select!` goes on with another branch, what the work wants next is
/// done after the action.
///
#[cfg_attr(feature = "client", doc = "```")]
#[cfg_attr(not(feature = "client"), doc = "```ignore")]
/// use callboard::prelude::*;
///
/// #[derive(Debug, Default, Serialize, Deserialize)]
/// struct Report {
///     pages: Vec<String>,
/// }
///
/// #[actor]
/// impl Report {
///     /// Waits for the work, and has its turn while it does: the page comes back, and is added here.
///     #[action]
///     async fn add(&mut self, ctx: &Ctx<Self>) {
///         let page = ctx.keep_awake(async { render().await });
///         self.pages.push(page.await.unwrap_or_default());
///     }
///
///     /// Does not wait for the work, which adds the page in a turn of its own.
///     #[action]
///     fn add_later(&self, ctx: &Ctx<Self>) {
///         let beside = ctx.clone();
///         ctx.keep_awake(async move {
///             let page = render().await;
///             beside.turn(|report| report.pages.push(page)).await
///         });
///     }
/// }
///
/// async fn render() -> String {
///     "page".to_owned()
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> callboard::Result<()> {
/// # let registry = Registry::new().in_memory().register::<Report>();
/// # let report = registry.client().get_or_create::<Report>("weekly");
/// # report.add().await?;
/// # report.add_later().await?;
/// # registry.stop().await;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct WorkHandle<T> {
    task: JoinHandle<T>,
    work: Arc<Awaited>,
}

impl<T> WorkHandle<T> {
    pub(crate) fn new(task: JoinHandle<T>, work: Arc<Awaited>) -> Self {
        Self { task, work }
    }

    /// Stops the work where it awaits, as [`JoinHandle::abort`] does.
    pub fn abort(&self) {
        self.task.abort();
    }

    /// What can stop the work, without the handle.
    #[must_use]
    pub fn abort_handle(&self) -> AbortHandle {
        self.task.abort_handle()
    }

    /// Whether the work has ended, or was aborted and has stopped.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.task.is_finished()
    }
}

impl<T> Future for WorkHandle<T> {
    type Output = Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Self::Output> {
        let polled = Pin::new(&mut self.task).poll(task);
        if polled.is_pending() {
            self.work.wait_here(task);
        }
        polled
    }
}

impl<T> Drop for WorkHandle<T> {
    fn drop(&mut self) {
        self.work.end_wait();
    }
}
