//! What a store returns: the record of an actor, and the claim to it.

use bytes::Bytes;

use super::Alarm;
use crate::{ActorId, Key};

/// What identifies an actor in a store.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ActorRecord {
    /// Its identity.
    pub id: ActorId,
    /// The name of its kind: `chatRoom`.
    pub name: String,
    /// Its key among its kind.
    pub key: Key,
    /// When it was created, in milliseconds since 1970 (UTC).
    pub created_at_ms: u64,
}

impl ActorRecord {
    /// A record of these parts.
    #[must_use]
    pub fn new(id: ActorId, name: impl Into<String>, key: Key, created_at_ms: u64) -> Self {
        Self { id, name: name.into(), key, created_at_ms }
    }
}

/// An actor, claimed: what was saved of it, and the right to save what comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Claim {
    /// Its record.
    pub record: ActorRecord,
    /// The number of this activation; grows with each claim.
    pub epoch: u64,
    /// The number of the last save.
    pub revision: u64,
    /// The last saved state, as the actor wrote it.
    pub state: Bytes,
    /// Its alarms, earliest first, and in the order of their ids where they are due together.
    pub alarms: Vec<Alarm>,
}

impl Claim {
    /// A claim of these parts.
    #[must_use]
    pub fn new(record: ActorRecord, epoch: u64, revision: u64, state: Bytes, alarms: Vec<Alarm>) -> Self {
        Self { record, epoch, revision, state, alarms }
    }
}
