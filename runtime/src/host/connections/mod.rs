//! The connections of one actor. They outlive its sleep if the actor hibernates.
//!
//! - `connect.rs`: how a connection is opened and ends. `subscribe.rs`: subscriptions that the actor decides about, which
//!   `asking.rs` brings to it.
//! - `route.rs`: the way from a connection to the actor, which may be asleep. `in_flight.rs` counts what is under way there.
//! - `broadcast_buffer.rs` and `broadcast.rs`: the way from the actor to many connections. `turn_buffer.rs` decides when what
//!   is buffered leaves, and `read_batch.rs` which turns a session runs together.

pub(in crate::host) mod asking;
pub(in crate::host) mod audience;
pub(in crate::host) mod broadcast;
pub(in crate::host) mod broadcast_buffer;
pub(in crate::host) mod connect;
pub(crate) mod in_flight;
pub(crate) mod read_batch;
pub(in crate::host) mod route;
pub(in crate::host) mod subscribe;
mod sync;
mod turn_buffer;
#[cfg(test)]
mod turn_buffer_model;
pub(in crate::host) mod wire_conn;

use std::{collections::BTreeMap, sync::Arc};

use parking_lot::Mutex;

use self::{audience::Audience, broadcast_buffer::BroadcastBuffer};
use super::pending_output::ActorGate;
use crate::{
    Actor, Conn, ConnId, EventOf,
    actor::conn::events,
    delivery::encoded_event::{EncodedEvent, SendError},
    meters::ActorMeters,
};

/// The open connections of one actor, in the order they joined, and the gate that their events go through.
pub(crate) struct Connections<A: Actor> {
    members: Mutex<Members<A>>,
    gate: ActorGate<A>,
    broadcasts: Arc<BroadcastBuffer<A>>,
    /// The connections that get each event, as far as they were looked up.
    audiences: Mutex<Box<[Option<Known<A>>]>>,
    meters: Arc<ActorMeters>,
}

/// The connections that get an event, as of this version.
struct Known<A: Actor> {
    version: u64,
    audience: Arc<Audience<A>>,
}

struct Members<A: Actor> {
    /// Ids grow, so their order is the order of joining.
    by_id: BTreeMap<ConnId, Conn<A>>,
    /// What iterations share, until somebody joins or leaves.
    snapshot: Option<Arc<[Conn<A>]>>,
}

impl<A: Actor> Connections<A> {
    /// Those of an actor that has this gate.
    pub(super) fn new(gate: ActorGate<A>, meters: &Arc<ActorMeters>) -> Self {
        Self {
            members: Mutex::new(Members { by_id: BTreeMap::new(), snapshot: None }),
            broadcasts: Arc::new(BroadcastBuffer::new(gate.clone())),
            gate,
            audiences: Mutex::new(events::<A>().iter().map(|_| None).collect()),
            meters: Arc::clone(meters),
        }
    }

    pub(super) fn gate(&self) -> &ActorGate<A> {
        &self.gate
    }

    pub(super) fn broadcasts(&self) -> &Arc<BroadcastBuffer<A>> {
        &self.broadcasts
    }

    pub(super) fn add(&self, conn: Conn<A>) {
        let mut members = self.members.lock();
        members.by_id.insert(conn.id(), conn);
        members.snapshot = None;
        self.broadcasts.set_connected(members.by_id.len());
        self.meters.connections.increment(1.0);
    }

    pub(super) fn remove(&self, id: ConnId) -> Option<Conn<A>> {
        let mut members = self.members.lock();
        members.snapshot = None;
        let left = members.by_id.remove(&id)?;
        self.broadcasts.set_connected(members.by_id.len());
        self.meters.connections.decrement(1.0);
        drop(members);
        // Or an audience would keep the connection.
        self.audiences.lock().fill_with(|| None);
        Some(left)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.members.lock().by_id.is_empty()
    }

    pub(crate) fn get(&self, id: ConnId) -> Option<Conn<A>> {
        self.members.lock().by_id.get(&id).filter(|conn| conn.is_open()).cloned()
    }

    /// The connections that are open now. It does not change when others join or leave.
    pub(crate) fn snapshot(&self) -> Arc<[Conn<A>]> {
        let mut members = self.members.lock();
        let Members { by_id, snapshot } = &mut *members;
        Arc::clone(snapshot.get_or_insert_with(|| by_id.values().cloned().collect()))
    }

    /// Sends an event to all connections that are subscribed to it.
    pub(crate) fn broadcast<E: EventOf<A::Contract>>(&self, event: &E) -> Result<(), SendError> {
        let audience = self.audience(E::INDEX);
        if let Some(conn) = audience.conns.first() {
            let event = EncodedEvent::new(event).messages(audience.slots, conn.longest_event())?;
            self.broadcasts.send(&audience, event);
        }
        self.meters.published(E::INDEX, None, audience.conns.len() as u64);
        Ok(())
    }

    /// The same for those of them that fulfil the condition.
    pub(crate) fn broadcast_where<E: EventOf<A::Contract>>(
        &self,
        wanted: impl Fn(&Conn<A>) -> bool,
        event: &E,
    ) -> Result<(), SendError> {
        let (mut encoded, mut delivered) = (EncodedEvent::new(event), 0);
        for conn in &self.audience(E::INDEX).conns {
            if wanted(conn) {
                match conn.send_encoded(&mut encoded) {
                    Ok(()) => delivered += 1,
                    Err(SendError::Closed) => {}
                    // The others get it all the same.
                    Err(SendError::NoRoom { .. }) => conn.close_full(E::INDEX),
                    Err(error) => return Err(error),
                }
            }
        }
        self.meters.published(E::INDEX, None, delivered);
        self.meters.delivered(E::INDEX, delivered);
        Ok(())
    }

    /// The connections that get the event at this place of the table.
    fn audience(&self, index: usize) -> Arc<Audience<A>> {
        let mut audiences = self.audiences.lock();
        // Read before the connections: what changes meanwhile is seen the next time.
        let version = self.broadcasts.version();
        if let Some(known) = audiences[index].as_ref().filter(|known| known.version == version) {
            return Arc::clone(&known.audience);
        }
        let conns: Vec<_> = self.snapshot().iter().filter(|conn| conn.gets(index)).cloned().collect();
        // Events that the same connections get go out together.
        let is_same = |other: &&Known<A>| other.version == version && other.audience.conns == conns;
        let audience = match audiences.iter().flatten().find(is_same) {
            Some(same) => Arc::clone(&same.audience),
            None => Arc::new(Audience::of(conns)),
        };
        audiences[index] = Some(Known { version, audience: Arc::clone(&audience) });
        audience
    }
}
