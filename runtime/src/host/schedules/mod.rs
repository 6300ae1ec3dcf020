//! Schedules: the alarms of an actor, and what runs them.

pub(in crate::host) mod alarm_task;
pub(in crate::host) mod alarms;
pub(in crate::host) mod fire;
pub(in crate::host) mod scheduler;
pub(in crate::host) mod scheduler_task;
