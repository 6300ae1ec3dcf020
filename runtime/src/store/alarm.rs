//! Alarms: what a store keeps of an actor's schedules.

use std::{fmt, str::FromStr};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::InvalidId;

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

/// The identity of an alarm. Later ones sort after earlier ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AlarmId(Uuid);

impl AlarmId {
    /// A fresh one.
    #[must_use]
    pub fn generate() -> Self {
        Self(Uuid::now_v7())
    }
}

impl fmt::Display for AlarmId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_simple().fmt(f)
    }
}

impl FromStr for AlarmId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        Uuid::try_parse(text).map(Self).map_err(|_| InvalidId)
    }
}
