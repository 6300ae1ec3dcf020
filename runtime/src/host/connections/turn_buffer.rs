//! A buffer that is flushed where turns end: see the head of `broadcast_buffer.rs`.
//!
//! One word of state decides who flushes. Its lowest bit says whether something is buffered, the rest counts the turns that
//! run. A turn that ends takes itself off that word, and sees in the same step whether something is buffered; what is
//! added raises the bit, and sees in the same step whether a turn runs. Of two steps on one word one is first, so one of the
//! two sees the other: either the turn's end flushes what was added, or the one that adds it does. That holds for any
//! memory ordering; what is buffered is under the mutex.
//!
//! The bit is raised and lowered under the mutex, and lowered last: while a flush is under way it is still up, and whoever
//! must not overtake what is being flushed waits for the mutex.

use super::sync::{AtomicUsize, Mutex, Ordering};

/// Holds what turns send until one of them ends.
pub(super) struct TurnBuffer<T> {
    state: AtomicUsize,
    buffered: Mutex<Option<T>>,
}

const BUFFERED: usize = 1;
const ONE_TURN: usize = 2;

impl<T> TurnBuffer<T> {
    pub(super) fn new() -> Self {
        Self { state: AtomicUsize::new(0), buffered: Mutex::new(None) }
    }

    pub(super) fn begin_turn(&self) {
        self.state.fetch_add(ONE_TURN, Ordering::Relaxed);
    }

    /// Ends a turn. What is buffered is flushed: other turns that run may take longer.
    pub(super) fn end_turn(&self, flush: impl FnOnce(T)) {
        if self.state.fetch_sub(ONE_TURN, Ordering::AcqRel) & BUFFERED != 0 {
            self.flush_locked(&mut self.buffered.lock(), flush);
        }
    }

    /// Flushes what is buffered, unless it may stay because a turn goes on that flushes it.
    pub(super) fn flush_unless(&self, may_stay: impl FnOnce(&T) -> bool, flush: impl FnOnce(T)) {
        if self.state.load(Ordering::Acquire) & BUFFERED != 0 {
            let mut buffered = self.buffered.lock();
            if !buffered.as_ref().is_some_and(may_stay) {
                self.flush_locked(&mut buffered, flush);
            }
        }
    }

    /// Changes what is buffered, which is something afterwards. If no turn runs, nobody else would flush it.
    pub(super) fn add(&self, add: impl FnOnce(&mut Option<T>), flush: impl FnOnce(T)) {
        let mut buffered = self.buffered.lock();
        add(&mut buffered);
        if self.state.fetch_or(BUFFERED, Ordering::AcqRel) < ONE_TURN {
            self.flush_locked(&mut buffered, flush);
        }
    }

    /// Flushes what is buffered, so that something else can follow it.
    pub(super) fn flush(&self, flush: impl FnOnce(T)) {
        if self.state.load(Ordering::Acquire) & BUFFERED != 0 {
            self.flush_locked(&mut self.buffered.lock(), flush);
        }
    }

    // Under the lock: what is sent meanwhile must not overtake.
    fn flush_locked(&self, buffered: &mut Option<T>, flush: impl FnOnce(T)) {
        if let Some(buffered) = buffered.take() {
            flush(buffered);
        }
        self.state.fetch_and(!BUFFERED, Ordering::AcqRel);
    }
}
