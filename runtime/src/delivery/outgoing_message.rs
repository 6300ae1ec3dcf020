//! One message that waits to be written to a connection.

use std::sync::Arc;

use bytes::Bytes;

use crate::{EventInfo, SlowConsumer};

/// An encoded message on its way to a connection.
#[derive(Debug, Clone)]
pub(crate) struct OutgoingMessage {
    pub(crate) payload: Bytes,
    /// Its place in the contract's table, if it is an event.
    pub(crate) event: Option<usize>,
    /// What may become of it if there is no room; `None` for what must be delivered.
    pub(crate) policy: Option<Arc<DropPolicy>>,
}

/// How an event may be dropped for a slow consumer: one value for all connections that the event is sent to.
#[derive(Debug)]
pub(crate) struct DropPolicy {
    /// The event's place in the contract's table.
    pub(crate) index: usize,
    pub(crate) info: &'static EventInfo,
    /// The value's key, where only the latest value of each key is kept.
    pub(crate) key: Option<Bytes>,
}

impl OutgoingMessage {
    /// A message that must be delivered.
    pub(crate) fn reliable(payload: Bytes) -> Self {
        Self { payload, event: None, policy: None }
    }

    /// Whether it may be dropped to make room for others.
    pub(crate) fn is_droppable(&self) -> bool {
        self.policy.as_ref().is_some_and(|policy| policy.info.slow == SlowConsumer::DropOldest)
    }

    /// Whether a later message of the same event and key replaces it while it waits.
    pub(crate) fn is_replaceable(&self) -> bool {
        self.policy.as_ref().is_some_and(|policy| policy.info.slow.keeps_latest())
    }

    /// The event and key of which only the latest message is kept, if it is such an event.
    pub(super) fn replace_key(&self) -> Option<(usize, Option<Bytes>)> {
        let policy = self.policy.as_ref().filter(|_| self.is_replaceable())?;
        Some((policy.index, policy.key.clone()))
    }
}
