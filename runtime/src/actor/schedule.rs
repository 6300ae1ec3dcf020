//! Schedules: actions that run later, once or again and again.

use std::{str::FromStr, time::Duration};

use chrono::{DateTime, Utc};
use croner::Cron;
use serde::{Deserialize, Serialize};

use crate::{
    store::{Alarm, AlarmKind},
    wire::EncodeError,
};

/// The identity of a schedule, under which it is cancelled.
pub type ScheduleId = crate::store::AlarmId;

/// A schedule that is set.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Schedule {
    /// Under which it is cancelled.
    pub id: ScheduleId,
    /// When it runs next, in milliseconds since 1970 (UTC).
    pub due_ms: u64,
    /// The name of its action on the wire.
    pub action: String,
    /// How it goes on after that.
    pub repeat: Option<Repeat>,
}

impl Schedule {
    pub(crate) fn new(id: ScheduleId, due_ms: u64, action: String, repeat: Option<Repeat>) -> Self {
        Self { id, due_ms, action, repeat }
    }
}

/// When a schedule runs.
pub(crate) enum When {
    /// At this time of day.
    At(u64),
    /// After so many milliseconds.
    After(u64),
    Again(Repeat),
}

/// How a schedule goes on after it ran. Runs that were missed, in sleep or while the server was down, are made up
/// for by one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Repeat {
    /// Every so many milliseconds.
    EveryMs(u64),
    /// By a cron expression, in UTC.
    Cron(String),
}

impl Repeat {
    pub(crate) fn every(period: Duration) -> Result<Self, ScheduleError> {
        match u64::try_from(period.as_millis()) {
            Ok(0) => Err(ScheduleError::invalid(&"a period is at least one millisecond")),
            Ok(ms) if ms <= Alarm::LATEST_MS => Ok(Self::EveryMs(ms)),
            _ => Err(ScheduleError::invalid(&format_args!(
                "a period is at most {} milliseconds, which is 292 million years",
                Alarm::LATEST_MS
            ))),
        }
    }

    pub(crate) fn cron(expression: &str) -> Result<Self, ScheduleError> {
        parse(expression)?;
        Ok(Self::Cron(expression.to_owned()))
    }

    /// The clock that it follows.
    pub(crate) fn kind(&self) -> AlarmKind {
        match self {
            Self::EveryMs(_) => AlarmKind::Elapsed,
            Self::Cron(_) => AlarmKind::WallClock,
        }
    }

    /// The first time after `now_ms`; for a period, in step with `last_ms`. By the clock that it follows.
    pub(crate) fn next_ms(&self, last_ms: u64, now_ms: u64) -> Result<u64, ScheduleError> {
        match self {
            Self::EveryMs(period) => {
                let missed = now_ms.saturating_sub(last_ms) / period;
                Ok(last_ms.saturating_add((missed + 1).saturating_mul(*period)))
            }
            Self::Cron(expression) => {
                let now = i64::try_from(now_ms).ok().and_then(DateTime::<Utc>::from_timestamp_millis);
                let now = now.ok_or_else(|| ScheduleError::invalid(&"the time is out of range"))?;
                let next = parse(expression)?.find_next_occurrence(&now, false);
                let next = next.map_err(|error| ScheduleError::invalid(&error))?;
                Ok(u64::try_from(next.timestamp_millis()).unwrap_or(now_ms))
            }
        }
    }
}

fn parse(expression: &str) -> Result<Cron, ScheduleError> {
    Cron::from_str(expression).map_err(|error| ScheduleError::invalid(&error))
}

/// Why a schedule was not set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScheduleError {
    /// An argument of the action cannot be encoded.
    #[error("an argument of the action cannot be encoded: {0}")]
    Encode(#[from] EncodeError),
    /// The period or the cron expression is none.
    #[error("the schedule is not valid: {0}")]
    Invalid(String),
    /// The actor has gone to sleep, or was destroyed: who asked has outlived it.
    #[error("the actor has gone to sleep")]
    Asleep,
}

impl ScheduleError {
    pub(crate) fn invalid(why: &dyn std::fmt::Display) -> Self {
        Self::Invalid(why.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missed_runs_are_made_up_for_by_one_and_the_step_is_kept() {
        let every = Repeat::every(Duration::from_millis(100)).unwrap();
        assert_eq!(every.next_ms(1_000, 1_000), Ok(1_100));
        assert_eq!(every.next_ms(1_000, 1_099), Ok(1_100));
        assert_eq!(every.next_ms(1_000, 1_350), Ok(1_400));
    }

    #[test]
    fn a_cron_expression_is_checked_when_it_is_set_and_runs_in_utc() {
        assert!(Repeat::cron("every now and then").is_err());
        let daily = Repeat::cron("30 4 * * *").unwrap();
        let day = 24 * 60 * 60 * 1_000;
        let half_past_four = (4 * 60 + 30) * 60 * 1_000;
        assert_eq!(daily.next_ms(0, 10 * day), Ok(10 * day + half_past_four));
        assert_eq!(daily.next_ms(0, 10 * day + half_past_four), Ok(11 * day + half_past_four));
    }

    #[test]
    fn a_period_of_nothing_is_refused() {
        assert!(Repeat::every(Duration::ZERO).is_err());
        assert!(Repeat::every(Duration::from_micros(999)).is_err());
    }

    #[test]
    fn a_period_that_is_too_long_is_told_so() {
        let longest = Duration::from_millis(Alarm::LATEST_MS);
        assert_eq!(Repeat::every(longest), Ok(Repeat::EveryMs(Alarm::LATEST_MS)));
        for period in [longest + Duration::from_millis(1), Duration::from_millis(u64::MAX), Duration::MAX] {
            let error = Repeat::every(period).unwrap_err().to_string();
            assert!(error.contains("at most") && !error.contains("at least"), "{error}");
        }
    }
}
