//! What generated code calls in servers: hooks, states and dispatch.

use serde::{Serialize, de::DeserializeOwned};

use crate::{
    Actor, Conn, Contract, Ctx,
    actor::{ActionOf, ReplyOf, misdispatched},
    store::{LoadError, RawState, SaveError, state_codec},
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
        state_codec::save(self)
    }

    /// Back from its persisted form.
    fn load(bytes: &[u8]) -> Result<Self, LoadError> {
        state_codec::load(bytes)
    }
}

/// The future of an action or a hook, which the host may run on any thread. Its type says no more than that, so
/// that a future which is not `Send` is an error here alone, and not in everything around it.
///
/// It is boxed where it is made, however large it is: what goes through the host, and is in all of its futures
/// that are around this one, is a pointer.
pub fn boxed<F: Future + Send>(make: impl FnOnce() -> F) -> impl Future<Output = F::Output> + Send {
    Box::pin(make())
}

/// The connection that made the call, for an action that asks for it: the host has seen to it that there is one.
#[must_use]
pub fn caller<A: Actor>(ctx: &Ctx<A>) -> &Conn<A> {
    ctx.conn().expect("the host refuses calls without a connection to an action that asks for one")
}

/// A contract that is a trait has it as a supertrait, and so its implementations find `C`, the type that stands
/// for the contract, though they know the trait alone: as an associated type of whatever implements the trait.
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
        state_codec::read(bytes).ok()
    }
}

impl OldState for RawState {
    fn of(bytes: &[u8]) -> Option<Self> {
        Some(Self::new(bytes))
    }
}

/// Like `load`, for an actor that knows how to go on from an older state: `#[on_migrate]`.
pub fn load_or_migrate<A: DeserializeOwned, Old: OldState>(
    bytes: &[u8],
    migrate: impl FnOnce(Old) -> Result<A, crate::Fault>,
) -> Result<A, LoadError> {
    let error = match state_codec::load(bytes) {
        Ok(state) => return Ok(state),
        Err(error) => error,
    };
    // Neither the new shape nor the old one: the error of the new one is what its developer looks for.
    let Some(old) = Old::of(bytes) else { return Err(error) };
    migrate(old)
        .map_err(|fault| LoadError::new(std::any::type_name::<A>(), &format!("it was not migrated: {fault}")))
}

/// An ephemeral actor is never saved.
pub fn ephemeral_save<A>() -> Result<Vec<u8>, SaveError> {
    Err(SaveError::new(std::any::type_name::<A>(), &"it is ephemeral"))
}

/// An ephemeral actor is never loaded.
pub fn ephemeral_load<A>() -> Result<A, LoadError> {
    Err(LoadError::new(std::any::type_name::<A>(), &"it is ephemeral"))
}
