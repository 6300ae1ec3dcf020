//! The roster: who is connected to an actor. It outlives the actor's sleep if the actor hibernates.

use std::{collections::BTreeMap, sync::Arc};

use parking_lot::Mutex;

use super::gate::Gate;
use crate::{Actor, Conn, ConnId, meters::ActorMeters};

/// The open connections of one actor, in the order they joined, and the gate that their events pass.
pub(crate) struct Roster<A: Actor> {
    members: Mutex<Members<A>>,
    gate: Arc<Mutex<Gate<A>>>,
    meters: Arc<ActorMeters>,
}

struct Members<A: Actor> {
    /// Ids grow, so their order is the order of joining.
    by_id: BTreeMap<ConnId, Conn<A>>,
    /// What iterations share, until somebody joins or leaves.
    snapshot: Option<Arc<[Conn<A>]>>,
}

impl<A: Actor> Roster<A> {
    pub(super) fn new(meters: &Arc<ActorMeters>) -> Self {
        Self {
            members: Mutex::new(Members { by_id: BTreeMap::new(), snapshot: None }),
            gate: Arc::new(Mutex::new(Gate::new())),
            meters: Arc::clone(meters),
        }
    }

    pub(super) fn gate(&self) -> &Arc<Mutex<Gate<A>>> {
        &self.gate
    }

    pub(super) fn add(&self, conn: Conn<A>) {
        let mut members = self.members.lock();
        members.by_id.insert(conn.id(), conn);
        members.snapshot = None;
        self.meters.connections.increment(1.0);
    }

    pub(super) fn remove(&self, id: ConnId) -> Option<Conn<A>> {
        let mut members = self.members.lock();
        members.snapshot = None;
        let removed = members.by_id.remove(&id)?;
        self.meters.connections.decrement(1.0);
        Some(removed)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.members.lock().by_id.is_empty()
    }

    pub(crate) fn get(&self, id: ConnId) -> Option<Conn<A>> {
        self.members.lock().by_id.get(&id).filter(|conn| conn.is_open()).cloned()
    }

    /// Everybody who is connected now. Who joins or leaves later does not change it.
    pub(crate) fn snapshot(&self) -> Arc<[Conn<A>]> {
        let mut members = self.members.lock();
        let Members { by_id, snapshot } = &mut *members;
        Arc::clone(snapshot.get_or_insert_with(|| by_id.values().cloned().collect()))
    }
}
