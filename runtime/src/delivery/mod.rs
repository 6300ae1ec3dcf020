//! Delivery: from an event to what waits for a socket.
//!
//! The way of an event, in order:
//!
//! 1. [`EncodedEvent`](encoded_event::EncodedEvent) serializes it once for each [`EncodingSlot`](encoding_slot::EncodingSlot)
//!    that its receivers need, however many they are. Each form is an
//!    [`OutgoingMessage`](outgoing_message::OutgoingMessage): the bytes, and the [`DropPolicy`](outgoing_message::DropPolicy)
//!    that says what may become of them for a slow consumer.
//! 2. Messages that go to the same connections together are a [`Batch`](batch::Batch), which all of them share. The host
//!    collects them while a turn runs (`host/connections/broadcast_buffer.rs`), and holds them at the output gate if they
//!    have to wait for a save (`host/durability/output_gate.rs`).
//! 3. [`Outbox::send`](outbox::Outbox::send) puts the batch into the queue of one connection. It never waits. While the client
//!    does not keep up, what waits for it is a [`Backlog`](backlog::Backlog), where messages can be dropped or replaced:
//!    [`DropCounters`](drop_counters::DropCounters) count them, and the client is told.
//! 4. The session of the connection takes what fits into one write, frames it, and writes it. While it has nothing to write,
//!    it lends its [`DirectWrite`](direct_write::DirectWrite) to the outbox, and [`flush`](outbox::flush) writes in its
//!    place.
//!
//! One verb for one act: *send* puts into a queue, *write* puts bytes on a socket, *flush* empties a buffer.
//!
//! Nothing here knows the host's actors, nor which transport carries the bytes.

pub(crate) mod backlog;
pub(crate) mod batch;
pub(crate) mod direct_write;
pub(crate) mod drop_counters;
pub(crate) mod encoded_event;
pub(crate) mod encoding_slot;
pub(crate) mod outbox;
pub(crate) mod outgoing_message;
pub(crate) mod queue_size;
pub(crate) mod subscriptions;
pub(crate) mod turn_id;
