//! `ActorError`: errors that actors declare.

use std::{convert::Infallible, fmt};

use http::StatusCode;
use serde_json::Value;

use crate::wire::Metadata;

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
