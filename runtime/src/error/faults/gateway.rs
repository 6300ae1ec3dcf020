//! What goes wrong at the gateway, before an actor is asked.

use std::borrow::Cow;

use http::Method;
use serde_json::json;

use crate::{Fault, error::Code};

pub(crate) fn no_namespace() -> Fault {
    Fault::of(Code::NamespaceNotFound, "The namespace does not exist; this server has `default` only.")
}

pub(crate) fn invalid_query(what: &'static str) -> Fault {
    Fault::of(Code::InvalidQuery, format!("Invalid gateway query: {what}."))
}

pub(crate) fn no_route() -> Fault {
    Fault::of(Code::RouteNotFound, "The requested resource was not found")
}

pub(crate) fn bad_request(message: impl Into<Cow<'static, str>>) -> Fault {
    Fault::of(Code::BadRequest, message)
}

pub(crate) fn wrong_method() -> Fault {
    Fault::of(Code::MethodNotAllowed, "Method not allowed")
}

pub(crate) fn body_timed_out() -> Fault {
    Fault::of(Code::BodyTimedOut, "The request's body did not arrive in time")
}

pub(crate) fn encoded_body() -> Fault {
    Fault::of(Code::UnsupportedContentEncoding, "The request's body is compressed; send it as it is")
}

pub(crate) fn not_destroyed_in_time() -> Fault {
    Fault::of(Code::NotDestroyedInTime, "The actor is still busy; it is destroyed once it is done")
}

pub(crate) fn no_upgrade(message: &'static str) -> Fault {
    Fault::of(Code::UpgradeRequired, message)
}

pub(crate) fn no_actor_route(path: &str) -> Fault {
    Fault::of(Code::ActorNotFound, format!("Actor route '{path}' was not found."))
        .with_metadata(json!({ "resource": "route", "id": path }))
}

pub(crate) fn wrong_actor_method(method: &Method, path: &str) -> Fault {
    Fault::of(Code::ActorMethodNotAllowed, "Method not allowed")
        .with_metadata(json!({ "method": method.as_str(), "path": path }))
}

pub(crate) fn invalid_request(message: impl Into<Cow<'static, str>>) -> Fault {
    Fault::of(Code::InvalidRequest, message)
}

pub(crate) fn unsupported_encoding() -> Fault {
    Fault::of(Code::UnsupportedEncoding, "The encoding is none of `json`, `cbor` and `bare`")
}

pub(crate) fn incoming_too_long() -> Fault {
    Fault::of(Code::IncomingTooLong, "Incoming message too long")
}

pub(crate) fn params_too_long() -> Fault {
    Fault::of(Code::ParamsTooLong, "The connection params are too long")
}

pub(crate) fn input_too_long() -> Fault {
    Fault::of(Code::InputTooLong, "The actor's input is too long")
}

pub(crate) fn key_too_long() -> Fault {
    Fault::of(Code::KeyTooLong, "The actor's key has too many parts, or one that is too long")
}

pub(crate) fn headers_too_long() -> Fault {
    Fault::of(Code::HeadersTooLong, "The request's line and headers are too long")
}

pub(crate) fn origin_not_allowed() -> Fault {
    Fault::of(Code::OriginNotAllowed, "Pages of this origin may not talk to this server")
}

/// The same for actors that exist and for those that do not.
pub(crate) fn control_disabled() -> Fault {
    Fault::of(
        Code::ControlDisabled,
        "This server lets nobody list or destroy its actors from outside: see `Registry::control`",
    )
}

/// The same for actors that exist and for those that do not.
pub(crate) fn control_unauthorized() -> Fault {
    Fault::of(
        Code::ControlUnauthorized,
        "Listing and destroying actors takes the control token of this server, \
         as `Authorization: Bearer` or as `x-rivet-token`",
    )
}

pub(crate) fn host_not_allowed() -> Fault {
    Fault::of(Code::HostNotAllowed, "This server does not answer to this host name")
}

/// A trusted proxy wrote one of the two headers, and the server cannot know which.
pub(crate) fn forwarded_twice() -> Fault {
    bad_request("`Forwarded` and `X-Forwarded-..` do not say the same")
}

pub(crate) fn unreadable_forwarded() -> Fault {
    bad_request("`Forwarded` cannot be read")
}

pub(crate) fn too_many_connections() -> Fault {
    Fault::of(Code::TooManyConnections, "Too many connections are open. Try again later.")
}

pub(crate) fn too_many_requests() -> Fault {
    Fault::of(Code::TooManyRequests, "Too many requests come from this address. Try again later.")
}

/// The server holds too many bytes for this address. Clients try again at this code.
pub(crate) fn address_overloaded() -> Fault {
    Fault::of(Code::AddressOverloaded, "The server holds too much for this address already. Try again later.")
}

/// Clients try again at this code.
pub(crate) fn not_open_in_time() -> Fault {
    Fault::of(Code::ActorReadyTimeout, "The actor did not open the connection in time")
}
