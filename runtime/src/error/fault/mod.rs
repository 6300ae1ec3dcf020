//! `Fault`: an error in the form that crosses the wire.

mod name;
mod status;

use std::{borrow::Cow, error::Error as StdError, fmt, sync::Arc};

use http::StatusCode;
use serde_json::Value;

pub use self::name::FaultNameError;
use super::{ActorError, code::Code};
use crate::{
    util::{log, shown::shown},
    wire::Metadata,
};

/// What a fault came from, for callers in the same process. It never crosses the wire.
pub(crate) type Cause = Arc<dyn StdError + Send + Sync>;

/// An error in the form that crosses the wire: group, code, message, metadata.
///
/// `group` says where it is from: `user` for errors that an actor declares, `actor` and `message` for the
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
    /// What happened, of a fault that hides it from clients. It stays in this process.
    cause: Option<Cause>,
}

impl Fault {
    /// One of the framework's own. They are made in `error/faults/` only.
    pub(crate) fn of(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self::from_parts(code.group(), code.name(), message)
    }

    /// One that comes from the wire, or that an actor declares.
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

    /// The fault that clients get for the line that the log has under this id.
    pub(crate) fn internal_with(id: &str) -> Self {
        Self::of(Code::Internal, "An internal error occurred").with_error_id(id)
    }

    /// The store is not there: clients learn that, and an id; callers in this process also why.
    #[cfg(feature = "server")]
    pub(crate) fn store_unavailable(reason: Cause) -> Self {
        let id = uuid::Uuid::now_v7().to_string();
        log::error!(error_id = shown(&id), error = shown(&reason), "the store is unavailable");
        let fault = Self::of(Code::StoreUnavailable, "The store is unavailable").with_error_id(&id);
        fault.with_cause(Some(reason))
    }

    fn with_error_id(self, id: &str) -> Self {
        self.with_metadata(serde_json::json!({ "errorId": id }))
    }

    /// Adds what it hides, for callers in the same process. A fault that hides nothing stays as it is.
    pub(crate) fn with_cause(mut self, cause: Option<Cause>) -> Self {
        if self.hides() {
            self.0.cause = cause.or(self.0.cause);
        }
        self
    }

    /// Whether it tells clients less than what happened.
    fn hides(&self) -> bool {
        self.has(Code::Internal) || self.has(Code::StoreUnavailable)
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

    /// Where it is from: `user`, `actor`, `message`, `rivetkit`, ..
    #[must_use]
    pub fn group(&self) -> &str {
        &self.0.group
    }

    /// What happened, for programs: `player_not_found`.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.0.code
    }

    /// `group.code`, as in the reason of a close frame and in the access log.
    #[cfg(feature = "server")]
    pub(crate) fn reason(&self) -> String {
        format!("{}.{}", self.0.group, self.0.code)
    }

    /// What happened, for people.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// More about it, in the shape that the code has, as far as JSON can hold it: bytes are a list of numbers, integers
    /// of more than 64 bits are text, and infinity and maps whose keys have no text are null. The type that was
    /// declared gets all of them back.
    #[must_use]
    pub fn metadata(&self) -> Option<&Value> {
        self.0.metadata.as_ref().map(Metadata::view)
    }

    /// The metadata with what JSON cannot hold.
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

    /// Whether it has this code of the framework's own.
    pub(crate) fn has(&self, code: Code) -> bool {
        self.is(code.group(), code.name())
    }

    /// Whether it has this group and this code.
    #[must_use]
    pub fn is(&self, group: &str, code: &str) -> bool {
        self.0.group == group && self.0.code == code
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the cause: only callers that ask for the source see it.
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
        if self.has(Code::Internal) {
            // `rivetkit` is the protocol's word, and says nothing to a reader of the log.
            return match self.error_id() {
                Some(id) => write!(f, "{message} ({code}, its id in the log is {id})"),
                None => write!(f, "{message} ({code})"),
            };
        }
        match cause {
            Some(reason) if self.has(Code::StoreUnavailable) => {
                write!(f, "{message}: {reason} ({group}.{code})")
            }
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
        if self.has(Code::StoreUnavailable) { cause.source() } else { Some(cause) }
    }
}
