//! What goes to the client of a connection: events, answers and the close, through the gate if they have to wait there.

use std::sync::{Arc, atomic::Ordering};

use bytes::Bytes;

use super::{Conn, Peer};
use crate::{
    Actor, Durability, EventOf, Fault, Limits,
    actor::ReplyOf,
    delivery::{
        batch::Batch,
        encoded_event::{EncodedEvent, SendError},
        encoding_slot::EncodingSlot,
        outbox::{Close, TooMuch, WriteBy},
        outgoing_message::OutgoingMessage,
    },
    error::faults,
    host::{PendingOutput, Unheld, release, turn::decode},
    wire::ToClient,
};

impl<A: Actor> Conn<A> {
    /// The most bytes of an event.
    pub(crate) fn longest_event(&self) -> usize {
        self.0.limits.outgoing_message
    }

    /// The encoding of its events; `None` if it gets none.
    pub(crate) fn encoding_slot(&self) -> Option<EncodingSlot> {
        match &self.0.peer {
            Peer::Wire(outbox) => Some(EncodingSlot::Wire(outbox.encoding())),
            #[cfg(feature = "client")]
            Peer::Local(_) => Some(EncodingSlot::Local),
            Peer::Raw(_) | Peer::Call(_) => None,
        }
    }

    /// Sends an event to it, after what is buffered for many connections.
    pub(crate) fn send_encoded<E: EventOf<A::Contract>>(
        &self,
        event: &mut EncodedEvent<'_, A::Contract, E>,
    ) -> Result<(), SendError> {
        if !self.is_open() {
            return Err(SendError::Closed);
        }
        let Some(slot) = self.encoding_slot() else { return Ok(()) };
        let event = event.batch(slot, self.longest_event())?;
        self.0.broadcasts.flush_before(self.0.id);
        self.try_send_batch(event)
    }

    /// Sends an event for it alone, through the gate if it has to wait there. Fails if there is no room for it.
    fn try_send_batch(&self, event: Arc<Batch>) -> Result<(), SendError> {
        if A::OPTIONS.durability == Durability::Output || self.has_waiting() {
            let waiting = self.0.waiting_bytes.load(Ordering::Acquire);
            let Limits { send_queue_bytes, send_queue_excess, .. } = *self.0.limits;
            if self.outbox().is_some()
                && waiting + event.bytes() > send_queue_bytes.saturating_add(send_queue_excess)
            {
                return Err(self.no_room(waiting));
            }
        } else if let Peer::Wire(outbox) = &self.0.peer {
            let pushed = release(Unheld(|| outbox.try_send(WriteBy::Session, event)));
            let is_taken = pushed.map_err(|TooMuch { waiting, .. }| self.no_room(waiting))?;
            return if is_taken { Ok(()) } else { Err(SendError::Closed) };
        }
        self.send_batch(event, WriteBy::Session)
    }

    fn no_room(&self, waiting: usize) -> SendError {
        SendError::NoRoom { waiting, limit: self.0.limits.send_queue_excess }
    }

    /// Closes it because there is no room for the event at this place of the table, which must not be missed.
    pub(crate) fn close_full(&self, index: usize) {
        if let Peer::Wire(outbox) = &self.0.peer {
            outbox.close_full(Some(index));
        }
    }

    /// Sends events to it, through the gate if they have to wait there.
    pub(crate) fn send_batch(&self, events: Arc<Batch>, writer: WriteBy) -> Result<(), SendError> {
        let event = |events| PendingOutput::Event { conn: self.clone(), events };
        let taken = self.is_open()
            && match A::OPTIONS.durability {
                Durability::Output => self.0.gate.send(event(events)).is_ok(),
                _ if self.has_waiting() => {
                    self.0.gate.send_in_order(event(events));
                    true
                }
                Durability::Reply | Durability::Relaxed => release(Unheld(|| self.send_now(events, writer))),
            };
        if taken { Ok(()) } else { Err(SendError::Closed) }
    }

    /// An output for it begins to wait at the gate, with this many bytes of events.
    pub(crate) fn begin_wait(&self, bytes: usize) {
        self.0.waiting_bytes.fetch_add(bytes, Ordering::AcqRel);
        self.0.waiting.fetch_add(1, Ordering::AcqRel);
    }

    pub(crate) fn end_wait(&self, bytes: usize) {
        self.0.waiting_bytes.fetch_sub(bytes, Ordering::AcqRel);
        self.0.waiting.fetch_sub(1, Ordering::AcqRel);
    }

    pub(crate) fn has_waiting(&self) -> bool {
        self.0.waiting.load(Ordering::Acquire) > 0
    }

    /// Puts events into its queue, past the gate; `false` if it is closed.
    pub(crate) fn send_now(&self, events: Arc<Batch>, writer: WriteBy) -> bool {
        match &self.0.peer {
            Peer::Wire(outbox) => outbox.send_for(writer, events),
            #[cfg(feature = "client")]
            Peer::Local(peer) => {
                let mut events = events.messages().iter();
                events.all(|OutgoingMessage { payload, event, .. }| {
                    event.is_some_and(|index| peer.send_event(index, payload.clone()))
                })
            }
            Peer::Raw(_) | Peer::Call(_) => false,
        }
    }

    /// Prepares the answer to a call, so that nothing but handing it over is left to do.
    pub(crate) fn prepare(&self, id: u64, result: &Result<ReplyOf<A>, Fault>) -> Option<Bytes> {
        let Peer::Wire(outbox) = &self.0.peer else { return None };
        let message = decode::answer::<A>(outbox.encoding().format(), id, result);
        let payload = outbox.encode(&message)?;
        if payload.len() <= self.0.limits.outgoing_message {
            return Some(payload);
        }
        let fault = faults::outgoing_too_long();
        outbox.encode(&ToClient::Error { action_id: Some(id), fault, actor: None })
    }

    /// Hands an answer over; `payload` is what [`prepare`](Self::prepare) made of it.
    #[cfg_attr(
        not(feature = "client"),
        expect(clippy::needless_pass_by_value, reason = "a client here keeps it")
    )]
    pub(crate) fn answer(&self, id: u64, result: Result<ReplyOf<A>, Fault>, payload: Option<Bytes>) {
        match &self.0.peer {
            Peer::Wire(outbox) => {
                let payload = payload.or_else(|| self.prepare(id, &result));
                if let Some(payload) = payload {
                    outbox.send(Batch::of(OutgoingMessage::reliable(payload)));
                }
            }
            #[cfg(feature = "client")]
            Peer::Local(peer) => peer.send_reply(id, result),
            Peer::Raw(_) | Peer::Call(_) => {}
        }
    }

    /// Closes it after what was sent to it before, wherever that waits.
    pub(crate) fn close(&self, close: Close) {
        self.0.broadcasts.flush();
        let closing = PendingOutput::Close { conn: self.clone(), close };
        match A::OPTIONS.durability {
            Durability::Output => {
                if let Err(closing) = self.0.gate.send(closing) {
                    // What was sent before is void, and this would be nothing to wait for.
                    release(closing);
                }
            }
            Durability::Reply | Durability::Relaxed => self.0.gate.send_in_order(closing),
        }
    }

    /// Closes it after what is in its queue.
    pub(crate) fn close_now(&self, close: Close) {
        match &self.0.peer {
            Peer::Wire(outbox) => outbox.close(close),
            #[cfg(feature = "client")]
            Peer::Local(peer) => peer.close(close),
            Peer::Raw(closing) => closing.close(close),
            Peer::Call(_) => {}
        }
    }
}
