//! Alarms: what a store keeps of an actor's schedules.

use bytes::Bytes;

use crate::id::uuid_id;

/// Something that an actor is to be woken for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Alarm {
    /// Its identity.
    pub id: AlarmId,
    /// When, in milliseconds since 1970 (UTC). A store may keep what is later than `i64::MAX`, in 292 million years,
    /// as that.
    pub due_ms: u64,
    /// What for; the actor's own business.
    pub payload: Bytes,
}

impl Alarm {
    /// An alarm of these parts.
    #[must_use]
    pub fn new(id: AlarmId, due_ms: u64, payload: Bytes) -> Self {
        Self { id, due_ms, payload }
    }
}

/// A change to an actor's alarms.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AlarmChange {
    /// This alarm is set, in place of any other of its id.
    Set(Alarm),
    /// The alarm of this id is gone, if there was one.
    Clear(AlarmId),
}

uuid_id!(
    /// The identity of an alarm. Later ones sort after earlier ones.
    AlarmId
);
