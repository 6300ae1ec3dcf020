//! Events that go to the same connections together.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use smallvec::SmallVec;

use crate::backlog::Item;

/// What a connection is given to write: something of its own, or what others are given too.
#[derive(Debug, Clone)]
pub(crate) enum Entry {
    Item(Item),
    Burst(Arc<Burst>),
}

/// What is given to one connection, in order. Mostly it is one entry, which then costs no memory beside it.
pub(crate) type Entries = SmallVec<[Entry; 1]>;

/// One event or several, encoded for all connections that speak alike.
#[derive(Debug)]
pub(crate) struct Burst {
    items: Vec<Item>,
    bytes: usize,
    /// As it is written, by the first that writes it.
    joined: OnceLock<Bytes>,
}

impl Burst {
    pub(crate) fn new(items: Vec<Item>) -> Arc<Self> {
        let bytes = items.iter().map(|item| item.frame.len()).sum();
        Arc::new(Self { items, bytes, joined: OnceLock::new() })
    }

    pub(crate) fn items(&self) -> &[Item] {
        &self.items
    }

    /// What is written for all of it, which is the same for all that write it.
    pub(crate) fn joined(&self, join: impl FnOnce(&[Item]) -> Bytes) -> Bytes {
        self.joined.get_or_init(|| join(&self.items)).clone()
    }
}

impl Entry {
    pub(crate) fn items(&self) -> &[Item] {
        match self {
            Self::Item(item) => std::slice::from_ref(item),
            Self::Burst(burst) => burst.items(),
        }
    }

    /// The bytes of all its messages.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Item(item) => item.frame.len(),
            Self::Burst(burst) => burst.bytes,
        }
    }
}
