//! What generated code calls. Not part of the API: it changes with the macro.

use std::{convert::Infallible, fmt};

pub use bytes::Bytes;
pub use http::StatusCode;
use serde::{Serialize, de::DeserializeOwned};
pub use serde_json::Value;

pub use crate::error::{
    CauseProbe, CausedKind, DeclaredErrorKind, ErrorKind, ErrorProbe, InternalErrorKind, NoErrorKind,
    ReturnedError, UncausedKind,
};
pub use crate::wire::{ListedFields, Metadata, NamedFields};
use crate::{
    Action, ActorError, CallError, Contract, EventOf, Fault, NeedsConn,
    wire::{DecodeError, EncodeError, EventReader},
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
// Its functions are called as `<Type as ErrorField>::whole(..)`, with `Type` where the user wrote it: one error there.
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

/// For the test of the server's routes.
#[cfg(feature = "server")]
pub use crate::server::routes;

#[cfg(feature = "server")]
pub use server::*;

#[cfg(feature = "server")]
mod server {
    use serde::{
        Deserialize, Deserializer, Serialize,
        de::{DeserializeOwned, Error as _},
    };

    use crate::{
        Action as _, Actor, Conn, Contract, Ctx,
        actor::{ActionOf, ReplyOf},
        readback,
        store::{LoadError, RawState, SaveError},
        wire::{DecodeError, native},
    };

    /// What an `#[on_request]` is given.
    pub type RawRequest = http::Request<crate::Body>;

    /// What an `#[on_request]` answers with.
    pub type RawResponse = http::Response<crate::Body>;

    /// The parameter of an `#[on_request]`.
    #[diagnostic::on_unimplemented(
        message = "a raw request does not come as `{Self}`",
        label = "not what an `#[on_request]` takes",
        note = "write `request: http::Request<callboard::Body>`; what is in its body is the handler's to read"
    )]
    pub trait RequestParameter: Sized {
        fn take(request: RawRequest) -> Self;
    }

    impl RequestParameter for RawRequest {
        fn take(request: RawRequest) -> Self {
            request
        }
    }

    /// The parameter of an `#[on_websocket]`.
    #[diagnostic::on_unimplemented(
        message = "a raw WebSocket does not come as `{Self}`",
        label = "not what an `#[on_websocket]` takes",
        note = "write `socket: callboard::RawSocket`"
    )]
    pub trait SocketParameter: Sized {
        fn take(socket: crate::RawSocket) -> Self;
    }

    impl SocketParameter for crate::RawSocket {
        fn take(socket: crate::RawSocket) -> Self {
            socket
        }
    }

    /// What an `#[on_request]` may answer with.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` is not a response",
        label = "an `#[on_request]` cannot answer with it",
        note = "return an `http::Response<B>`, anything else that axum makes a response of, or a `Result` of one"
    )]
    pub trait IsResponse {
        fn into_response(self) -> RawResponse;
    }

    #[diagnostic::do_not_recommend]
    impl<T: axum::response::IntoResponse> IsResponse for T {
        fn into_response(self) -> RawResponse {
            axum::response::IntoResponse::into_response(self)
        }
    }

    /// The first state of an actor that has no `#[on_create]`.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` has no first state",
        label = "a new actor starts from `Default`, which `{Self}` does not implement",
        note = "derive `Default`, or write an `#[on_create]` that makes the first state"
    )]
    pub trait InitialState: Sized {
        fn initial() -> Self;
    }

    impl<T: Default> InitialState for T {
        fn initial() -> Self {
            T::default()
        }
    }

    /// The state of an actor that is saved.
    #[diagnostic::on_unimplemented(
        message = "the state of `{Self}` cannot be saved",
        label = "serde cannot carry it",
        note = "derive `Serialize` and `Deserialize` for it, or write `#[actor(ephemeral)]`: then it is never saved"
    )]
    pub trait SavedState: Sized {
        fn save(&self) -> Result<Vec<u8>, SaveError>;
        fn load(bytes: &[u8]) -> Result<Self, LoadError>;
    }

    #[diagnostic::do_not_recommend]
    impl<T: Serialize + DeserializeOwned + 'static> SavedState for T {
        /// In its persisted form: CBOR, fields by name, so that fields can be added.
        fn save(&self) -> Result<Vec<u8>, SaveError> {
            save(self)
        }

        /// Back from its persisted form.
        fn load(bytes: &[u8]) -> Result<Self, LoadError> {
            load(bytes)
        }
    }

    /// The future of an action or a hook, which the host may run on any thread. Its type says no more than that, so
    /// that a future which is not `Send` is an error here alone, and not in everything around it.
    ///
    /// It is boxed where it is made, however large it is: what goes through the host, and is in all of its futures that
    /// are around this one, is a pointer.
    pub fn boxed<F: Future + Send>(make: impl FnOnce() -> F) -> impl Future<Output = F::Output> + Send {
        Box::pin(make())
    }

    /// The connection that made the call, for an action that asks for it: the host has seen to it that there is one.
    #[must_use]
    pub fn caller<A: Actor>(ctx: &Ctx<A>) -> &Conn<A> {
        ctx.conn().expect("the host refuses calls without a connection to an action that asks for one")
    }

    /// A contract that is a trait has it as a supertrait, and so its implementations find `C`, the type that stands for
    /// the contract, though they know the trait alone: as an associated type of whatever implements the trait.
    ///
    /// Of another trait there is no such type, which is one error, and what follows from it is none: hence the names.
    pub trait AnnotatedWithActor<C> {
        type ContractOfAnActor;
    }

    impl<T: ?Sized, C> AnnotatedWithActor<C> for T {
        type ContractOfAnActor = C;
    }

    /// How the actions of such a contract reach `A`, which implements the trait: the functions of [`Actor`] that have
    /// the same names.
    pub trait Dispatch<A: Actor<Contract = Self>>: Contract {
        fn dispatch_read(_this: &A, _ctx: &Ctx<A>, action: ActionOf<A>) -> ReplyOf<A> {
            misdispatched::<A>(&action)
        }

        fn dispatch_write(_this: &mut A, _ctx: &Ctx<A>, action: ActionOf<A>) -> ReplyOf<A> {
            misdispatched::<A>(&action)
        }

        fn dispatch_read_async(
            _this: &A,
            _ctx: &Ctx<A>,
            action: ActionOf<A>,
        ) -> impl Future<Output = ReplyOf<A>> + Send {
            async move { misdispatched::<A>(&action) }
        }

        fn dispatch_write_async(
            _this: &mut A,
            _ctx: &Ctx<A>,
            action: ActionOf<A>,
        ) -> impl Future<Output = ReplyOf<A>> + Send {
            async move { misdispatched::<A>(&action) }
        }
    }

    /// What clients pass when they make an actor, as its `#[on_create]` takes it.
    #[diagnostic::on_unimplemented(
        message = "actors of this contract are made from `{Said}`, not from `{Self}`",
        label = "`#[on_create]` must take `{Said}`",
        note = "what clients pass is said where the contract is: `#[actor(input = ..)]`"
    )]
    pub trait Input<Said> {
        fn take(input: Said) -> Self;
    }

    impl<T> Input<T> for T {
        fn take(input: T) -> Self {
            input
        }
    }

    /// What clients pass to `connect`, as the `#[on_before_connect]` of the actor takes it.
    #[diagnostic::on_unimplemented(
        message = "clients of this contract connect with `{Said}`, not with `{Self}`",
        label = "`#[on_before_connect]` must take `{Said}`",
        note = "what clients pass is said where the contract is: `#[actor(params = ..)]`"
    )]
    pub trait Params<Said> {
        fn take(params: Said) -> Self;
    }

    impl<T> Params<T> for T {
        fn take(params: T) -> Self {
            params
        }
    }

    /// What the `#[on_before_connect]` with `self` takes, as the one without it takes it.
    #[diagnostic::on_unimplemented(
        message = "both forms of `#[on_before_connect]` take params of one type, and here they are `{Self}`",
        label = "the form with `self` takes `{Said}`",
        note = "clients pass one value to `connect`: write the same type in both, or leave the params out of one"
    )]
    pub trait ParamsBeside<Said> {
        fn take(params: Said) -> Self;
    }

    impl<T> ParamsBeside<T> for T {
        fn take(params: T) -> Self {
            params
        }
    }

    /// For a dispatch function that was handed an action of another mode.
    pub fn misdispatched<A: Actor>(action: &ActionOf<A>) -> ReplyOf<A> {
        let info = action.info();
        unreachable!("`{}` was dispatched against its mode, {:?}", info.name, info.mode)
    }

    /// A state in its persisted form: CBOR, fields by name, so that fields can be added.
    /// One that could not be read again is an error.
    pub fn save<A: Serialize + DeserializeOwned + 'static>(state: &A) -> Result<Vec<u8>, SaveError> {
        readback::state(state, |state| native::to_bytes(state), |bytes| read(bytes))
            .map_err(|error| SaveError::new(std::any::type_name::<A>(), &error))
    }

    /// A state back from its persisted form.
    pub fn load<A: DeserializeOwned>(bytes: &[u8]) -> Result<A, LoadError> {
        read(bytes).map_err(|error| LoadError::new(std::any::type_name::<A>(), &error))
    }

    fn read<A: DeserializeOwned>(bytes: &[u8]) -> Result<A, DecodeError> {
        native::from_bytes::<WithPath<A>>(bytes).map(|state| state.0)
    }

    /// Reads a value so that an error names the field: `messages[3].text: invalid type`.
    struct WithPath<T>(T);

    impl<'de, T: Deserialize<'de>> Deserialize<'de> for WithPath<T> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            serde_path_to_error::deserialize(deserializer).map(Self).map_err(D::Error::custom)
        }
    }

    /// What an `#[on_migrate]` makes a state of.
    #[diagnostic::on_unimplemented(
        message = "no saved state can be read as `{Self}`",
        label = "not what an `#[on_migrate]` takes",
        note = "derive `Deserialize` for it, or take a `callboard::store::RawState`"
    )]
    pub trait OldState: Sized {
        fn of(bytes: &[u8]) -> Option<Self>;
    }

    #[diagnostic::do_not_recommend]
    impl<T: DeserializeOwned> OldState for T {
        fn of(bytes: &[u8]) -> Option<Self> {
            read(bytes).ok()
        }
    }

    impl OldState for RawState {
        fn of(bytes: &[u8]) -> Option<Self> {
            Some(Self::new(bytes))
        }
    }

    /// Like [`load`], for an actor that knows how to go on from an older state: `#[on_migrate]`.
    pub fn load_or_migrate<A: DeserializeOwned, Old: OldState>(
        bytes: &[u8],
        migrate: impl FnOnce(Old) -> Result<A, crate::Fault>,
    ) -> Result<A, LoadError> {
        let error = match load(bytes) {
            Ok(state) => return Ok(state),
            Err(error) => error,
        };
        // Neither the new shape nor the old one: the error of the new one is what its developer looks for.
        let Some(old) = Old::of(bytes) else { return Err(error) };
        migrate(old).map_err(|fault| {
            LoadError::new(std::any::type_name::<A>(), &format!("it was not migrated: {fault}"))
        })
    }

    /// An ephemeral actor is never saved.
    pub fn ephemeral_save<A>() -> Result<Vec<u8>, SaveError> {
        Err(SaveError::new(std::any::type_name::<A>(), &"it is ephemeral"))
    }

    /// An ephemeral actor is never loaded.
    pub fn ephemeral_load<A>() -> Result<A, LoadError> {
        Err(LoadError::new(std::any::type_name::<A>(), &"it is ephemeral"))
    }
}
