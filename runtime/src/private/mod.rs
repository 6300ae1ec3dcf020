//! What generated code calls. Not part of the API: it changes with the macro.
//!
//! `#[actor]` writes as little code as it can, and calls what is here for the rest, so that most of it is checked
//! by the compiler once and not in every crate. Some items only choose an error message: a trait that one type
//! implements, with `#[diagnostic::on_unimplemented]`, says in words of the user's code what is wrong there.

mod client;
#[cfg(feature = "server")]
mod server;

pub use bytes::Bytes;
pub use http::StatusCode;
pub use serde_json::Value;

pub use self::client::*;
#[cfg(feature = "server")]
pub use self::server::*;
#[cfg(feature = "server")]
pub use crate::actor::misdispatched;
pub use crate::error::error_kind::{
    CauseProbe, CausedKind, DeclaredErrorKind, ErrorKind, ErrorProbe, InternalErrorKind, NoErrorKind,
    ReturnedError, UncausedKind,
};
/// For the test of the server's routes.
#[cfg(feature = "server")]
pub use crate::server::routes;
#[cfg(feature = "server")]
pub use crate::store::state_codec::{load, save};
pub use crate::wire::{ListedFields, Metadata, NamedFields};
