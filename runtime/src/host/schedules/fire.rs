//! Ringing: what is due runs, and is cleared in the commit that holds its effect.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use tokio::{sync::oneshot, time::Instant};

use super::{alarm_task::Task, alarms::Alarms};
use crate::{
    Action as _, Actor, Fault, Mode, ScheduleError, ScheduleId,
    actor::{
        ActionOf,
        schedule::{Schedule, When},
    },
    host::{
        ActorCell,
        cell::lifecycle::Phase,
        turn::{
            instrument::{CallInfo, CallInstrument},
            write_turn::{WriteAccess, WriteTurn},
        },
    },
    store::{Alarm, AlarmId, AlarmKind},
    util::{
        clock::Moment,
        log::{self, Instrument as _, Span},
        shown::shown,
    },
};

impl<A: Actor> ActorCell<A> {
    /// Sets an alarm. It is saved with the turn that sets it, or at once.
    pub(crate) fn schedule(
        self: &Arc<Self>,
        when: When,
        action: &ActionOf<A>,
    ) -> Result<ScheduleId, ScheduleError> {
        let clock = self.shared().clock();
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
        self.change_alarms(|alarms| alarms.set(alarm)).ok_or(ScheduleError::Asleep)?;
        Ok(id)
    }

    /// Says whether there was such an alarm.
    pub(crate) fn cancel(self: &Arc<Self>, id: ScheduleId) -> bool {
        self.change_alarms(|alarms| alarms.clear(id)).unwrap_or(false)
    }

    pub(crate) fn schedules(&self) -> Vec<Schedule> {
        let clock = self.shared().clock();
        let ahead_ms = clock.ahead_ms();
        let read = |alarm: &Alarm| {
            let task = Task::read(alarm).ok()?;
            let due_ms = match alarm.kind {
                AlarmKind::WallClock => alarm.due_ms,
                AlarmKind::Elapsed => alarm.due_ms.saturating_add_signed(ahead_ms).min(Alarm::LATEST_MS),
            };
            Some(Schedule::new(alarm.id, due_ms, task.action, task.repeat))
        };
        let mut schedules: Vec<_> = self.alarms.lock().all().filter_map(read).collect();
        schedules.sort_by_key(|schedule| (schedule.due_ms, schedule.id));
        schedules
    }

    /// The alarms are those that the store has, and the gate is as it is after that: those that were set by another clock
    /// are to be saved as they are by this one.
    pub(in crate::host) fn load_alarms(&self, alarms: Vec<Alarm>, epoch: u64, revision: u64) {
        let mut gate = self.gate.lock();
        let corrected = self.alarms.lock().loaded(alarms, self.shared().clock());
        gate.loaded(epoch, revision);
        if corrected {
            gate.changed_aside();
            drop(gate);
            self.mailbox.nudge();
        }
    }

    /// `None`: the actor sleeps, so nothing was changed.
    fn change_alarms<T>(self: &Arc<Self>, change: impl FnOnce(&mut Alarms) -> T) -> Option<T> {
        // The gate before the alarms, as where both are submitted.
        let mut gate = self.gate.lock();
        let mut alarms = self.alarms.lock();
        if self.lifecycle().phase() >= Phase::Sealed {
            return None;
        }
        let result = change(&mut alarms);
        gate.changed_aside();
        drop((alarms, gate));
        // Outside of a turn that ends in a save, the actor's task sees to it.
        self.mailbox.nudge();
        Some(result)
    }

    /// Waits until the store has the alarms as they are, and says whether nothing is due any more that was due by then.
    /// `false` too if nobody knows when the store will have them.
    pub(in crate::host) async fn has_rung(&self, until: Moment) -> bool {
        loop {
            let ended = self.save_ended.notified();
            {
                let gate = self.gate.lock();
                let alarms = self.alarms.lock();
                if gate.is_invalid() || gate.is_retrying() {
                    return false;
                }
                if !alarms.has_changes() {
                    return alarms.first_due(until).is_none();
                }
            }
            tokio::select! {
                () = ended => {}
                () = self.lifecycle().reached(Phase::Closed) => return false,
            }
        }
    }

    /// Runs the alarm that is due first, in a turn of its own.
    pub(in crate::host) async fn ring_next(self: &Arc<Self>, ringing: &mut FiringAlarms) {
        match self.ring_first().await {
            Ok(true) => ringing.rang(self.mailbox.waiting()),
            Ok(false) => ringing.end(),
            Err(fault) => {
                log::error!(
                    actor = shown(self.record().id),
                    fault = shown(&fault),
                    "schedules wait: the actor gets no turn"
                );
                ringing.break_off();
            }
        }
    }

    /// Says whether an alarm was due. Fails if the actor gets no turn: then the alarm is still set.
    async fn ring_first(self: &Arc<Self>) -> Result<bool, Fault> {
        let clock = self.shared().clock();
        if self.alarms.lock().is_to_be_corrected(clock) {
            self.change_alarms(|alarms| alarms.correct(clock));
        }
        if self.first_due().is_none() {
            return Ok(false);
        }
        let access = self.write().await?;
        // What had the turn before may have cancelled it.
        let Some(alarm) = self.first_due() else { return Ok(false) };
        self.ring(access, &alarm).await?;
        Ok(true)
    }

    fn first_due(&self) -> Option<Alarm> {
        let now = self.shared().clock().now();
        self.alarms.lock().first_due(now).cloned()
    }

    async fn ring(self: &Arc<Self>, mut access: WriteAccess<A>, alarm: &Alarm) -> Result<(), Fault> {
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
            Ok(action) => self.ring_action(&mut turn, alarm.id, action).await,
            Err(fault) => Err(fault),
        };
        let next = self.next_of(alarm, task.ok());
        if result.is_ok() {
            // In the turn, so in the commit of its effect: whatever moment a crash picks, it ran once or not at all.
            self.move_on(alarm.id, next.clone());
        }
        if let Err(fault) = turn.end_as(mode, result) {
            log::error!(
                actor = shown(self.record().id),
                schedule = shown(&alarm.id),
                fault = shown(&fault),
                "a scheduled action failed"
            );
            // It ran, and what it did is taken back; like any call that fails, it is not tried again.
            drop(access);
            let mut access = self.write().await?;
            let turn = WriteTurn::begin(&mut access, name, None);
            self.move_on(alarm.id, next);
            turn.end_aside();
        }
        Ok(())
    }

    /// Runs the action of a schedule. A state that cannot be saved must not bring the alarm back with it.
    async fn ring_action(
        &self,
        turn: &mut WriteTurn<'_, A>,
        id: ScheduleId,
        action: ActionOf<A>,
    ) -> Result<(), Fault> {
        let info = action.info();
        let mut watch =
            CallInstrument::begin(self.meters(), info, || CallInfo { schedule: Some(id), ..self.who(None) });
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
        let clock = self.shared().clock();
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
                "a schedule has no next time; it is removed"
            );
        })
        .ok()
    }

    /// The alarm has rung: it is set for its next time, or cleared. One that was cancelled stays so.
    fn move_on(&self, id: AlarmId, next: Option<Alarm>) {
        let mut alarms = self.alarms.lock();
        match next {
            _ if !alarms.is_set(id) => {}
            Some(next) => alarms.set(next),
            None => {
                alarms.clear(id);
            }
        }
    }
}

/// Alarms that are due and take turns with what waits in the mailbox: each of them is followed by what came meanwhile.
#[derive(Default)]
pub(in crate::host) struct FiringAlarms {
    is_on: bool,
    /// How many calls may run before the next alarm.
    calls: usize,
    /// Told when nothing is due any more.
    waiting: Vec<oneshot::Sender<()>>,
    /// After alarms got no turn.
    not_before: Option<Instant>,
}

impl FiringAlarms {
    /// How many calls an alarm waits for at most.
    const MOST_CALLS: usize = 64;
    /// How long alarms wait that got no turn.
    const RETRY: Duration = Duration::from_secs(1);

    /// Alarms are due.
    pub(in crate::host) fn begin(&mut self, waiting: Option<oneshot::Sender<()>>) {
        self.is_on = true;
        self.waiting.extend(waiting);
    }

    pub(in crate::host) fn is_on(&self) -> bool {
        self.is_on
    }

    /// Whether the next turn is an alarm's, whatever waits.
    pub(in crate::host) fn is_next(&self) -> bool {
        self.is_on && self.calls == 0
    }

    /// How many calls may run together before an alarm has its turn.
    pub(in crate::host) fn calls_before(&self) -> usize {
        if self.is_on { self.calls } else { usize::MAX }
    }

    /// So many calls have run.
    pub(in crate::host) fn ran(&mut self, calls: usize) {
        self.calls = self.calls.saturating_sub(calls);
    }

    /// An alarm had its turn; so many calls wait.
    fn rang(&mut self, calls: usize) {
        self.calls = calls.clamp(1, Self::MOST_CALLS);
    }

    /// Nothing is due any more.
    pub(in crate::host) fn end(&mut self) {
        for waiting in self.waiting.drain(..) {
            // Whoever asked may have given up.
            let _ = waiting.send(());
        }
        (self.is_on, self.calls, self.not_before) = (false, 0, None);
    }

    /// What is due gets no turn now.
    pub(in crate::host) fn break_off(&mut self) {
        self.end();
        self.not_before = Some(Instant::now() + Self::RETRY);
    }

    /// Until when alarms are to be left alone.
    pub(in crate::host) fn not_before(&self) -> Option<Instant> {
        self.not_before
    }
}
