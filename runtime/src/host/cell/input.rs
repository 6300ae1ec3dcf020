//! What a caller brings along for an actor: the input that it is made from, and params.

use std::any::TypeId;

use bytes::Bytes;

use crate::{
    Actor, Payload,
    actor::InputOf,
    wire::{DecodeError, Format, Params},
};

/// The creation input (CBOR). Absent and asked for: as if it were empty, which is an error unless all of it is optional.
pub(in crate::host) fn decode_input<A: Actor>(input: Option<&Bytes>) -> Result<InputOf<A>, DecodeError> {
    match input {
        Some(input) if !is_unit::<InputOf<A>>() => Payload::decode(Format::Cbor, input),
        _ => decode_absent(),
    }
}

/// Connection params, likewise.
pub(in crate::host) fn decode_params<P: Payload>(params: Option<&Params>) -> Result<P, DecodeError> {
    match params {
        Some(params) if !is_unit::<P>() => params.decode(),
        _ => decode_absent(),
    }
}

/// What a missing value stands for: `null`, or an object without fields; the latter's error is the telling one.
fn decode_absent<T: Payload>() -> Result<T, DecodeError> {
    T::decode(Format::Json, b"null").or_else(|_| T::decode(Format::Json, b"{}"))
}

/// Whether the actor asks for nothing, so that whatever a client passes is none of its business.
fn is_unit<T: 'static>() -> bool {
    TypeId::of::<T>() == TypeId::of::<()>()
}
