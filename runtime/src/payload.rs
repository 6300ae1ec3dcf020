//! Payloads: what travels between an actor and its clients.

use serde::{Serialize, de::DeserializeOwned};

use crate::{
    CallError,
    error::ErrorKind,
    wire::{ArgsReader, ArgsWriter, DecodeError, EncodeError, EventReader, Outcome, Output},
};

/// A value that can travel between an actor and its clients: an argument, a reply, an event, the params of a
/// connection, the input of a creation. Every type that serde can write and read, and that owns its data, is one.
//
// Generated code calls the functions below as `<Type as Payload>::push(..)`, with `Type` where the user wrote it:
// so that all of them fail with one and the same error, at that place.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot travel between an actor and its clients",
    label = "serde cannot carry it",
    note = "derive `Serialize` and `Deserialize` for it, and for what is in it; it must own its data, and be `Send`"
)]
pub trait Payload: Serialize + DeserializeOwned + Send + 'static {
    #[doc(hidden)]
    fn push(&self, args: &mut ArgsWriter) -> Result<(), EncodeError> {
        args.push(self).map(drop)
    }

    #[doc(hidden)]
    fn next(args: &mut ArgsReader<'_>) -> Result<Self, DecodeError> {
        args.next()
    }

    #[doc(hidden)]
    fn write<E>(
        result: &Result<Self, CallError<E>>,
        output: &mut Output,
        kind: ErrorKind<E>,
    ) -> Result<(), EncodeError> {
        output.write(result, kind)
    }

    #[doc(hidden)]
    fn read<E>(outcome: Outcome<'_>, kind: ErrorKind<E>) -> Result<Result<Self, CallError<E>>, DecodeError> {
        outcome.read(kind)
    }

    #[doc(hidden)]
    fn decode(event: &EventReader<'_>) -> Result<Self, DecodeError> {
        event.read()
    }
}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned + Send + 'static> Payload for T {}
