//! The connections that get an event, as they are when it is sent.

use std::sync::Arc;

use crate::{
    Actor, Conn, ConnId,
    delivery::{
        encoding_slot::{EncodingSlot, PerSlot},
        outbox::Outbox,
    },
};

/// The connections that get an event.
pub(crate) struct Audience<A: Actor> {
    /// In the order they joined, which is that of their ids.
    pub(in crate::host) conns: Vec<Conn<A>>,
    /// Of those connections that have one.
    pub(in crate::host) outboxes: Arc<[Arc<Outbox>]>,
    /// The encodings that they need.
    pub(in crate::host) slots: PerSlot<bool>,
}

impl<A: Actor> Audience<A> {
    pub(super) fn of(conns: Vec<Conn<A>>) -> Self {
        let mut slots = [false; EncodingSlot::COUNT];
        for slot in conns.iter().filter_map(Conn::encoding_slot) {
            slots[slot.index()] = true;
        }
        let outboxes = conns.iter().filter_map(Conn::outbox).cloned().collect();
        Self { conns, outboxes, slots }
    }

    pub(super) fn member(&self, id: ConnId) -> Option<&Conn<A>> {
        self.conns.binary_search_by_key(&id, Conn::id).ok().map(|place| &self.conns[place])
    }
}
