//! Items that the actor's task takes out of the mailbox in one go.

use std::{
    collections::VecDeque,
    marker::PhantomData,
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
};

use parking_lot::Mutex;

use super::{inner::Inner, item::Queued, lock::Lock};

/// What the actor's task has taken out of its mailbox and not begun, in the order in which it is served. What is left of it
/// when it is dropped goes back.
pub(in crate::host) struct Batch<'a, S, T: Queued, L: Lock<Inner<S, T>> = Mutex<Inner<S, T>>> {
    lock: &'a L,
    ahead: &'a Ahead,
    items: VecDeque<T>,
    state: PhantomData<fn() -> S>,
}

/// What others see of a batch, beside the mailbox's lock.
#[derive(Default)]
pub(super) struct Ahead {
    /// How many items it has. The actor's task alone writes it, and adds to it under the lock: so whoever has that never sees
    /// fewer than there are.
    count: AtomicU32,
    /// Whether it is to be given back: something has come that is to be seen to before it.
    is_recalled: AtomicBool,
}

impl Ahead {
    #[inline]
    pub(super) fn count(&self) -> usize {
        self.count.load(Ordering::Acquire) as usize
    }

    #[inline]
    fn set_count(&self, count: usize) {
        self.count.store(u32::try_from(count).unwrap_or(u32::MAX), Ordering::Release);
    }

    /// For whoever has the mailbox's lock.
    #[inline]
    pub(super) fn recall(&self) {
        self.is_recalled.store(true, Ordering::Release);
    }
}

impl<'a, S, T: Queued, L: Lock<Inner<S, T>>> Batch<'a, S, T, L> {
    pub(super) fn of(lock: &'a L, ahead: &'a Ahead) -> Self {
        Self { lock, ahead, items: VecDeque::new(), state: PhantomData }
    }

    /// The task is done with an item that it has taken, and takes the next one if it is one of these and nothing is to be
    /// seen to before it. Otherwise it is not done yet. If others may follow that one, they are taken out with it.
    #[inline]
    pub(in crate::host) fn done_and_next_if(
        &mut self,
        others_follow: bool,
        is_wanted: impl Fn(&T) -> bool,
    ) -> Option<T> {
        if !self.items.is_empty() && !self.ahead.is_recalled.load(Ordering::Acquire) {
            return self.next_if(is_wanted);
        }
        self.lock.with(|inner| {
            self.put_back(inner);
            let next = inner.done_and_next_if(is_wanted)?;
            if others_follow {
                inner.take_ahead(&mut self.items);
            }
            self.ahead.set_count(self.items.len());
            Some(next)
        })
    }

    #[inline]
    fn next_if(&mut self, is_wanted: impl Fn(&T) -> bool) -> Option<T> {
        if !self.items.front().is_some_and(is_wanted) {
            return None;
        }
        let next = self.items.pop_front();
        self.ahead.set_count(self.items.len());
        next
    }

    /// What the controls of the model do wrong begins with this.
    #[cfg(test)]
    pub(super) fn take_items(mut self) -> VecDeque<T> {
        self.ahead.set_count(0);
        std::mem::take(&mut self.items)
    }

    fn put_back(&mut self, inner: &mut Inner<S, T>) {
        inner.put_back(&mut self.items);
        self.ahead.set_count(0);
        self.ahead.is_recalled.store(false, Ordering::Relaxed);
    }
}

impl<S, T: Queued, L: Lock<Inner<S, T>>> Drop for Batch<'_, S, T, L> {
    fn drop(&mut self) {
        if !self.items.is_empty() {
            self.lock.with(|inner| self.put_back(inner));
        }
    }
}

/// What a batch does under the lock.
impl<S, T: Queued> Inner<S, T> {
    fn done_and_next_if(&mut self, is_wanted: impl FnOnce(&T) -> bool) -> Option<T> {
        if self.nudged {
            return None;
        }
        let queue = self.queue.as_mut()?;
        // It takes the place of the one before.
        if queue.peek().is_some_and(is_wanted) { queue.pop() } else { None }
    }

    /// Takes out what comes next, if nothing has to be seen to between.
    fn take_ahead(&mut self, ahead: &mut VecDeque<T>) {
        if let Some(queue) = &mut self.queue {
            queue.take_ahead(ahead);
        }
    }

    /// Takes back what was taken ahead.
    fn put_back(&mut self, ahead: &mut VecDeque<T>) {
        if let Some(queue) = &mut self.queue {
            queue.put_back(ahead);
        }
    }
}
