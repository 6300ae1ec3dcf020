//! Delivery: from an encoded event to what waits for a socket.

pub(crate) mod backlog;
pub(crate) mod batch;
pub(crate) mod drop_counters;
pub(crate) mod encoded_event;
pub(crate) mod encoding_slot;
pub(crate) mod outbox;
pub(crate) mod outgoing_message;
pub(crate) mod queue_size;
pub(crate) mod subscriptions;
pub(crate) mod turn_id;
