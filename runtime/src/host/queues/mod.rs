//! Queues: the durable messages of an actor, how they come, are taken, and are done with.

pub(in crate::host) mod enqueue;
pub(in crate::host) mod queue;
pub(in crate::host) mod queued_bytes;
pub(in crate::host) mod recovery;
pub(in crate::host) mod refill;
pub(in crate::host) mod state;
