//! What makes an actor this one and no other, beside its type and its key.

use crate::{ActorId, Key, store::ActorRecord};

/// What a record has that the cell does not have otherwise.
#[derive(Debug, Clone, Copy)]
pub(in crate::host) struct Identity {
    pub(in crate::host) id: ActorId,
    created_at_ms: u64,
}

impl Identity {
    /// Of an actor that is about to be made.
    pub(in crate::host) fn new(now_ms: u64) -> Self {
        Self { id: ActorId::generate(), created_at_ms: now_ms }
    }

    pub(in crate::host) fn of(record: &ActorRecord) -> Self {
        Self { id: record.id, created_at_ms: record.created_at_ms }
    }

    /// The whole record.
    pub(in crate::host) fn record(self, name: &str, key: &Key) -> ActorRecord {
        ActorRecord::new(self.id, name, key.clone(), self.created_at_ms)
    }
}
