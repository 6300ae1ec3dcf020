//! Schedules: the alarms of an actor, and what fires them.
//!
//! An alarm is one action at one time. It is set and cleared by the actor's code, is saved with the turn that does so, and
//! fires in a turn of its own; that it has fired is part of that turn's commit ([`fire`]). The store knows
//! which actors have alarms that are due: [`scheduler`] wakes them, or tells them if they are awake. The alarms of an ephemeral actor keep it
//! awake, and its own task waits for them.

pub(in crate::host) mod alarm_task;
pub(in crate::host) mod alarms;
pub(in crate::host) mod fire;
pub(in crate::host) mod firing;
pub(in crate::host) mod scheduler;
pub(in crate::host) mod scheduler_task;

use std::sync::Arc;

use bytes::Bytes;

use self::{alarm_task::Task, alarms::Alarms};
use crate::{
    Actor, ScheduleError, ScheduleId,
    actor::{
        ActionOf,
        schedule::{Schedule, When},
    },
    host::{
        ActorCell, Pending, cell::lifecycle::Phase, durability::durable::Durable,
        pending_output::ActorDurable,
    },
    store::{Alarm, AlarmId, AlarmKind},
    util::clock::{Due, Moment},
};

/// The schedules of an awake actor.
pub(crate) struct Schedules<'a, A: Actor>(&'a Arc<ActorCell<A>>);

impl<A: Actor> ActorCell<A> {
    pub(crate) fn schedules(self: &Arc<Self>) -> Schedules<'_, A> {
        Schedules(self)
    }
}

impl<'a, A: Actor> Schedules<'a, A> {
    fn durable(&self) -> &'a ActorDurable<A> {
        self.0.durable()
    }

    /// Sets an alarm. It is saved with the turn that sets it, or at once.
    pub(crate) fn set(&self, when: When, action: &ActionOf<A>) -> Result<ScheduleId, ScheduleError> {
        let clock = self.0.shared().clock();
        let now = clock.now();
        let (kind, due_ms, period_ms, repeat) = match when {
            When::At(due_ms) => (AlarmKind::WallClock, due_ms, None, None),
            When::After(ms) => (AlarmKind::Elapsed, now.elapsed_ms.saturating_add(ms), Some(ms), None),
            When::Again(repeat) => {
                let now_ms = now.by(repeat.kind());
                let due_ms = repeat.next_ms(now_ms, now_ms)?;
                (repeat.kind(), due_ms, Some(due_ms.saturating_sub(now_ms)), Some(repeat))
            }
        };
        let alarm =
            Alarm::new(AlarmId::generate(), due_ms, Bytes::new()).with_kind(kind).with_period(period_ms);
        let alarm = Task::new::<A>(action, repeat)?.alarm(alarm, clock)?;
        let id = alarm.id;
        self.change(|alarms| alarms.set(alarm)).ok_or(ScheduleError::Asleep)?;
        Ok(id)
    }

    /// Says whether there was such an alarm.
    pub(crate) fn cancel(&self, id: ScheduleId) -> bool {
        self.change(|alarms| alarms.clear(id)).unwrap_or(false)
    }

    /// All that are set, by when they are due.
    pub(crate) fn list(&self) -> Vec<Schedule> {
        let ahead_ms = self.0.shared().clock().ahead_ms();
        let read = |alarm: &Alarm| {
            let task = Task::read(alarm).ok()?;
            let due_ms = match alarm.kind {
                AlarmKind::WallClock => alarm.due_ms,
                AlarmKind::Elapsed => alarm.due_ms.saturating_add_signed(ahead_ms).min(Alarm::LATEST_MS),
            };
            Some(Schedule::new(alarm.id, due_ms, task.action, task.repeat))
        };
        let mut schedules: Vec<_> = self.durable().lock().parts.alarms.all().filter_map(read).collect();
        schedules.sort_by_key(|schedule| (schedule.due_ms, schedule.id));
        schedules
    }

    /// `None`: the actor sleeps, so nothing was changed.
    fn change<T>(&self, change: impl FnOnce(&mut Alarms) -> T) -> Option<T> {
        let is_sealed = || self.0.lifecycle().phase() >= Phase::Sealed;
        let result = self.durable().change_alarms(is_sealed, change)?;
        // Outside of a turn that ends in a save, the actor's task sees to it.
        self.0.mailbox().nudge();
        Some(result)
    }

    /// All that are set, as they are kept.
    pub(in crate::host) fn all(&self) -> Vec<Alarm> {
        if !self.durable().has_alarms() {
            return Vec::new();
        }
        self.durable().lock().parts.alarms.all().cloned().collect()
    }

    /// The alarm that has been due for the longest time.
    fn first_due(&self) -> Option<Alarm> {
        let now = self.0.shared().clock().now();
        self.durable().lock().parts.alarms.first_due(now).cloned()
    }

    /// Waits until the store has the alarms as they are, and says whether nothing is due any more that was due by then.
    /// `false` too if it is not known when the store will have them.
    pub(in crate::host) async fn have_fired(&self, until: Moment) -> bool {
        loop {
            let ended = self.durable().next_save_end();
            match self.durable().has_fired(until) {
                HasFired::Yes => return true,
                HasFired::No => return false,
                HasFired::NotSaved => {}
            }
            tokio::select! {
                () = ended => {}
                () = self.0.lifecycle().reached(Phase::Closed) => return false,
            }
        }
    }
}

/// Whether the alarms that were due at some time have fired.
enum HasFired {
    Yes,
    /// Some have not, or it is not known when the store will have that.
    No,
    /// The store is about to have it.
    NotSaved,
}

impl<P: Pending> Durable<P> {
    /// When the first alarm is due.
    pub(in crate::host) fn next_alarm_due(&self) -> Due {
        self.lock().parts.alarms.next_due()
    }

    /// Whether an alarm is due by now.
    pub(in crate::host) fn has_alarm_due(&self, now: Moment) -> bool {
        self.lock().parts.alarms.first_due(now).is_some()
    }

    /// Changes the alarms in one step with the gate. `None`: nothing is set any more, so nothing was changed.
    fn change_alarms<T>(
        &self,
        is_sealed: impl FnOnce() -> bool,
        change: impl FnOnce(&mut Alarms) -> T,
    ) -> Option<T> {
        let mut locked = self.lock();
        if is_sealed() {
            return None;
        }
        let result = change(&mut locked.parts.alarms);
        locked.gate.changed_aside();
        Some(result)
    }

    fn has_fired(&self, until: Moment) -> HasFired {
        let locked = self.lock();
        if locked.gate.is_invalid() || locked.gate.is_retrying() {
            return HasFired::No;
        }
        if locked.parts.alarms.has_changes() {
            return HasFired::NotSaved;
        }
        match locked.parts.alarms.first_due(until) {
            None => HasFired::Yes,
            Some(_) => HasFired::No,
        }
    }
}
