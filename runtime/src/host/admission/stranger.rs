//! Somebody from the network: for such a caller actors are made and woken within limits.
//!
//! It is known where a request comes in, and asked for where an actor would be made: so it goes along with the task, as a
//! span does. What an actor does for its caller is its own affair, and not the caller's.
//!
//! `permit.rs` asks whether an actor may be woken or made for it.

use std::sync::Arc;

use crate::{Fault, host::turn::call_chain::Chain};

/// Who it is, as far as limits ask.
pub(crate) trait Stranger: Send + Sync + 'static {
    /// Counts an actor that is made for it, unless it has made too many.
    fn make(&self) -> Result<(), Fault>;

    /// Whether one more may be made for it now. Counts nothing.
    fn may_make(&self) -> Result<(), Fault>;
}

/// For whom an actor counts that is made.
pub(in crate::host) type Maker = Arc<dyn Stranger>;

tokio::task_local! {
    static STRANGER: Arc<dyn Stranger>;
}

/// Whatever this does, it does for this stranger.
pub(crate) fn for_stranger<T>(
    stranger: Arc<dyn Stranger>,
    work: impl Future<Output = T>,
) -> impl Future<Output = T> {
    STRANGER.scope(stranger, work)
}

/// The same for the stranger of this task, in a task of its own.
pub(crate) fn carried<T>(work: impl Future<Output = T>) -> impl Future<Output = T> {
    let stranger = here();
    async move {
        match stranger {
            Some(stranger) => STRANGER.scope(stranger, work).await,
            None => work.await,
        }
    }
}

/// The stranger of this task.
fn here() -> Option<Arc<dyn Stranger>> {
    STRANGER.try_with(Arc::clone).ok()
}

/// Whom an actor is made or woken for. `None`: for this process itself, or for what an actor does.
pub(in crate::host) fn current() -> Option<Maker> {
    here().filter(|_| Chain::current().is_empty())
}
