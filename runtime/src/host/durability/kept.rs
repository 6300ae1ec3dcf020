//! What an actor keeps of all that it has to save.

use parking_lot::Mutex;

use super::{gate_handle::GateHandle, parts::Parts, saves::SaveQueue, waiting::Pending};
use crate::{
    host::{queues::own_queues::OwnQueues, schedules::alarms::Alarms},
    util::rare_notify::RareNotify,
};

/// All of it but what is known without: made at once, or with the first thing that needs it.
pub(super) struct Kept<P: Pending> {
    pub(super) gate: GateHandle<P>,
    pub(super) parts: Mutex<Parts>,
    /// Told whenever a save ends.
    pub(super) save_ended: RareNotify,
    /// Told whenever there may be something to take from the queues, or room in them, or an end of both.
    pub(super) queues_changed: RareNotify,
}

impl<P: Pending> Kept<P> {
    pub(super) fn new(gate: GateHandle<P>, alarms: Alarms, queues: OwnQueues) -> Box<Self> {
        let parts = Mutex::new(Parts { saves: SaveQueue::default(), alarms, queues });
        Box::new(Self {
            gate,
            parts,
            save_ended: RareNotify::default(),
            queues_changed: RareNotify::default(),
        })
    }
}
