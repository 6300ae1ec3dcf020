//! What a store keeps of an actor's schedules: their alarms.

use std::{fmt, str::FromStr};

use bytes::Bytes;

use crate::contract::id::uuid_id;

/// Something that an actor is to be woken for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Alarm {
    /// Its identity.
    pub id: AlarmId,
    /// When, in milliseconds since 1970 (UTC), by the clock of its [`kind`](Self::kind). A store may keep what is
    /// later than [`LATEST_MS`](Self::LATEST_MS) as that.
    pub due_ms: u64,
    /// Which clock it follows.
    pub kind: AlarmKind,
    /// How far ahead it was set: the period or the delay of an alarm that follows elapsed time, the distance to
    /// the next time of one that repeats by the time of day. If it is further ahead than that, a clock was put
    /// back since.
    pub period_ms: Option<u64>,
    /// The name that the actor gave it.
    pub name: Option<String>,
    /// How the payload is written.
    pub encoding: AlarmEncoding,
    /// What for; the actor's own business.
    pub payload: Bytes,
}

/// Which clock an alarm follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum AlarmKind {
    /// The time of day, which can be set.
    WallClock,
    /// The time that has elapsed, which cannot.
    Elapsed,
}

/// How the payload of an alarm is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AlarmEncoding {
    /// As the first versions did.
    Json,
    /// As states are.
    Cbor,
}

impl Alarm {
    /// No time is later, and no period longer: databases count in 64 bits with a sign. It is in 292 million years.
    pub const LATEST_MS: u64 = i64::MAX.unsigned_abs();

    /// The same, no later than every store can keep, so that a restart does not change it.
    pub(crate) fn in_range(self) -> Self {
        let at_most = |ms: u64| ms.min(Self::LATEST_MS);
        Self { due_ms: at_most(self.due_ms), period_ms: self.period_ms.map(at_most), ..self }
    }

    /// An alarm of these parts that follows the time of day, with a payload that is written as states are.
    #[must_use]
    pub fn new(id: AlarmId, due_ms: u64, payload: Bytes) -> Self {
        Self {
            id,
            due_ms,
            kind: AlarmKind::WallClock,
            period_ms: None,
            name: None,
            encoding: AlarmEncoding::Cbor,
            payload,
        }
    }

    /// The same, following this clock.
    #[must_use]
    pub fn with_kind(self, kind: AlarmKind) -> Self {
        Self { kind, ..self }
    }

    /// The same, set this far ahead.
    #[must_use]
    pub fn with_period(self, period_ms: Option<u64>) -> Self {
        Self { period_ms, ..self }
    }

    /// The same, of this name.
    #[must_use]
    pub fn with_name(self, name: Option<String>) -> Self {
        Self { name, ..self }
    }

    /// The same, with a payload that is written like this.
    #[must_use]
    pub fn with_encoding(self, encoding: AlarmEncoding) -> Self {
        Self { encoding, ..self }
    }

    /// Whether it is further ahead of this time than it was set.
    #[must_use]
    pub fn is_ahead_of(&self, now_ms: u64) -> bool {
        self.period_ms.is_some_and(|period_ms| self.due_ms.saturating_sub(period_ms) > now_ms)
    }
}

impl AlarmKind {
    /// Each kind.
    pub const ALL: [Self; 2] = [Self::WallClock, Self::Elapsed];

    /// As text, for stores.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WallClock => "wall_clock",
            Self::Elapsed => "elapsed",
        }
    }
}

impl AlarmEncoding {
    /// As text, for stores.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Cbor => "cbor",
        }
    }
}

impl FromStr for AlarmKind {
    type Err = UnknownAlarm;

    fn from_str(text: &str) -> Result<Self, UnknownAlarm> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or_else(|| UnknownAlarm(text.to_owned()))
    }
}

impl FromStr for AlarmEncoding {
    type Err = UnknownAlarm;

    fn from_str(text: &str) -> Result<Self, UnknownAlarm> {
        match text {
            "json" => Ok(Self::Json),
            "cbor" => Ok(Self::Cbor),
            _ => Err(UnknownAlarm(text.to_owned())),
        }
    }
}

impl fmt::Display for AlarmKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An alarm of a kind or an encoding that this version does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an alarm has a kind or an encoding that is not known: `{0}`")]
pub struct UnknownAlarm(String);

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
