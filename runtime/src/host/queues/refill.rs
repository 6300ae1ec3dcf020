//! How messages that wait in the store get into memory, a page at a time.

use std::{sync::Arc, time::Duration};

use super::{
    Queues,
    queue::{QueueState, ToRead},
    state::StoredQueues,
};
use crate::{
    Actor, Fault,
    error::faults,
    host::ActorCell,
    store::MessagePage,
    util::{log, shown::shown, task},
};

impl<A: Actor> Queues<'_, A> {
    /// When a page is asked for again that the store did not give.
    const RETRY_READ: Duration = Duration::from_secs(1);

    /// What the store has in the queues: how much, and the first messages of each. Nothing may be on its way there.
    pub(in crate::host) async fn read_stored(&self) -> Result<StoredQueues, Fault> {
        if !ActorCell::<A>::HAS_QUEUES || A::EPHEMERAL {
            return Ok(StoredQueues::None);
        }
        let (store, actor) = (self.0.shared().store(), self.0.id());
        let loads = store.queue_loads(actor).await.map_err(faults::store_failed)?;
        let mut pages = Vec::new();
        for (index, queue) in Self::TABLE.iter().enumerate() {
            if loads.iter().any(|load| load.queue == queue.name) {
                let limit = if self.0.shared().queued().may_load() { QueueState::WINDOW } else { 0 };
                let page = store.messages(actor, queue.name, None, limit).await;
                pages.push((index, page.map_err(faults::store_failed)?));
            }
        }
        let awaited = self.durable().lock().parts.queues.awaited();
        let there = if awaited.is_empty() {
            Vec::new()
        } else {
            store.messages_there(actor, awaited).await.map_err(faults::store_failed)?
        };
        Ok(StoredQueues::Read { loads, pages, there: there.into_iter().collect() })
    }

    /// Holds off new messages until what is in the store has been read again, so that each is either among those or
    /// comes after them.
    pub(in crate::host) async fn hold(&self) -> Option<Reloading<A>> {
        if !ActorCell::<A>::HAS_QUEUES {
            return None;
        }
        self.durable().lock().parts.queues.set_reloading(true);
        let reloading = Reloading(Arc::clone(self.0));
        loop {
            let changed = self.durable().next_queue_change();
            if !self.durable().lock().parts.queues.is_arriving() {
                return Some(reloading);
            }
            changed.await;
        }
    }

    /// Reads what is to be read of each queue.
    pub(in crate::host) fn refill(&self) {
        for index in 0..Self::TABLE.len() {
            let read = self.durable().lock().parts.queues.begin_read(index);
            if let Some(read) = read {
                self.read(index, read);
            }
        }
    }

    /// Reads this page of a queue, and what is to be read by then.
    pub(super) fn read(&self, queue: usize, read: ToRead) {
        let cell = Arc::clone(self.0);
        task::spawn_in(self.0.shared().tasks(), async move {
            let mut next = Some(read);
            while let Some(read) = next {
                next = cell.queues().read_page(queue, read).await;
                cell.durable().queues_have_changed();
            }
        });
    }

    /// Gives the page that is to be read next.
    async fn read_page(&self, queue: usize, read: ToRead) -> Option<ToRead> {
        let page = self.page(queue, read).await?;
        let queues = &mut self.durable().lock().parts.queues;
        queues.read_ended(queue, read, page);
        queues.begin_read(queue)
    }

    /// Asks the store until it gives the page. `None` if the page is not needed any more.
    async fn page(&self, queue: usize, read: ToRead) -> Option<MessagePage> {
        let (store, actor) = (self.0.shared().store(), self.0.id());
        let name = Self::TABLE[queue].name;
        while self.durable().lock().parts.queues.is_reading(queue, read) {
            match store.messages(actor, name, Some(read.from), read.limit).await {
                Ok(page) => return Some(page),
                Err(error) => {
                    log::error!(
                        actor = shown(&actor),
                        queue = name,
                        error = shown(&error),
                        "messages cannot be read; retrying"
                    );
                    self.durable().lock().parts.queues.read_failed(queue, read);
                    // Turns wait for a page, and not for a store that fails.
                    self.durable().queues_have_changed();
                    tokio::time::sleep(Self::RETRY_READ).await;
                }
            }
        }
        None
    }

    /// Waits until each queue that has messages has some in memory, so that a turn finds them there.
    pub(in crate::host) async fn fed(&self) {
        if !ActorCell::<A>::HAS_QUEUES {
            return;
        }
        loop {
            let changed = self.durable().next_queue_change();
            if !self.durable().lock().parts.queues.is_starved() {
                return;
            }
            changed.await;
        }
    }
}

/// Holds off new messages as long as it lives.
pub(in crate::host) struct Reloading<A: Actor>(Arc<ActorCell<A>>);

impl<A: Actor> Drop for Reloading<A> {
    fn drop(&mut self) {
        self.0.durable().lock().parts.queues.set_reloading(false);
        self.0.queues().refill();
        self.0.durable().queues_have_changed();
    }
}
