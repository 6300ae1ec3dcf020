//! Delivery: from an encoded event to what waits for a socket.

pub(crate) mod backlog;
pub(crate) mod batch;
pub(crate) mod burst;
pub(crate) mod drop_counters;
pub(crate) mod encoded_event;
pub(crate) mod encoding_slot;
pub(crate) mod load;
pub(crate) mod outbox;
pub(crate) mod subscriptions;
