//! The protocol: messages, bodies and values in three encodings. Bytes in, bytes out; no I/O.
//!
//! The protocol is the client protocol of `rivetkit`, version 4. It has two layers, and the seam runs between
//! them:
//!
//! - **values** that users write, always as JSON or CBOR ([`Format`]): [`to_bytes`] and [`from_bytes`], and over
//!   them arguments ([`ArgsWriter`], [`ArgsReader`]), events ([`write_event`], [`EventReader`]) and replies
//!   ([`Output`], [`Outcome`]);
//! - **messages** that carry encoded values without looking into them, as JSON, CBOR or BARE ([`Encoding`]):
//!   [`ToClient`] and [`ToServer`] on a connection, and the bodies of HTTP calls in [`http`].
//!
//! Everything that is read here may come from anyone: any input ends in a value or in a [`DecodeError`], in
//! time and memory proportional to its length.

mod args;
mod bare;
mod call_id;
mod cbor;
mod client_message;
mod elements;
mod encoded_args;
mod encoding;
mod error;
mod escape;
mod event;
mod fault;
pub mod http;
pub mod input;
mod json;
mod json_array;
pub mod key;
mod metadata;
#[cfg(feature = "server")]
pub(crate) mod native;
mod notice;
mod object;
mod outcome;
mod params;
mod revive;
mod shape;
mod to_client;
mod to_server;
mod tree;
mod usual_message;
mod value;

pub use args::{ArgsReader, ArgsWriter};
#[cfg(feature = "server")]
pub(crate) use cbor::reader::MAX_WRITE_DEPTH;
#[cfg(feature = "server")]
pub(crate) use client_message::ClientMessage;
#[cfg(feature = "server")]
pub(crate) use encoded_args::EncodedArgs;
pub use encoding::{Encoding, Format};
pub use error::{DecodeError, EncodeError};
pub(crate) use event::write_event_as;
pub use event::{EventReader, write_event};
pub use fault::ActorRef;
#[doc(hidden)]
pub use metadata::{ListedFields, Metadata, NamedFields};
pub(crate) use notice::Notice;
pub use notice::{EVENTS_DROPPED, RESERVED_PREFIX, SUBSCRIPTION_REFUSED};
#[cfg(feature = "server")]
pub(crate) use outcome::ReplyKind;
pub use outcome::{Outcome, Output};
pub(crate) use params::Params;
pub use to_client::ToClient;
pub use to_server::ToServer;
pub use value::{from_bytes, to_bytes};

/// The newest version of the protocol that is spoken here. Versions 1 to this one are understood.
pub const PROTOCOL_VERSION: u16 = 4;
