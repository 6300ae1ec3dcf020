//! The alarms of one actor: what is to be done later, and by when.

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::changes::Changes;
use crate::{
    Action, ActionInfo, Actor, ScheduleError,
    actor::ActionOf,
    schedule::Repeat,
    store::{Alarm, AlarmChange, AlarmId},
    wire::{ArgsReader, ArgsWriter, DecodeError, Format},
};

/// The alarms that are set, and the changes that the store is not known to have.
pub(super) struct Alarms {
    /// Whether there is a store that is to have them.
    stored: bool,
    set: HashMap<AlarmId, Alarm>,
    /// When each of them is due, so that the first is found however many there are.
    agenda: BTreeSet<(u64, AlarmId)>,
    changes: Changes<AlarmChange>,
    /// The actor sleeps: what is set now would never be saved.
    closed: bool,
}

/// What an alarm does. It is kept as JSON, which who opens the store can read.
#[derive(Serialize, Deserialize)]
pub(crate) struct Task {
    /// The action's name on the wire.
    pub(crate) action: String,
    /// Its arguments, an array.
    args: Box<RawValue>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) repeat: Option<Repeat>,
}

impl Alarms {
    /// None yet. `stored` says whether a store is to have them.
    pub(super) fn new(stored: bool) -> Self {
        Self {
            stored,
            set: HashMap::new(),
            agenda: BTreeSet::new(),
            changes: Changes::default(),
            closed: false,
        }
    }

    /// These are the ones that the store has.
    pub(super) fn loaded(&mut self, alarms: Vec<Alarm>) {
        self.agenda = alarms.iter().map(|alarm| (alarm.due_ms, alarm.id)).collect();
        self.set = alarms.into_iter().map(|alarm| (alarm.id, alarm)).collect();
        // Nobody waits for the changes any more.
        drop(self.changes.settle());
    }

    pub(super) fn set(&mut self, alarm: Alarm) {
        if self.stored {
            self.changes.push(AlarmChange::Set(alarm.clone()));
        }
        let (due_ms, id) = (alarm.due_ms, alarm.id);
        if let Some(earlier) = self.set.insert(id, alarm) {
            self.agenda.remove(&(earlier.due_ms, id));
        }
        self.agenda.insert((due_ms, id));
    }

    /// Says whether there was such an alarm.
    pub(super) fn clear(&mut self, id: AlarmId) -> bool {
        let Some(alarm) = self.set.remove(&id) else { return false };
        self.agenda.remove(&(alarm.due_ms, id));
        if self.stored {
            self.changes.push(AlarmChange::Clear(id));
        }
        true
    }

    pub(super) fn any(&self) -> bool {
        !self.set.is_empty()
    }

    /// Whether there are changes that the store is not known to have.
    pub(super) fn has_changes(&self) -> bool {
        self.changes.any()
    }

    /// Whether there are changes that are not even on their way to the store.
    pub(super) fn has_unsubmitted(&self) -> bool {
        !self.changes.unsubmitted().is_empty()
    }

    /// The changes for the store, and what to tell [`saved`](Self::saved).
    pub(super) fn submit(&mut self) -> (Vec<AlarmChange>, u64) {
        self.changes.submit()
    }

    /// The store has the changes up to here.
    pub(super) fn saved(&mut self, until: u64) {
        drop(self.changes.saved(until));
    }

    /// Nothing is on its way to the store any more.
    pub(super) fn not_saved(&mut self) {
        self.changes.not_saved();
    }

    /// The actor sleeps.
    pub(super) fn close(&mut self) {
        self.closed = true;
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    pub(super) fn is_set(&self, id: AlarmId) -> bool {
        self.set.contains_key(&id)
    }

    /// Every alarm, the earliest first.
    pub(super) fn all(&self) -> Vec<Alarm> {
        self.agenda.iter().filter_map(|(_, id)| self.set.get(id)).cloned().collect()
    }

    /// The alarm that is due first, if it is due by now.
    pub(super) fn first_due(&self, now_ms: u64) -> Option<&Alarm> {
        let (_, id) = self.agenda.first().filter(|(due_ms, _)| *due_ms <= now_ms)?;
        self.set.get(id)
    }

    pub(super) fn next_due_ms(&self) -> Option<u64> {
        self.agenda.first().map(|(due_ms, _)| *due_ms)
    }
}

impl Task {
    pub(crate) fn new<A: Actor>(action: &ActionOf<A>, repeat: Option<Repeat>) -> Result<Self, ScheduleError> {
        let info: &'static ActionInfo = action.info();
        let mut args = ArgsWriter::kept(Format::Json, info.args.len());
        action.encode(&mut args)?;
        let args = String::from_utf8(args.finish().into()).map_err(|error| ScheduleError::invalid(&error))?;
        let args = RawValue::from_string(args).map_err(|error| ScheduleError::invalid(&error))?;
        Ok(Self { action: info.name.to_owned(), args, repeat })
    }

    /// The action, for an actor that still has it.
    pub(super) fn action<A: Actor>(&self) -> Result<ActionOf<A>, DecodeError> {
        let info = <ActionOf<A>>::TABLE.iter().find(|info| info.name == self.action);
        let info = info.ok_or_else(|| crate::__private::unknown_action(&self.action))?;
        let mut args = ArgsReader::new(Format::Json, self.args.get().as_bytes(), info)?;
        let action = <ActionOf<A>>::decode(&self.action, &mut args)?;
        args.finish()?;
        Ok(action)
    }

    pub(crate) fn write(&self) -> Result<Vec<u8>, ScheduleError> {
        serde_json::to_vec(self).map_err(|error| ScheduleError::invalid(&error))
    }

    pub(crate) fn read(payload: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(payload)
    }
}
