//! `Target`: how a handle addresses its actor, by key or by id.

use bytes::Bytes;

use crate::{
    ActorId, Contract, Key,
    wire::{EncodeError, Format},
};

/// An actor of a kind, by key or by identity.
#[derive(Debug, Clone)]
pub(crate) enum Target {
    /// The actor with this key, which must exist.
    Get(Key),
    /// The actor with this key; a missing one is made, from this input (CBOR).
    // Boxed: few have any, and every handle has room for it.
    GetOrCreate(Key, Option<Box<Bytes>>),
    /// This very actor.
    Id(ActorId),
}

impl Target {
    /// The key, where that is how the actor is named.
    pub(crate) fn key(&self) -> Option<&Key> {
        match self {
            Self::Get(key) | Self::GetOrCreate(key, _) => Some(key),
            Self::Id(_) => None,
        }
    }
}

/// An actor's input as it travels: CBOR.
pub(super) fn encode_input<C: Contract>(input: &C::Input) -> Result<Bytes, EncodeError> {
    crate::Payload::encode(input, Format::Cbor)
}
