//! A mailbox: what waits for one actor.

use std::{
    collections::VecDeque,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
};

use parking_lot::Mutex;
use tokio::sync::Notify;

use super::{
    fair_queue::{Bounds, FairQueue},
    flow::{Flow, HasFlow},
};

/// A bounded queue with one reader, which also can be nudged and closed. Who adds most is not served most: see
/// [`FairQueue`].
pub(in crate::host) struct Mailbox<T> {
    queue: Mutex<Queue<T>>,
    nudged: AtomicBool,
    filled: Notify,
    /// What waits, and what was read and is not [`done`](Self::done): zero means that the reader is idle. A close is
    /// one more that is never done, so a closed mailbox is never idle.
    pending: AtomicUsize,
}

/// What the reader gets.
pub(in crate::host) enum Next<T> {
    /// The next item; to be followed by [`Mailbox::done`].
    Item(T),
    /// Somebody called [`Mailbox::nudge`] since the last read.
    Nudged,
    /// Closed, and everything was read.
    Closed,
}

/// Why an item was not taken, and the item.
pub(in crate::host) enum Rejected<T> {
    Full(T),
    Closed(T),
}

struct Queue<T> {
    /// Made with the first item: most actors are idle whenever they are called.
    items: Option<Box<FairQueue<T>>>,
    bounds: Bounds,
    /// What came after the end had begun, and is still for this reader.
    late: VecDeque<T>,
    intake: Intake,
}

/// What a mailbox takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Intake {
    Open,
    /// The reader ends: only what belongs to that.
    Ending,
    Closed,
}

impl<T: HasFlow> Queue<T> {
    fn items(&mut self) -> &mut FairQueue<T> {
        self.items.get_or_insert_with(|| Box::new(FairQueue::new(self.bounds)))
    }
}

impl<T: HasFlow> Mailbox<T> {
    /// How many items of one flow may wait.
    pub(in crate::host) const OF_ONE: usize = FairQueue::<T>::OF_ONE;

    pub(in crate::host) fn new(bounds: Bounds) -> Self {
        let queue = Queue { items: None, bounds, late: VecDeque::new(), intake: Intake::Open };
        Self {
            queue: Mutex::new(queue),
            nudged: AtomicBool::new(false),
            filled: Notify::new(),
            pending: AtomicUsize::new(0),
        }
    }

    /// Whether nothing waits and nothing is under way.
    pub(in crate::host) fn is_idle(&self) -> bool {
        self.pending.load(Ordering::Acquire) == 0
    }

    /// How many items wait or are under way.
    pub(in crate::host) fn waiting(&self) -> usize {
        self.pending.load(Ordering::Acquire)
    }

    /// Whether it takes what belongs to its reader's end, and nothing else.
    pub(in crate::host) fn is_ending(&self) -> bool {
        self.queue.lock().intake == Intake::Ending
    }

    /// Adds an item if there is room for more of its flow.
    pub(in crate::host) fn push(&self, item: T) -> Result<(), Rejected<T>> {
        self.add(item, FairQueue::push)
    }

    /// Adds an item that must not be refused for want of room.
    pub(in crate::host) fn push_always(&self, item: T) -> Result<(), Rejected<T>> {
        self.add(item, |items, item| {
            items.push_always(item);
            Ok(())
        })
    }

    fn add(
        &self,
        item: T,
        add: impl FnOnce(&mut FairQueue<T>, T) -> Result<(), T>,
    ) -> Result<(), Rejected<T>> {
        let mut queue = self.queue.lock();
        if queue.intake != Intake::Open {
            return Err(Rejected::Closed(item));
        }
        add(queue.items(), item).map_err(Rejected::Full)?;
        self.pending.fetch_add(1, Ordering::Release);
        drop(queue);
        self.filled.notify_one();
        Ok(())
    }

    /// A read of this flow begins to run beside others. Unless it was read from here, only if that is no read too many,
    /// which is said; to be followed by [`end_read`](Self::end_read).
    pub(in crate::host) fn begin_read(&self, flow: Flow, has_turn: bool) -> bool {
        self.queue.lock().items().begin_read(flow, has_turn)
    }

    /// It has ended: the next one of its flow may begin.
    pub(in crate::host) fn end_read(&self, flow: Flow) {
        if self.queue.lock().items().end_read(flow) {
            self.filled.notify_one();
        }
    }

    /// Adds an item that belongs to the reader's end.
    pub(in crate::host) fn push_late(&self, item: T) -> Result<(), Rejected<T>> {
        let mut queue = self.queue.lock();
        if queue.intake != Intake::Ending {
            return Err(Rejected::Closed(item));
        }
        queue.late.push_back(item);
        drop(queue);
        self.filled.notify_one();
        Ok(())
    }

    /// Wakes the reader without an item.
    pub(in crate::host) fn nudge(&self) {
        self.nudged.store(true, Ordering::Release);
        self.filled.notify_one();
    }

    /// Wakes the reader to look at what it waits for beside this.
    pub(in crate::host) fn wake(&self) {
        self.filled.notify_one();
    }

    /// Takes no more items; what waits is still read.
    pub(in crate::host) fn close(&self) {
        self.narrow(&mut self.queue.lock(), Intake::Closed);
        self.filled.notify_one();
    }

    /// The reader's end begins: what waits stays unread, and from now on it takes what is [late](Self::push_late) alone.
    /// Unless `anyhow`, that is so only if nothing waits and nothing is under way. Says whether it has begun.
    pub(in crate::host) fn begin_end(&self, anyhow: bool) -> bool {
        let mut queue = self.queue.lock();
        let begins = queue.intake == Intake::Open && (anyhow || self.is_idle());
        if begins {
            self.narrow(&mut queue, Intake::Ending);
        }
        begins
    }

    /// The reader's end is over, if nothing late waits. Says whether it is.
    pub(in crate::host) fn seal(&self) -> bool {
        let mut queue = self.queue.lock();
        if queue.late.is_empty() {
            self.narrow(&mut queue, Intake::Closed);
        }
        queue.late.is_empty()
    }

    /// Takes no more items, and gives those that the reader will not read, in the order in which it would.
    pub(in crate::host) fn abandon(&self) -> Vec<T> {
        self.close();
        let Queue { items, late, .. } = &mut *self.queue.lock();
        let mut left = items.as_mut().map_or_else(Vec::new, |items| items.drain());
        left.extend(late.drain(..));
        left
    }

    fn narrow(&self, queue: &mut Queue<T>, intake: Intake) {
        if std::mem::replace(&mut queue.intake, intake) == Intake::Open {
            self.pending.fetch_add(1, Ordering::Release);
        }
    }

    /// The next item or nudge; `None` if there is none and this says that the reader has something else to do.
    pub(in crate::host) async fn next_unless(&self, has_else: impl Fn() -> bool) -> Option<Next<T>> {
        loop {
            if let Some(next) = self.try_next() {
                return Some(next);
            }
            if has_else() {
                return None;
            }
            self.filled.notified().await;
        }
    }

    /// The next late item or nudge.
    pub(in crate::host) async fn next_late(&self) -> Next<T> {
        loop {
            if self.nudged.swap(false, Ordering::AcqRel) {
                return Next::Nudged;
            }
            if let Some(item) = self.queue.lock().late.pop_front() {
                return Next::Item(item);
            }
            self.filled.notified().await;
        }
    }

    /// The next item or nudge, if one is there.
    pub(in crate::host) fn try_next(&self) -> Option<Next<T>> {
        if self.nudged.swap(false, Ordering::AcqRel) {
            return Some(Next::Nudged);
        }
        let mut queue = self.queue.lock();
        let Queue { items, late, intake, .. } = &mut *queue;
        let next = items.as_mut().and_then(|items| items.pop()).or_else(|| late.pop_front());
        match next {
            Some(item) => Some(Next::Item(item)),
            // What waits for reads to end is still read.
            None if *intake == Intake::Closed && items.as_ref().is_none_or(|items| items.is_empty()) => {
                Some(Next::Closed)
            }
            None => None,
        }
    }

    /// The next item if it is there and is one of these, and if nothing is to be seen to before it; to be followed by
    /// [`done`](Self::done).
    pub(in crate::host) fn next_if(&self, is_wanted: impl FnOnce(&T) -> bool) -> Option<T> {
        if self.nudged.load(Ordering::Acquire) {
            return None;
        }
        let mut queue = self.queue.lock();
        let items = queue.items.as_mut()?;
        if items.peek().is_some_and(is_wanted) { items.pop() } else { None }
    }

    /// The reader has dealt with the last item.
    pub(in crate::host) fn done(&self) {
        self.pending.fetch_sub(1, Ordering::Release);
    }
}
