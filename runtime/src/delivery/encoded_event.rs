//! One event on its way to many connections: serialized once per encoding, however many receive it.

use std::{marker::PhantomData, sync::Arc};

use bytes::Bytes;

use super::{
    backlog::{Item, Tag},
    burst::Burst,
    encoding_slot::EncodingSlot,
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
    messages: [Option<Bytes>; 3],
    tag: Option<Arc<Tag>>,
    bursts: [Option<Arc<Burst>>; EncodingSlot::COUNT],
    contract: PhantomData<C>,
}

impl<'a, C: Contract, E: EventOf<C>> EncodedEvent<'a, C, E> {
    pub(crate) fn new(event: &'a E) -> Self {
        let (args, messages) = ([None, None], [None, None, None]);
        Self { event, args, messages, tag: None, bursts: [const { None }; _], contract: PhantomData }
    }

    /// What a connection is given that this way leads to: the same for all of them.
    pub(crate) fn burst(&mut self, channel: EncodingSlot, limit: usize) -> Result<Arc<Burst>, SendError> {
        if let Some(burst) = &self.bursts[channel.index()] {
            return Ok(Arc::clone(burst));
        }
        let burst = Burst::of(self.item(channel, limit)?);
        Ok(Arc::clone(self.bursts[channel.index()].insert(burst)))
    }

    /// The event as it goes each of these ways.
    pub(crate) fn items(
        mut self,
        channels: [bool; EncodingSlot::COUNT],
        limit: usize,
    ) -> Result<[Option<Item>; EncodingSlot::COUNT], SendError> {
        let mut items = [const { None }; EncodingSlot::COUNT];
        for channel in EncodingSlot::ALL {
            if channels[channel.index()] {
                items[channel.index()] = Some(self.item(channel, limit)?);
            }
        }
        Ok(items)
    }

    fn item(&mut self, channel: EncodingSlot, limit: usize) -> Result<Item, SendError> {
        Ok(match channel {
            EncodingSlot::Wire(encoding) => {
                Item { frame: self.message(encoding, limit)?, event: Some(E::INDEX), tag: self.tag()? }
            }
            #[cfg(feature = "client")]
            EncodingSlot::Local => {
                Item { frame: self.args(Format::Cbor, limit)?, event: Some(E::INDEX), tag: None }
            }
        })
    }

    /// What may become of it where there is no room; `None` if it must be delivered.
    fn tag(&mut self) -> Result<Option<Arc<Tag>>, SendError> {
        let info = &C::Event::TABLE[E::INDEX];
        if self.tag.is_none() && info.slow != SlowConsumer::Disconnect {
            let key = self.event.slow_key()?;
            self.tag = Some(Arc::new(Tag { index: E::INDEX, info, key }));
        }
        Ok(self.tag.clone())
    }

    /// The payload as the encoded array of its arguments, of so many bytes at most.
    fn args(&mut self, format: Format, limit: usize) -> Result<Bytes, SendError> {
        let slot = &mut self.args[format as usize];
        if let Some(args) = slot {
            return Ok(args.clone());
        }
        let args = self.event.write_event(format)?;
        if args.len() > limit {
            return Err(SendError::TooLarge { bytes: args.len(), limit });
        }
        Ok(slot.insert(args).clone())
    }

    /// The whole message.
    fn message(&mut self, encoding: Encoding, limit: usize) -> Result<Bytes, SendError> {
        if let Some(message) = &self.messages[encoding as usize] {
            return Ok(message.clone());
        }
        let args = self.args(encoding.format(), limit)?;
        let message = ToClient::Event { name: event_name::<C, E>().into(), args }.encode(encoding)?;
        Ok(self.messages[encoding as usize].insert(message).clone())
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
    /// Tells the log about an event that can be sent to nobody; a closed connection is nothing to tell.
    pub(crate) fn log<C: Contract, E: EventOf<C>>(&self) {
        if !matches!(self, Self::Closed) {
            log::error!(
                actor = C::NAME,
                event = event_name::<C, E>(),
                error = shown(self),
                "an event was not sent"
            );
        }
    }
}
