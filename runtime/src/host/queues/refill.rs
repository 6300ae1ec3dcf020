//! Refilling: how messages that wait in the store get into memory, a page at a time.

use std::{sync::Arc, time::Duration};

use super::{
    queue::{QueueState, ToRead},
    state::Stock,
};
use crate::{
    Actor, Contract, Fault, QueueInfo,
    error::faults,
    host::ActorCell,
    store::MessagePage,
    util::{log, shown::shown, task},
};

impl<A: Actor> ActorCell<A> {
    /// When a page is asked for again that the store did not give.
    const RETRY_READ: Duration = Duration::from_secs(1);
    const TABLE: &'static [QueueInfo] = <A::Contract as Contract>::QUEUES;

    /// What the store has in the queues: how much, and the first messages of each. Nothing may be on its way there.
    pub(in crate::host) async fn read_stock(&self) -> Result<Stock, Fault> {
        if !Self::HAS_QUEUES || A::EPHEMERAL {
            return Ok(Stock::None);
        }
        let (store, actor) = (self.shared().store(), self.record().id);
        let loads = store.queue_loads(actor).await.map_err(faults::store_failed)?;
        let mut pages = Vec::new();
        for (index, queue) in Self::TABLE.iter().enumerate() {
            if loads.iter().any(|load| load.queue == queue.name) {
                let limit = if self.shared().queued().may_load() { QueueState::WINDOW } else { 0 };
                let page = store.messages(actor, queue.name, None, limit).await;
                pages.push((index, page.map_err(faults::store_failed)?));
            }
        }
        let awaited = self.queues.lock().awaited();
        let there = if awaited.is_empty() {
            Vec::new()
        } else {
            store.messages_there(actor, awaited).await.map_err(faults::store_failed)?
        };
        Ok(Stock::Read { loads, pages, there: there.into_iter().collect() })
    }

    /// The messages that the store has; those of an ephemeral actor are in no store, and stay.
    pub(in crate::host) fn load_queues(self: &Arc<Self>, stock: Stock) {
        if Self::HAS_QUEUES {
            self.queues.lock().loaded(stock);
            self.refill();
            self.queues_changed.notify_waiters();
        }
    }

    /// Holds off new messages until what is in the store has been read again, so that each is either among those or
    /// comes after them.
    pub(in crate::host) async fn hold_queues(self: &Arc<Self>) -> Option<Reloading<A>> {
        if !Self::HAS_QUEUES {
            return None;
        }
        self.queues.lock().set_reloading(true);
        let reloading = Reloading(Arc::clone(self));
        loop {
            let changed = self.queues_changed.notified();
            if !self.queues.lock().is_arriving() {
                return Some(reloading);
            }
            changed.await;
        }
    }

    /// Reads what is to be read of each queue.
    pub(in crate::host) fn refill(self: &Arc<Self>) {
        for index in 0..Self::TABLE.len() {
            let read = self.queues.lock().begin_read(index);
            if let Some(read) = read {
                self.read_messages(index, read);
            }
        }
    }

    /// Reads this page of a queue, and what is to be read by then.
    pub(in crate::host) fn read_messages(self: &Arc<Self>, queue: usize, read: ToRead) {
        let cell = Arc::clone(self);
        task::spawn_in(self.shared().tasks(), async move {
            let mut next = Some(read);
            while let Some(read) = next {
                next = cell.read_page(queue, read).await;
                cell.queues_changed.notify_waiters();
            }
        });
    }

    /// Gives the page that is to be read next.
    async fn read_page(&self, queue: usize, read: ToRead) -> Option<ToRead> {
        let page = self.page(queue, read).await?;
        let mut queues = self.queues.lock();
        queues.read_ended(queue, read, page);
        queues.begin_read(queue)
    }

    /// Reads until it is read. `None` if nobody wants it any more.
    async fn page(&self, queue: usize, read: ToRead) -> Option<MessagePage> {
        let (store, actor) = (self.shared().store(), self.record().id);
        let name = Self::TABLE[queue].name;
        while self.queues.lock().is_reading(queue, read) {
            match store.messages(actor, name, Some(read.from), read.limit).await {
                Ok(page) => return Some(page),
                Err(error) => {
                    log::error!(
                        actor = shown(&actor),
                        queue = name,
                        error = shown(&error),
                        "messages cannot be read; it is tried again"
                    );
                    self.queues.lock().read_failed(queue, read);
                    // Turns wait for a page, and not for a store that fails.
                    self.queues_changed.notify_waiters();
                    tokio::time::sleep(Self::RETRY_READ).await;
                }
            }
        }
        None
    }

    /// Waits until each queue that has messages has some in memory, so that a turn finds them there.
    pub(in crate::host) async fn fed(&self) {
        if !Self::HAS_QUEUES {
            return;
        }
        loop {
            let changed = self.queues_changed.notified();
            if !self.queues.lock().is_starved() {
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
        self.0.queues.lock().set_reloading(false);
        self.0.refill();
        self.0.queues_changed.notify_waiters();
    }
}
