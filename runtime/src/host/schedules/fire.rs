//! Firing: an alarm that is due runs its action, and is cleared in the commit that holds the effect.
//!
//! Whatever moment a crash picks, an alarm has run once or not at all: it is set for its next time, or cleared, in the turn of
//! its action. If the action fails, what it did is taken back and the alarm is moved on in a turn of its own: like any call
//! that fails, it is not tried again. If the actor gets no turn at all, because its state cannot be loaded, the alarm stays
//! set, and [`FiringAlarms`] tries again a second later.

use super::{Schedules, alarm_task::Task, firing::FiringAlarms};
use crate::{
    Action as _, Actor, Fault, Mode, ScheduleId,
    actor::ActionOf,
    host::turn::{
        instrument::{CallInfo, CallInstrument},
        write_turn::{WriteAccess, WriteTurn},
    },
    store::{Alarm, AlarmId, AlarmKind},
    util::{
        log::{self, Instrument as _, Span},
        shown::shown,
    },
};

impl<A: Actor> Schedules<'_, A> {
    /// Fires the alarm that is due first, in a turn of its own.
    pub(in crate::host) async fn fire_next(&self, firing: &mut FiringAlarms) {
        match self.fire_first().await {
            Ok(true) => firing.fired(self.0.mailbox().waiting()),
            Ok(false) => firing.end(),
            Err(fault) => {
                log::error!(
                    actor = shown(self.0.id()),
                    fault = shown(&fault),
                    "schedules wait: the actor gets no turn"
                );
                firing.break_off();
            }
        }
    }

    /// Says whether an alarm was due. Fails if the actor gets no turn: then the alarm is still set.
    async fn fire_first(&self) -> Result<bool, Fault> {
        let clock = self.0.shared().clock();
        let is_to_be_corrected = self.durable().lock().parts.alarms.is_to_be_corrected(clock);
        if is_to_be_corrected {
            self.change(|alarms| alarms.correct(clock));
        }
        if self.first_due().is_none() {
            return Ok(false);
        }
        let access = self.0.turns().write().await?;
        // The turn before may have cancelled it.
        let Some(alarm) = self.first_due() else { return Ok(false) };
        self.fire(access, &alarm).await?;
        Ok(true)
    }

    async fn fire(&self, mut access: WriteAccess<A>, alarm: &Alarm) -> Result<(), Fault> {
        let task = Task::read(alarm).map_err(|error| Fault::internal(&error));
        let action = match task.as_ref().map(Task::action::<A>) {
            Ok(Ok(action)) => Ok(action),
            Ok(Err(error)) => Err(Fault::internal(&error)),
            Err(fault) => Err(fault.clone()),
        };
        let info = action.as_ref().ok().map(ActionOf::<A>::info);
        let (name, mode) = info.map_or(("schedule", Mode::Read), |info| (info.name, info.mode));
        let mut turn = WriteTurn::begin_as(&mut access, mode, name, None).of_schedule(alarm.id);
        let result = match action {
            Ok(action) => self.run(&mut turn, alarm.id, action).await,
            Err(fault) => Err(fault),
        };
        let next = self.next_of(alarm, task.ok());
        if result.is_ok() {
            // In the turn, so in the commit of its effect.
            self.move_on(alarm.id, next.clone());
        }
        if let Err(fault) = turn.end_as(mode, result) {
            log::error!(
                actor = shown(self.0.id()),
                schedule = shown(&alarm.id),
                fault = shown(&fault),
                "a scheduled action failed"
            );
            drop(access);
            let mut access = self.0.turns().write().await?;
            let turn = WriteTurn::begin(&mut access, name, None);
            self.move_on(alarm.id, next);
            turn.end_aside();
        }
        Ok(())
    }

    /// Runs the action of an alarm. A state that cannot be saved must not bring the alarm back with it.
    async fn run(
        &self,
        turn: &mut WriteTurn<'_, A>,
        id: ScheduleId,
        action: ActionOf<A>,
    ) -> Result<(), Fault> {
        let info = action.info();
        let who = || CallInfo { schedule: Some(id), ..self.0.spans().who(None) };
        let mut watch = CallInstrument::begin(self.0.resources().meters(), info, who);
        let span = watch.span().unwrap_or_else(Span::none);
        let result = turn.act_for_nobody(action).instrument(span).await;
        watch.see(&result);
        watch.end();
        result?;
        if info.mode.is_exclusive() { turn.check_savable() } else { Ok(()) }
    }

    /// The alarm as it is set for its next time; `None`: there is none.
    fn next_of(&self, alarm: &Alarm, task: Option<Task>) -> Option<Alarm> {
        let task = task?;
        let clock = self.0.shared().clock();
        let now_ms = clock.now().by(alarm.kind);
        let next = task.repeat.as_ref()?.next_ms(alarm.due_ms, now_ms).and_then(|due_ms| {
            let period_ms = match alarm.kind {
                AlarmKind::Elapsed => alarm.period_ms,
                AlarmKind::WallClock => Some(due_ms.saturating_sub(now_ms)),
            };
            task.alarm(Alarm { due_ms, period_ms, ..alarm.clone() }, clock)
        });
        next.inspect_err(|error| {
            log::error!(
                schedule = shown(&alarm.id),
                error = shown(&error),
                "schedule has no next occurrence; removed"
            );
        })
        .ok()
    }

    /// The alarm has fired: it is set for its next time, or cleared. One that was cancelled stays so. The turn under way
    /// counts the change.
    fn move_on(&self, id: AlarmId, next: Option<Alarm>) {
        let alarms = &mut self.durable().lock().parts.alarms;
        match next {
            _ if !alarms.is_set(id) => {}
            Some(next) => alarms.set(next),
            None => {
                alarms.clear(id);
            }
        }
    }
}
