//! Messages that go to the same connections together.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use smallvec::SmallVec;

use super::backlog::Item;

/// One message or several, encoded for all connections that are given them and speak alike.
#[derive(Debug)]
pub(crate) struct Burst {
    items: SmallVec<[Item; 1]>,
    bytes: usize,
    /// Whether anything of it may be dropped or replaced.
    has_tags: bool,
    /// As it is written, by the first that writes it.
    joined: OnceLock<Bytes>,
}

/// What is given to one connection, in order. Mostly it is one or two, which then cost no memory beside it.
pub(crate) type Bursts = SmallVec<[Arc<Burst>; 2]>;

impl Burst {
    pub(crate) fn new(items: impl Into<SmallVec<[Item; 1]>>) -> Arc<Self> {
        let items = items.into();
        let bytes = items.iter().map(|item| item.frame.len()).sum();
        let has_tags = items.iter().any(|item| item.tag.is_some());
        Arc::new(Self { items, bytes, has_tags, joined: OnceLock::new() })
    }

    pub(crate) fn of(item: Item) -> Arc<Self> {
        Self::new([item])
    }

    pub(crate) fn items(&self) -> &[Item] {
        &self.items
    }

    /// Whether anything of it may be dropped or replaced.
    pub(crate) fn has_tags(&self) -> bool {
        self.has_tags
    }

    /// The bytes of all its messages.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// What is written for all of it, which is the same for all that write it.
    pub(crate) fn joined(&self, join: impl FnOnce(&[Item]) -> Bytes) -> Bytes {
        self.joined.get_or_init(|| join(&self.items)).clone()
    }
}
