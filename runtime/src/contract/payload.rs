//! Payloads: what travels between an actor and its clients.

use bytes::Bytes;
use serde::{Serialize, de::DeserializeOwned};

#[cfg(feature = "server")]
use crate::readback;
use crate::{
    CallError,
    error::error_kind::ErrorKind,
    wire::{self, ArgsReader, ArgsWriter, DecodeError, EncodeError, EventReader, Format, Outcome, Output},
};

/// A value that can travel between an actor and its clients: an argument, a reply, an event, the params of a
/// connection, the input of a creation. Every type that serde can write and read, and that owns its data, is one.
//
// Generated code calls the functions below as `<Type as Payload>::push(..)`, with `Type` where the user wrote it, so
// that all calls fail with one and the same error at that place. For the same reason serde's traits are not
// supertraits: the compiler would complain about those, twice, and not about this one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot travel between an actor and its clients",
    label = "serde cannot carry it",
    note = "derive `Serialize` and `Deserialize` for it, and for what is in it; it must own its data, and be `Send`"
)]
pub trait Payload: Sized + Send + 'static {
    #[doc(hidden)]
    fn encode(&self, format: Format) -> Result<Bytes, EncodeError>;

    /// As it is kept until later: an error if it could not be read then.
    #[doc(hidden)]
    fn encode_kept(&self, format: Format) -> Result<Bytes, EncodeError>;

    #[doc(hidden)]
    fn decode(format: Format, bytes: &[u8]) -> Result<Self, DecodeError>;

    #[doc(hidden)]
    fn push(&self, args: &mut ArgsWriter) -> Result<(), EncodeError>;

    #[doc(hidden)]
    fn next(args: &mut ArgsReader<'_>) -> Result<Self, DecodeError>;

    #[doc(hidden)]
    fn write<E>(
        result: &Result<Self, CallError<E>>,
        output: &mut Output,
        kind: ErrorKind<E>,
    ) -> Result<(), EncodeError>;

    #[doc(hidden)]
    fn read<E>(outcome: Outcome<'_>, kind: ErrorKind<E>) -> Result<Result<Self, CallError<E>>, DecodeError>;

    #[doc(hidden)]
    fn write_event(&self, format: Format) -> Result<Bytes, EncodeError>;

    #[doc(hidden)]
    fn read_event(event: &EventReader<'_>) -> Result<Self, DecodeError>;
}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned + Send + 'static> Payload for T {
    fn encode(&self, format: Format) -> Result<Bytes, EncodeError> {
        wire::to_bytes(format, self)
    }

    fn encode_kept(&self, format: Format) -> Result<Bytes, EncodeError> {
        #[cfg(feature = "server")]
        return readback::kept(format, self);
        #[cfg(not(feature = "server"))]
        self.encode(format)
    }

    fn decode(format: Format, bytes: &[u8]) -> Result<Self, DecodeError> {
        wire::from_bytes(format, bytes)
    }

    fn push(&self, args: &mut ArgsWriter) -> Result<(), EncodeError> {
        #[cfg(feature = "server")]
        if args.is_kept() {
            return args.push_encoded(&readback::argument(self)?);
        }
        args.push(self).map(drop)
    }

    fn next(args: &mut ArgsReader<'_>) -> Result<Self, DecodeError> {
        args.next()
    }

    fn write<E>(
        result: &Result<Self, CallError<E>>,
        output: &mut Output,
        kind: ErrorKind<E>,
    ) -> Result<(), EncodeError> {
        output.write(result, kind)
    }

    fn read<E>(outcome: Outcome<'_>, kind: ErrorKind<E>) -> Result<Result<Self, CallError<E>>, DecodeError> {
        outcome.read(kind)
    }

    fn write_event(&self, format: Format) -> Result<Bytes, EncodeError> {
        #[cfg(feature = "server")]
        return readback::event(format, self);
        #[cfg(not(feature = "server"))]
        wire::write_event_as::<Self>(format, self)
    }

    fn read_event(event: &EventReader<'_>) -> Result<Self, DecodeError> {
        event.read()
    }
}
