//! Errors: what an actor declares, what crosses the wire, what a caller gets.

pub(crate) mod fault;
#[cfg(feature = "server")]
pub(crate) mod faults;

use std::{borrow::Cow, convert::Infallible, fmt};

use http::StatusCode;
use serde_json::Value;

use self::fault::Cause;
use crate::{
    util::{log, shown::shown},
    wire::{DecodeError, EncodeError, Metadata},
};

/// What a call ends with when it does not end with a value.
///
/// `E` is the error that the action declares; [`Infallible`] for an action that returns a plain value.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallError<E = Infallible> {
    /// The action ran and returned this error.
    #[error("{0}")]
    Action(E),
    /// The server or the actor refused the call or failed at it; nothing about it is declared by the action.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// The call surely did not run: it never left this process, or nobody took it.
    #[error("the call was not sent: {0}")]
    NotSent(String),
    /// The connection broke while the call was under way: it may have been applied, or not.
    #[error("the connection broke before the answer, so the call may have been applied: {0}")]
    MaybeApplied(String),
    /// An argument cannot be encoded; the call was not sent.
    #[error("an argument cannot be encoded: {0}")]
    Encode(#[from] EncodeError),
    /// The answer is not what the contract promises: the server runs another version of the actor.
    #[error("the answer does not fit the contract: {0}")]
    Decode(#[from] DecodeError),
}

impl<E> CallError<E> {
    /// The declared error, if it is one.
    pub fn action(self) -> Option<E> {
        match self {
            Self::Action(error) => Some(error),
            _ => None,
        }
    }

    /// The fault, if it is one.
    #[must_use]
    pub fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Fault(fault) => Some(fault),
            _ => None,
        }
    }

    /// The error that a hook of the actor declared, if it is one of this type: `#[on_before_connect]` judges calls too. What
    /// the action itself declares is [`Action`](Self::Action).
    #[must_use]
    pub fn declared<D: ActorError>(&self) -> Option<D> {
        self.fault()?.declared()
    }

    /// The same error for an action that declares another one, if it is not the action's own.
    pub(crate) fn widen<F>(self) -> Result<CallError<F>, E> {
        Ok(match self {
            Self::Action(error) => return Err(error),
            Self::Fault(fault) => CallError::Fault(fault),
            Self::NotSent(why) => CallError::NotSent(why),
            Self::MaybeApplied(why) => CallError::MaybeApplied(why),
            Self::Encode(error) => CallError::Encode(error),
            Self::Decode(error) => CallError::Decode(error),
        })
    }
}

impl CallError<Infallible> {
    /// The same error for an action that declares one.
    #[must_use]
    pub fn into_any<E>(self) -> CallError<E> {
        self.widen().unwrap_or_else(|never| match never {})
    }
}

/// An error in the form that crosses the wire: group, code, message, metadata.
///
/// `group` says who speaks: `user` for errors that an actor declares, `actor` and `message` for the
/// framework's own, `rivetkit` for the one that hides an internal error; others are of [users](Self::new).
///
/// Where the caller is in the same process, [`source`](std::error::Error::source) has the error that was hidden.
/// It is left out of comparisons, as is the HTTP status.
#[derive(Clone)]
pub struct Fault(Box<Parts>);

/// Boxed: every answer is a `Result` with room for a fault, and nearly none of them is one.
#[derive(Clone)]
struct Parts {
    group: Cow<'static, str>,
    code: Cow<'static, str>,
    message: Cow<'static, str>,
    metadata: Option<Metadata>,
    status: Option<StatusCode>,
    /// Of one that hides what happened: what that was. It stays in this process.
    cause: Option<Cause>,
}

impl Fault {
    /// One of the framework's own, or one that comes from the wire.
    pub(crate) fn from_parts(
        group: impl Into<Cow<'static, str>>,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        let (group, code, message) = (group.into(), code.into(), message.into());
        Self(Box::new(Parts { group, code, message, metadata: None, status: None, cause: None }))
    }

    /// An error that an actor declares: group `user`, its code, its message, its metadata.
    pub fn from_declared<E: ActorError>(error: &E) -> Self {
        if error.is_internal() {
            return Self::internal(error);
        }
        let mut fault = Self::from_parts("user", error.code(), error.to_string()).with_status(error.status());
        fault.0.metadata = error.encode_metadata();
        fault
    }

    /// Any other error: clients learn that there was one, and an id under which the log tells it.
    pub fn internal(error: &(impl fmt::Display + ?Sized)) -> Self {
        let id = uuid::Uuid::now_v7().to_string();
        Self::log_internal(&id, error);
        Self::internal_with(&id)
    }

    pub(crate) fn log_internal(id: &str, error: &(impl fmt::Display + ?Sized)) {
        log::error!(error_id = shown(id), error = shown(error), "internal error");
    }

    /// One that the log tells of under this id.
    pub(crate) fn internal_with(id: &str) -> Self {
        Self::from_parts("rivetkit", "internal_error", "An internal error occurred").with_error_id(id)
    }

    /// The store is not there: clients learn that, and an id; callers in this process also why.
    #[cfg(feature = "server")]
    pub(crate) fn store_unavailable(reason: Cause) -> Self {
        let id = uuid::Uuid::now_v7().to_string();
        log::error!(error_id = shown(&id), error = shown(&reason), "the store is unavailable");
        let fault = Self::from_parts("store", "unavailable", "The store is unavailable").with_error_id(&id);
        fault.with_cause(Some(reason))
    }

    fn with_error_id(self, id: &str) -> Self {
        self.with_metadata(serde_json::json!({ "errorId": id }))
    }

    /// What it hides is this, for callers in the same process. Of one that hides nothing it stays as it is.
    pub(crate) fn with_cause(mut self, cause: Option<Cause>) -> Self {
        if self.hides() {
            self.0.cause = cause.or(self.0.cause);
        }
        self
    }

    /// Whether clients are told less than what happened.
    fn hides(&self) -> bool {
        self.is("rivetkit", "internal_error") || self.is_store_unavailable()
    }

    fn is_store_unavailable(&self) -> bool {
        self.is("store", "unavailable")
    }

    /// The id under which the server's log tells what an `internal_error` was, or why its store is `unavailable`.
    #[must_use]
    pub fn error_id(&self) -> Option<&str> {
        self.metadata()?.get("errorId")?.as_str().filter(|_| self.hides())
    }

    pub(crate) fn set_status(&mut self, status: StatusCode) {
        self.0.status = Some(status);
    }

    pub(crate) fn chosen_status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// The same fault with this metadata.
    #[must_use]
    pub fn with_metadata(self, metadata: Value) -> Self {
        self.with(metadata.into())
    }

    /// The same fault with metadata that may be more than JSON can hold.
    pub(crate) fn with(mut self, metadata: Metadata) -> Self {
        self.0.metadata = Some(metadata);
        self
    }

    /// Who speaks: `user`, `actor`, `message`, `rivetkit`, ..
    #[must_use]
    pub fn group(&self) -> &str {
        &self.0.group
    }

    /// What happened, for programs: `player_not_found`.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.0.code
    }

    /// What happened, for people.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// More about it, in the shape that the code has, as far as JSON can hold it: bytes are a list of numbers, integers
    /// of more than 64 bits are text, and infinity and maps whose keys have no text are null. The type that was declared
    /// gets all of them back.
    #[must_use]
    pub fn metadata(&self) -> Option<&Value> {
        self.0.metadata.as_ref().map(Metadata::view)
    }

    /// The same, whole.
    pub(crate) fn encoded_metadata(&self) -> Option<&Metadata> {
        self.0.metadata.as_ref()
    }

    /// The error that an actor declared, if it is one of this type.
    ///
    /// ```
    /// # use callboard::prelude::*;
    /// #[derive(Debug, PartialEq, thiserror::Error, ActorError)]
    /// enum DoorError {
    ///     #[error("{name} is not on the list")]
    ///     NotListed { name: String },
    /// }
    ///
    /// let fault = Fault::from_declared(&DoorError::NotListed { name: "ann".to_owned() });
    /// assert_eq!(fault.declared(), Some(DoorError::NotListed { name: "ann".to_owned() }));
    /// ```
    #[must_use]
    pub fn declared<E: ActorError>(&self) -> Option<E> {
        if self.group() == "user" { E::decode_metadata(self.code(), self.encoded_metadata()) } else { None }
    }

    /// Whether it is this one.
    #[must_use]
    pub fn is(&self, group: &str, code: &str) -> bool {
        self.0.group == group && self.0.code == code
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not what is behind it, which only somebody who asks for the source shall see.
        let Parts { group, code, message, status, .. } = &*self.0;
        let mut fault = f.debug_struct("Fault");
        fault
            .field("group", group)
            .field("code", code)
            .field("message", message)
            .field("metadata", &self.metadata());
        if let Some(status) = status {
            fault.field("status", status);
        }
        fault.finish()
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Parts { group, code, message, cause, .. } = &*self.0;
        if self.is("rivetkit", "internal_error") {
            // Its group is the protocol's word for it, and means nothing to who does not know that.
            return match self.error_id() {
                Some(id) => write!(f, "{message} ({code}, its id in the log is {id})"),
                None => write!(f, "{message} ({code})"),
            };
        }
        match cause {
            Some(reason) if self.is_store_unavailable() => write!(f, "{message}: {reason} ({group}.{code})"),
            _ => write!(f, "{message} ({group}.{code})"),
        }
    }
}

impl PartialEq for Fault {
    fn eq(&self, other: &Self) -> bool {
        let Parts { group, code, message, metadata, .. } = &*self.0;
        (group, code, message, metadata)
            == (&other.0.group, &other.0.code, &other.0.message, &other.0.metadata)
    }
}

impl std::error::Error for Fault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let cause = self.0.cause.as_deref()?;
        // `Display` has told the reason itself.
        if self.is_store_unavailable() { cause.source() } else { Some(cause) }
    }
}

/// An error that clients may see: `#[derive(ActorError)]` makes it out of an enum with messages.
///
/// Its [`code`](Self::code), its message (`Display`) and its [`metadata`](Self::metadata) cross the wire in group
/// `user`, and the Rust client gets the enum back. Errors of other types reach clients as `internal_error`.
pub trait ActorError: fmt::Display + Sized + Send + 'static {
    /// The code that clients match on: the variant's name in `snake_case`.
    fn code(&self) -> &'static str;

    /// The variant's fields, names in camelCase; `None` where it has none.
    fn metadata(&self) -> Option<Value>;

    /// The error back from what crossed the wire; `None` for a code it does not have.
    fn restore(code: &str, metadata: Option<&Value>) -> Option<Self>;

    /// The fields as they cross the wire, which holds more than JSON.
    #[doc(hidden)]
    fn encode_metadata(&self) -> Option<Metadata> {
        self.metadata().map(Metadata::from)
    }

    /// The error back from those.
    #[doc(hidden)]
    fn decode_metadata(code: &str, metadata: Option<&Metadata>) -> Option<Self> {
        Self::restore(code, metadata.map(Metadata::view))
    }

    /// The HTTP status of a response with this error (`#[actor_error(status = 403)]`).
    fn status(&self) -> StatusCode {
        StatusCode::BAD_REQUEST
    }

    /// Whether clients shall see no more than `internal_error` (`#[actor_error(internal)]`).
    fn is_internal(&self) -> bool {
        false
    }
}

impl ActorError for Infallible {
    fn code(&self) -> &'static str {
        match *self {}
    }

    fn metadata(&self) -> Option<Value> {
        match *self {}
    }

    fn restore(_code: &str, _metadata: Option<&Value>) -> Option<Self> {
        None
    }
}

/// How errors of one type become faults and come back: declared ones through [`ActorError`], others never.
///
/// Generated code chooses with [`error_kind!`](crate::__error_kind) by what the type implements.
#[doc(hidden)]
#[derive(Debug)]
pub struct ErrorKind<E> {
    pub(crate) to_fault: fn(&E) -> Fault,
    pub(crate) restore: fn(&Fault) -> Option<E>,
    pub(crate) is_declared: fn(&E) -> bool,
    /// What callers in this process can learn of one that is hidden.
    pub(crate) cause: fn(E) -> Option<Cause>,
}

impl<E> ErrorKind<E> {
    /// The same with what [`CauseProbe`](crate::__private::CauseProbe) has found out about the type.
    #[must_use]
    pub fn with_cause(self, cause: fn(E) -> Option<Cause>) -> Self {
        Self { cause, ..self }
    }

    pub(crate) fn into_fault(self, error: E) -> Fault {
        let fault = (self.to_fault)(&error);
        fault.with_cause((self.cause)(error))
    }
}

impl<E> Clone for ErrorKind<E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for ErrorKind<E> {}

/// Chooses an [`ErrorKind`] by autoref: the declared one where `E: ActorError`, else the internal one.
#[doc(hidden)]
#[derive(Debug, Default, Clone, Copy)]
pub struct ErrorProbe<E>(std::marker::PhantomData<fn() -> E>);

impl<E> ErrorProbe<E> {
    #[must_use]
    pub const fn new() -> Self {
        Self(std::marker::PhantomData)
    }
}

#[doc(hidden)]
pub trait DeclaredErrorKind<E> {
    fn kind(&self) -> ErrorKind<E>;
}

impl<E: ActorError> DeclaredErrorKind<E> for &ErrorProbe<E> {
    fn kind(&self) -> ErrorKind<E> {
        ErrorKind {
            to_fault: Fault::from_declared,
            restore: Fault::declared,
            is_declared: |error| !error.is_internal(),
            cause: |_| None,
        }
    }
}

#[doc(hidden)]
pub trait InternalErrorKind<E> {
    fn kind(&self) -> ErrorKind<E>;
}

impl<E: fmt::Display> InternalErrorKind<E> for ErrorProbe<E> {
    fn kind(&self) -> ErrorKind<E> {
        ErrorKind {
            to_fault: |error| Fault::internal(error),
            restore: |_| None,
            is_declared: |_| false,
            cause: |_| None,
        }
    }
}

impl ErrorProbe<Fault> {
    /// A fault that a user returns is one already.
    #[doc(hidden)]
    #[must_use]
    pub fn kind(&self) -> ErrorKind<Fault> {
        ErrorKind { to_fault: Fault::passed_on, restore: |_| None, is_declared: |_| false, cause: |_| None }
    }
}

/// The last resort: it takes every type, only to say what is wrong with those that are no errors.
#[doc(hidden)]
pub trait NoErrorKind<E> {
    fn kind(self) -> ErrorKind<E>
    where
        E: ReturnedError;
}

impl<E> NoErrorKind<E> for ErrorProbe<E> {
    fn kind(self) -> ErrorKind<E>
    where
        E: ReturnedError,
    {
        unreachable!("an error with a message is of another kind")
    }
}

/// An error that an action can return.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an error that an action can return",
    label = "it has no message",
    note = "derive `thiserror::Error`, and `ActorError` for clients to see it; others see `internal_error`, and the log the message"
)]
pub trait ReturnedError: fmt::Display {}

/// The [`ErrorKind`] of a type: `error_kind!(ChatError)`.
#[doc(hidden)]
#[macro_export]
macro_rules! __error_kind {
    ($error:ty) => {{
        #[allow(unused_imports)]
        use $crate::__private::{
            CausedKind as _, DeclaredErrorKind as _, InternalErrorKind as _, NoErrorKind as _,
            UncausedKind as _,
        };
        let kind = (&&$crate::__private::ErrorProbe::<$error>::new()).kind();
        kind.with_cause((&$crate::__private::CauseProbe::<$error>::new()).cause())
    }};
}

/// Any error, for `main` and for actions whose errors are nobody's business: `?` turns every error type into it.
///
/// An action that returns one fails with `internal_error`; its text reaches the log alone.
pub struct Error(Box<dyn std::error::Error + Send + Sync>);

/// A result whose error is any error, unless it says which.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error that is only a message.
    pub fn msg(message: impl fmt::Display) -> Self {
        Self(message.to_string().into())
    }

    /// The error itself.
    #[must_use]
    pub fn inner(&self) -> &(dyn std::error::Error + Send + Sync + 'static) {
        &*self.0
    }

    /// The error itself.
    #[must_use]
    pub fn into_inner(self) -> Box<dyn std::error::Error + Send + Sync> {
        self.0
    }
}

// Not an `Error` itself, as otherwise `?` could not take every other: anyhow's way.
impl<E: std::error::Error + Send + Sync + 'static> From<E> for Error {
    fn from(error: E) -> Self {
        Self(Box::new(error))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Error {
    /// What a `main` that returns it prints: the message, and its causes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, "\ncaused by: {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}
