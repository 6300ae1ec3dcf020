//! The alarms of one actor: what is to be done later, and by when.

use std::collections::{BTreeSet, HashMap};

use crate::{
    host::{durability::change_log::Changes, schedules::alarm_task::Task},
    store::{Alarm, AlarmChange, AlarmId, AlarmKind},
    util::clock::{Clock, Due, Moment},
};

/// The alarms that are set, and the changes that the store is not known to have. Few actors have any.
pub(in crate::host) struct Alarms {
    /// Whether there is a store that is to have them.
    stored: bool,
    /// Made with the first alarm.
    table: Option<Box<Table>>,
    /// How much the time of day was ahead of elapsed time when what follows it was looked at last.
    ahead_ms: i64,
}

#[derive(Default)]
struct Table {
    set: HashMap<AlarmId, Alarm>,
    /// When each of them is due, so that the first is found however many there are.
    by_time_of_day: BTreeSet<(u64, AlarmId)>,
    by_elapsed_time: BTreeSet<(u64, AlarmId)>,
    changes: Changes<AlarmChange>,
}

impl Alarms {
    /// None yet. `stored` says whether a store is to have them.
    pub(in crate::host) fn new(stored: bool) -> Self {
        Self { stored, table: None, ahead_ms: i64::MIN }
    }

    /// Of an actor that has started, is in no store, and has had none until now. They are corrected at the first look.
    pub(in crate::host) fn loaded_without() -> Self {
        Self { stored: false, table: None, ahead_ms: i64::MAX }
    }

    fn table(&mut self) -> &mut Table {
        self.table.get_or_insert_default()
    }

    /// These are the alarms that the store has. Says whether some were corrected, because another clock had set them: those
    /// are to be saved as they are now.
    pub(in crate::host) fn loaded(&mut self, alarms: Vec<Alarm>, clock: &Clock) -> bool {
        if let Some(table) = &mut self.table {
            table.set.clear();
            table.by_time_of_day.clear();
            table.by_elapsed_time.clear();
            // What has changed before is void.
            drop(table.changes.settle());
        }
        for alarm in alarms {
            self.table().insert(alarm);
        }
        self.follow(clock)
    }

    /// Corrects alarms whenever the clock was put back from now on. Says whether some of them were corrected.
    pub(in crate::host) fn follow(&mut self, clock: &Clock) -> bool {
        self.ahead_ms = i64::MAX;
        self.correct(clock)
    }

    /// If the time of day was put back by much since this was done last, moves alarms that are further ahead than they can be.
    /// Says whether there were any.
    pub(in crate::host) fn correct(&mut self, clock: &Clock) -> bool {
        if !self.is_to_be_corrected(clock) {
            return false;
        }
        let now = clock.now();
        let corrected = self.all().filter_map(|alarm| Self::corrected(alarm, clock, now));
        let corrected: Vec<_> = corrected.collect();
        let any = !corrected.is_empty();
        for alarm in corrected {
            self.set(alarm);
        }
        self.ahead_ms = clock.ahead_ms();
        any
    }

    pub(in crate::host) fn is_to_be_corrected(&self, clock: &Clock) -> bool {
        clock.was_put_back(self.ahead_ms)
    }

    /// An alarm as it should be, if it is not.
    fn corrected(alarm: &Alarm, clock: &Clock, now: Moment) -> Option<Alarm> {
        match alarm.kind {
            AlarmKind::Elapsed => {
                let task = Task::read(alarm).ok();
                let elsewhere =
                    task.as_ref().and_then(|task| task.clock).filter(|set_by| !set_by.is_of(clock));
                // Another process has set it by another time, but said what the time of day was.
                let due_ms = elsewhere.map_or(alarm.due_ms, |set_by| set_by.to_time_of_day(alarm.due_ms));
                let latest_ms =
                    alarm.period_ms.map_or(u64::MAX, |period_ms| now.elapsed_ms.saturating_add(period_ms));
                let due_ms = due_ms.min(latest_ms);
                if due_ms == alarm.due_ms && elsewhere.is_none() {
                    return None;
                }
                task?.alarm(Alarm { due_ms, ..alarm.clone() }, clock).ok()
            }
            AlarmKind::WallClock => {
                if !alarm.is_ahead_of(now.wall_ms.saturating_add(Clock::PUT_BACK_MS)) {
                    return None;
                }
                let repeat = Task::read(alarm).ok()?.repeat?;
                let due_ms = repeat.next_ms(alarm.due_ms, now.wall_ms).ok()?;
                Some(Alarm { due_ms, period_ms: Some(due_ms.saturating_sub(now.wall_ms)), ..alarm.clone() })
            }
        }
    }

    pub(in crate::host) fn set(&mut self, alarm: Alarm) {
        let alarm = alarm.in_range();
        let stored = self.stored;
        let table = self.table();
        if stored {
            table.changes.push(AlarmChange::Set(alarm.clone()));
        }
        table.insert(alarm);
    }

    /// Says whether there was such an alarm.
    pub(in crate::host) fn clear(&mut self, id: AlarmId) -> bool {
        let Some(table) = &mut self.table else { return false };
        let Some(alarm) = table.set.remove(&id) else { return false };
        table.agenda(alarm.kind).remove(&(alarm.due_ms, id));
        if self.stored {
            table.changes.push(AlarmChange::Clear(id));
        }
        true
    }

    pub(in crate::host) fn any(&self) -> bool {
        self.table.as_ref().is_some_and(|table| !table.set.is_empty())
    }

    /// Whether there are changes that the store is not known to have.
    pub(in crate::host) fn has_changes(&self) -> bool {
        self.table.as_ref().is_some_and(|table| table.changes.any())
    }

    /// Whether there are changes that are not even on their way to the store.
    pub(in crate::host) fn has_unsubmitted(&self) -> bool {
        self.table.as_ref().is_some_and(|table| table.changes.any_unsubmitted())
    }

    /// All changes are on their way to the store. Gives the place of the last, for [`saved`](Self::saved).
    pub(in crate::host) fn submit(&mut self) -> u64 {
        self.table.as_mut().map_or(0, |table| table.changes.submit())
    }

    /// The changes for the store, up to this place.
    pub(in crate::host) fn until(&self, until: u64) -> Vec<AlarmChange> {
        self.table.as_ref().map_or_else(Vec::new, |table| table.changes.until(until).to_vec())
    }

    /// The store has the changes up to this place.
    pub(in crate::host) fn saved(&mut self, until: u64) {
        if let Some(table) = &mut self.table {
            drop(table.changes.saved(until));
        }
    }

    /// Nothing is on its way to the store any more.
    pub(in crate::host) fn not_saved(&mut self) {
        if let Some(table) = &mut self.table {
            table.changes.not_saved();
        }
    }

    pub(in crate::host) fn is_set(&self, id: AlarmId) -> bool {
        self.table.as_ref().is_some_and(|table| table.set.contains_key(&id))
    }

    /// Every alarm.
    pub(in crate::host) fn all(&self) -> impl Iterator<Item = &Alarm> {
        self.table.iter().flat_map(|table| table.set.values())
    }

    /// The alarm that has been due for the longest time.
    pub(in crate::host) fn first_due(&self, now: Moment) -> Option<&Alarm> {
        let Table { set, by_time_of_day, by_elapsed_time, .. } = self.table.as_deref()?;
        let late = |(due_ms, id): &(u64, AlarmId), now_ms: u64| Some((now_ms.checked_sub(*due_ms)?, *id));
        let by_time_of_day = by_time_of_day.first().and_then(|first| late(first, now.wall_ms));
        let by_elapsed_time = by_elapsed_time.first().and_then(|first| late(first, now.elapsed_ms));
        let (_, id) = match (by_time_of_day, by_elapsed_time) {
            // Of those that have been due for as long, the one that was set first.
            (Some(one), Some(other)) => {
                if (other.0, one.1) < (one.0, other.1) {
                    one
                } else {
                    other
                }
            }
            (one, other) => one.or(other)?,
        };
        set.get(&id)
    }

    /// When the first of them are due.
    pub(in crate::host) fn next_due(&self) -> Due {
        let Some(table) = &self.table else { return Due { wall_ms: None, elapsed_ms: None } };
        let first = |agenda: &BTreeSet<(u64, AlarmId)>| agenda.first().map(|(due_ms, _)| *due_ms);
        Due { wall_ms: first(&table.by_time_of_day), elapsed_ms: first(&table.by_elapsed_time) }
    }
}

impl Table {
    fn insert(&mut self, alarm: Alarm) {
        let (kind, due_ms, id) = (alarm.kind, alarm.due_ms, alarm.id);
        if let Some(earlier) = self.set.insert(id, alarm) {
            self.agenda(earlier.kind).remove(&(earlier.due_ms, id));
        }
        self.agenda(kind).insert((due_ms, id));
    }

    fn agenda(&mut self, kind: AlarmKind) -> &mut BTreeSet<(u64, AlarmId)> {
        match kind {
            AlarmKind::WallClock => &mut self.by_time_of_day,
            AlarmKind::Elapsed => &mut self.by_elapsed_time,
        }
    }
}
