//! Work that an actor's code begins beside its turns.

use std::sync::Arc;

use super::keep_alive::Work;
use crate::{
    Actor, WorkHandle,
    host::{
        ActorCell,
        turn::call_chain::{Address, Awaited, Chain},
    },
};

/// Runs work of an actor beside its turns.
pub(crate) struct BackgroundWork<'a, A: Actor>(&'a Arc<ActorCell<A>>);

impl<A: Actor> ActorCell<A> {
    pub(crate) fn background_work(self: &Arc<Self>) -> BackgroundWork<'_, A> {
        BackgroundWork(self)
    }
}

impl<A: Actor> BackgroundWork<'_, A> {
    /// Runs work that keeps it awake.
    pub(crate) fn keep_awake<F>(&self, work: F) -> WorkHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        self.spawn("keepAwake", Work::keeping(Arc::clone(self.0)), work)
    }

    /// Runs work that is to end before it sleeps.
    pub(crate) fn wait_until<F>(&self, work: F) -> WorkHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        self.spawn("waitUntil", Work::finishing(Arc::clone(self.0)), work)
    }

    fn spawn<F>(&self, name: &'static str, held: Work, work: F) -> WorkHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        let awaited = Arc::new(Awaited::default());
        let address = Address { name: self.0.resources().name(), key: self.0.key().clone() };
        let work = Chain::beside(self.0.id(), address, name, Arc::clone(&awaited)).scope(Box::pin(work));
        let task = self.0.keep_alive().spawn_work(async move {
            let result = work.await;
            drop(held);
            result
        });
        self.0.durable().begun(|| task.abort_handle());
        WorkHandle::new(task, awaited)
    }

    /// Waits until its code is to end.
    pub(crate) async fn cancelled(&self) {
        self.0.lifecycle().told_to_end().await;
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.0.lifecycle().is_told_to_end()
    }
}
