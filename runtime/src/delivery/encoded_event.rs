//! One event on its way to many connections: serialized once per encoding, however many receive it.

use std::{marker::PhantomData, sync::Arc};

use bytes::Bytes;

use super::{
    batch::Batch,
    encoding_slot::{EncodingSlot, PerSlot},
    outgoing_message::{DropPolicy, OutgoingMessage},
};
use crate::{
    Contract, Event, EventOf, SlowConsumer, event_name,
    util::{log, shown::shown},
    wire::{EncodeError, Encoding, Format, ToClient},
};

/// An event, and its encoded forms as they come to be needed.
pub(crate) struct EncodedEvent<'a, C, E> {
    event: &'a E,
    args: [Option<Bytes>; 2],
    encoded: [Option<Bytes>; 3],
    policy: Option<Arc<DropPolicy>>,
    batches: PerSlot<Option<Arc<Batch>>>,
    contract: PhantomData<C>,
}

impl<'a, C: Contract, E: EventOf<C>> EncodedEvent<'a, C, E> {
    pub(crate) fn new(event: &'a E) -> Self {
        let (args, encoded) = ([None, None], [None, None, None]);
        Self { event, args, encoded, policy: None, batches: [const { None }; _], contract: PhantomData }
    }

    /// What connections of this slot get: the same for all of them.
    pub(crate) fn batch(&mut self, slot: EncodingSlot, limit: usize) -> Result<Arc<Batch>, SendError> {
        if let Some(batch) = &self.batches[slot.index()] {
            return Ok(Arc::clone(batch));
        }
        let batch = Batch::of(self.message_for(slot, limit)?);
        Ok(Arc::clone(self.batches[slot.index()].insert(batch)))
    }

    /// The event in each of these encodings.
    pub(crate) fn messages(
        mut self,
        slots: PerSlot<bool>,
        limit: usize,
    ) -> Result<PerSlot<Option<OutgoingMessage>>, SendError> {
        let mut messages = [const { None }; EncodingSlot::COUNT];
        for slot in EncodingSlot::ALL {
            if slots[slot.index()] {
                messages[slot.index()] = Some(self.message_for(slot, limit)?);
            }
        }
        Ok(messages)
    }

    fn message_for(&mut self, slot: EncodingSlot, limit: usize) -> Result<OutgoingMessage, SendError> {
        Ok(match slot {
            EncodingSlot::Wire(encoding) => OutgoingMessage {
                payload: self.encoded(encoding, limit)?,
                event: Some(E::INDEX),
                policy: self.policy()?,
            },
            #[cfg(feature = "client")]
            EncodingSlot::Local => OutgoingMessage {
                payload: self.args(Format::Cbor, limit)?,
                event: Some(E::INDEX),
                policy: None,
            },
        })
    }

    /// How it may be dropped where there is no room; `None` if it must be delivered.
    fn policy(&mut self) -> Result<Option<Arc<DropPolicy>>, SendError> {
        let info = &C::Event::TABLE[E::INDEX];
        if self.policy.is_none() && info.slow != SlowConsumer::Disconnect {
            let key = self.event.slow_key()?;
            self.policy = Some(Arc::new(DropPolicy { index: E::INDEX, info, key }));
        }
        Ok(self.policy.clone())
    }

    /// The encoded array of its arguments, of at most `limit` bytes.
    fn args(&mut self, format: Format, limit: usize) -> Result<Bytes, SendError> {
        let known = &mut self.args[format as usize];
        if let Some(args) = known {
            return Ok(args.clone());
        }
        let args = self.event.write_event(format)?;
        if args.len() > limit {
            return Err(SendError::TooLarge { bytes: args.len(), limit });
        }
        Ok(known.insert(args).clone())
    }

    /// The whole message, encoded.
    fn encoded(&mut self, encoding: Encoding, limit: usize) -> Result<Bytes, SendError> {
        if let Some(message) = &self.encoded[encoding as usize] {
            return Ok(message.clone());
        }
        let args = self.args(encoding.format(), limit)?;
        let message = ToClient::Event { name: event_name::<C, E>().into(), args }.encode(encoding)?;
        Ok(self.encoded[encoding as usize].insert(message).clone())
    }
}

/// Why an event was not sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// The connection is closed.
    #[error("the connection is closed")]
    Closed,
    /// The payload cannot be encoded, for example a map whose keys are structs.
    #[error("the event cannot be encoded: {0}")]
    Encode(#[from] EncodeError),
    /// The event is larger than a message may be.
    #[error("the event has {bytes} encoded bytes, and a message may have {limit}")]
    TooLarge {
        /// Its encoded size.
        bytes: usize,
        /// The largest that is sent.
        limit: usize,
    },
    /// So much waits to be written to the connection that there is no room for the event. The connection stays open.
    #[error(
        "there is no room for the event beside {waiting} bytes that wait for the connection: one turn may go beyond \
         `Limits::send_queue_bytes` by {limit}, as far as `Limits::buffered` has room"
    )]
    NoRoom {
        /// How much waits.
        waiting: usize,
        /// By how much one turn may go beyond what a queue holds.
        limit: usize,
    },
}

impl SendError {
    /// Logs an event that can be sent to nobody; a closed connection is no error.
    pub(crate) fn log<C: Contract, E: EventOf<C>>(&self) {
        if !matches!(self, Self::Closed) {
            log::error!(
                actor = C::NAME,
                event = event_name::<C, E>(),
                error = shown(self),
                "cannot send an event"
            );
        }
    }
}
