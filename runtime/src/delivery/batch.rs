//! Messages that go to the same connections together.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use smallvec::SmallVec;

use super::outgoing_message::OutgoingMessage;

/// One message or several, in order, for all connections that get them and have the same encoding.
#[derive(Debug)]
pub(crate) struct Batch {
    messages: SmallVec<[OutgoingMessage; 1]>,
    bytes: usize,
    /// Whether any of its messages may be dropped or replaced.
    has_policies: bool,
    /// Its bytes on the wire, made by the first that writes it.
    framed: OnceLock<Bytes>,
}

/// What is sent to one connection, in order. Mostly it is one or two batches, which then need no allocation of their own.
pub(crate) type Batches = SmallVec<[Arc<Batch>; 2]>;

impl Batch {
    pub(crate) fn new(messages: impl Into<SmallVec<[OutgoingMessage; 1]>>) -> Arc<Self> {
        let messages = messages.into();
        let bytes = messages.iter().map(|message| message.payload.len()).sum();
        let has_policies = messages.iter().any(|message| message.policy.is_some());
        Arc::new(Self { messages, bytes, has_policies, framed: OnceLock::new() })
    }

    pub(crate) fn of(message: OutgoingMessage) -> Arc<Self> {
        Self::new([message])
    }

    pub(crate) fn messages(&self) -> &[OutgoingMessage] {
        &self.messages
    }

    /// Whether any of its messages may be dropped or replaced.
    pub(crate) fn has_policies(&self) -> bool {
        self.has_policies
    }

    /// The bytes of all its messages.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Its bytes on the wire, which are the same for all connections that get it.
    pub(crate) fn framed(&self, frame: impl FnOnce(&[OutgoingMessage]) -> Bytes) -> Bytes {
        self.framed.get_or_init(|| frame(&self.messages)).clone()
    }
}
