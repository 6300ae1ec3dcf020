//! Tasks of the host and of the client.

use std::pin::Pin;

#[cfg(feature = "server")]
use tokio::runtime::Handle;
#[cfg(feature = "server")]
use tokio_util::task::TaskTracker;

/// Runs a task beside everything else.
///
/// It is boxed, because what tokio has for each type of task is more code than most tasks are: this way it is compiled
/// once, and not again for every task of every type of actor.
#[cfg(any(feature = "client", feature = "server"))]
pub(crate) fn spawn(task: impl Future<Output = ()> + Send + 'static) {
    spawn_boxed(Box::pin(task));
}

/// Runs a task that its tracker waits for.
#[cfg(feature = "server")]
pub(crate) fn spawn_in(tracker: &TaskTracker, task: impl Future<Output = ()> + Send + 'static) {
    spawn_boxed_in(tracker, Box::pin(task));
}

/// Runs a task on this tokio runtime. If that is shut down, the task is dropped here.
#[cfg(feature = "server")]
pub(crate) fn spawn_on(runtime: &Handle, task: impl Future<Output = ()> + Send + 'static) {
    spawn_boxed_on(runtime, Box::pin(task));
}

/// The same for a task that its tracker waits for.
#[cfg(feature = "server")]
pub(crate) fn spawn_in_on(
    tracker: &TaskTracker,
    runtime: &Handle,
    task: impl Future<Output = ()> + Send + 'static,
) {
    spawn_boxed_on(runtime, Box::pin(tracker.track_future(task)));
}

type Boxed = Pin<Box<dyn Future<Output = ()> + Send>>;

#[cfg(any(feature = "client", feature = "server"))]
fn spawn_boxed(task: Boxed) {
    drop(tokio::spawn(task));
}

#[cfg(feature = "server")]
fn spawn_boxed_on(runtime: &Handle, task: Boxed) {
    drop(runtime.spawn(task));
}

#[cfg(feature = "server")]
fn spawn_boxed_in(tracker: &TaskTracker, task: Boxed) {
    drop(tracker.spawn(task));
}
