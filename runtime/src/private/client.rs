//! What generated code calls in clients and servers alike: results, errors and events.

use std::{convert::Infallible, fmt};

use bytes::Bytes;
use http::StatusCode;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    Action, ActorError, CallError, Contract, EventOf, Fault, NeedsConn,
    error::error_kind::{DeclaredErrorKind as _, ErrorKind, ErrorProbe},
    wire::{DecodeError, EncodeError, EventReader, ListedFields, Metadata, NamedFields},
};

/// What an action returned that declares no error.
pub fn value<T>(value: T) -> Result<T, CallError> {
    Ok(value)
}

/// What an action returned that may fail.
pub fn result<T, E>(result: Result<T, E>, kind: ErrorKind<E>) -> Result<T, CallError<E>> {
    result.map_err(|error| {
        if (kind.is_declared)(&error) {
            CallError::Action(error)
        } else {
            CallError::Fault(kind.into_fault(error))
        }
    })
}

/// What a hook returned that cannot fail.
pub fn hook_value<T>(value: T) -> Result<T, Fault> {
    Ok(value)
}

/// What a hook returned that may fail.
pub fn hook_result<T, E>(result: Result<T, E>, kind: ErrorKind<E>) -> Result<T, Fault> {
    result.map_err(|error| kind.into_fault(error))
}

/// The two halves of a return type whose name ends in `Result`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is named like a `Result`, but is none",
    label = "an action's return type whose name ends in `Result` must be a `Result`",
    note = "return a `Result<T, E>`, or a type of another name"
)]
pub trait ActionResult {
    type Ok;
    type Err;
}

impl<T, E> ActionResult for Result<T, E> {
    type Ok = T;
    type Err = E;
}

/// For an action that is called on a connection, or that came over the wire: the host sees to it that it has one.
#[must_use]
pub fn needs_conn() -> NeedsConn {
    NeedsConn::new()
}

/// What the stub of such an action asks of a handle, which is no connection. Nothing implements it.
#[diagnostic::on_unimplemented(
    message = "this action takes the calling connection, `conn: &Conn<Self>`, and `{Self}` is not a connection",
    label = "can be called on a connection only",
    note = "`.connect(..)` opens a connection, which has this method too"
)]
pub trait HasConnection<'a> {}

#[must_use]
pub fn unknown_action(name: &str) -> DecodeError {
    DecodeError::new(format!("there is no action `{name}`"))
}

#[must_use]
pub fn unknown_event(index: usize) -> DecodeError {
    DecodeError::new(format!("there is no event number {index}"))
}

/// What tells an event from others of its kind.
pub fn slow_key<T: Serialize + ?Sized>(field: &T) -> Result<Option<Bytes>, EncodeError> {
    crate::wire::to_bytes(crate::wire::Format::Cbor, field).map(Some)
}

/// The payload of an event of this contract.
pub fn read_event<C: Contract, E: EventOf<C>>(event: &EventReader<'_>) -> Result<E, DecodeError> {
    E::read_event(event)
}

/// The answer to another action than the one called, which only a defect of a transport could cause.
#[must_use]
pub fn wrong_reply<E>() -> CallError<E> {
    CallError::Decode(DecodeError::new("the answer is that of another action"))
}

/// Chooses by autoref how an event is shown: its payload where that has `Debug`, else two dots.
#[derive(Clone, Copy)]
pub struct DebugProbe<'a, T>(pub &'a T);

impl<T> fmt::Debug for DebugProbe<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}

pub trait DebugPayload {
    fn payload(&self) -> &dyn fmt::Debug;
}

impl<T: fmt::Debug> DebugPayload for &DebugProbe<'_, T> {
    fn payload(&self) -> &dyn fmt::Debug {
        self.0
    }
}

pub trait NoDebugPayload {
    fn payload(&self) -> &dyn fmt::Debug;
}

impl<T> NoDebugPayload for DebugProbe<'_, T> {
    fn payload(&self) -> &dyn fmt::Debug {
        self
    }
}

/// Shows an event, by the name of its variant: `__debug_event!(f, "Posted", payload)`.
#[doc(hidden)]
#[macro_export]
macro_rules! __debug_event {
    ($f:expr, $variant:literal, $payload:expr) => {{
        #[allow(unused_imports)]
        use $crate::__private::{DebugPayload as _, NoDebugPayload as _};
        $f.debug_tuple($variant).field((&&$crate::__private::DebugProbe($payload)).payload()).finish()
    }};
}

/// Names an action without its arguments, which may be secret.
pub fn debug_action<A: Action>(action: &A, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "{} {{ .. }}", action.info().name)
}

/// The fields of a declared error as `serde_json` has them.
#[must_use]
pub fn view_metadata<E: ActorError>(error: &E) -> Option<Value> {
    error.encode_metadata().map(|metadata| metadata.view().clone())
}

/// A declared error back from those.
#[must_use]
pub fn restore_error<E: ActorError>(code: &str, metadata: Option<&Value>) -> Option<E> {
    E::decode_metadata(code, metadata.cloned().map(Metadata::from).as_ref())
}

/// A field of an error that clients see.
//
// Its functions are called as `<Type as ErrorField>::whole(..)`, with `Type` where the user wrote it: one error
// there.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be part of an error that clients see",
    label = "serde cannot carry it",
    note = "derive `Serialize` and `Deserialize` for it, or hide the error from clients: `#[actor_error(internal)]`"
)]
pub trait ErrorField: Sized {
    fn write_whole(&self) -> Metadata;
    fn push_field(&self, name: &str, fields: &mut NamedFields);
    fn push_element(&self, fields: &mut ListedFields);
    fn whole(metadata: Option<&Metadata>) -> Option<Self>;
    fn field(metadata: Option<&Metadata>, name: &str) -> Option<Self>;
    fn element(metadata: Option<&Metadata>, index: usize) -> Option<Self>;
}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned> ErrorField for T {
    fn write_whole(&self) -> Metadata {
        Metadata::of_one(self)
    }

    fn push_field(&self, name: &str, fields: &mut NamedFields) {
        fields.push(name, self);
    }

    fn push_element(&self, fields: &mut ListedFields) {
        fields.push(self);
    }

    /// Absent, it is null: the value was `None`, say.
    fn whole(metadata: Option<&Metadata>) -> Option<Self> {
        match metadata {
            Some(metadata) => metadata.whole(),
            None => Metadata::from(Value::Null).whole(),
        }
    }

    fn field(metadata: Option<&Metadata>, name: &str) -> Option<Self> {
        metadata?.field(name)
    }

    fn element(metadata: Option<&Metadata>, index: usize) -> Option<Self> {
        metadata?.element(index)
    }
}

/// The status of a declared error; the macro has seen that it is one.
#[must_use]
pub fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::BAD_REQUEST)
}

/// The error kind of what cannot fail.
#[must_use]
pub fn never() -> ErrorKind<Infallible> {
    (&&ErrorProbe::<Infallible>::new()).kind()
}
