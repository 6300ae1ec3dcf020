//! What each flow of a fair queue has waiting, and each source.

use std::collections::VecDeque;

/// The slots of a flow.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) source: usize,
    pub(super) conn: Option<usize>,
}

pub(super) struct Waiting<T> {
    pub(super) item: T,
    pub(super) conn: Option<usize>,
    /// The next item of that connection.
    pub(super) next: Option<usize>,
}

/// What one connection has waiting: a list through the items.
pub(super) struct ConnQueue {
    pub(super) source: usize,
    pub(super) first: Option<usize>,
    pub(super) last: Option<usize>,
    pub(super) waiting: usize,
    /// Reads that are under way.
    pub(super) reads: u32,
    /// Whether its first item is in the ring of its source, or it was served last.
    pub(super) is_queued: bool,
}

#[derive(Default)]
pub(super) struct SourceQueue {
    /// First items of connections, and items without one.
    pub(super) ready: VecDeque<usize>,
    pub(super) waiting: usize,
    /// How many of these are of no connection.
    pub(super) alone: usize,
    pub(super) reads: u32,
    /// Whether it is among the sources that are ready, or was served last.
    pub(super) is_queued: bool,
}

impl ConnQueue {
    pub(super) fn of(source: usize) -> Self {
        Self { source, first: None, last: None, waiting: 0, reads: 0, is_queued: false }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting == 0 && self.reads == 0 && !self.is_queued
    }
}

impl SourceQueue {
    pub(super) fn is_empty(&self) -> bool {
        self.waiting == 0 && self.reads == 0 && !self.is_queued
    }
}
