//! Somebody from the network: for such a caller actors are made and woken within limits.
//!
//! It is known where a request comes in, and asked for where an actor would be made: so it goes along with the task, as a
//! span does. What an actor does for its caller is its own affair, and not the caller's.
//!
//! An actor is counted for the caller who is let in and makes it, just before its first commit: never for a caller who is
//! refused or only looks, and never before it is known which of the two a caller is. Else the limit would tell them which keys
//! exist, and what strangers are refused would be missing for others. All that a caller costs before that is the permit
//! of an actor that is awake, while it is judged.

use std::sync::Arc;

use super::awake_limit::AwakePermit;
use crate::{
    Actor, Fault, Key,
    host::{ActorCell, ActorType, cell::Absent, turn::call_chain::Chain},
};

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

impl<A: Actor> ActorType<A> {
    /// A permit for an actor that is woken, or made if it does not exist, for a caller who is let in; and for whom it counts
    /// if it is made.
    pub(in crate::host) async fn permit(
        &self,
        key: &Key,
        absent: &Absent,
    ) -> Result<(AwakePermit, Option<Maker>), Fault> {
        let stranger = current();
        if let Some(stranger) = &stranger
            && matches!(absent, Absent::Make(_))
            && let Err(fault) = stranger.may_make()
            && self.find_stored(key).await?.is_none()
            && self.cell_at(key).is_none()
        {
            // Here already: nothing is begun for it.
            return Err(fault);
        }
        Ok((self.permit_for(stranger.is_some()).await?, stranger))
    }

    /// A permit for an actor that is awake for a caller. Limits are for strangers.
    pub(in crate::host) async fn permit_for(&self, is_stranger: bool) -> Result<AwakePermit, Fault> {
        let (limit, now_ms) = (self.shared().awake_limit(), self.shared().clock().elapsed_ms());
        if is_stranger { limit.acquire(now_ms).await } else { Ok(limit.acquire_over_limit(now_ms)) }
    }
}

impl<A: Actor> ActorCell<A> {
    /// Counts an actor that is provisional, which is about to be made for who was let in. What is not made after all, as
    /// there is one by now, refuses nobody.
    pub(in crate::host) async fn count_made(&self, maker: Option<&Maker>) -> Result<(), Fault> {
        let Some(maker) = maker else { return Ok(()) };
        if self.kind.cell_at(&self.key).is_some() {
            return Ok(());
        }
        let Err(fault) = maker.make() else { return Ok(()) };
        let exists =
            self.kind.find_stored(&self.key).await?.is_some() || self.kind.cell_at(&self.key).is_some();
        if exists { Ok(()) } else { Err(fault) }
    }
}
