//! Failed requests: the gateway's own faults, and every fault as a response.

use std::borrow::Cow;

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, Method, header};
use serde_json::json;

use super::request_context;
use crate::{
    Fault,
    store::ActorRecord,
    wire::{Encoding, PROTOCOL_VERSION, http::ErrorBody},
};

/// A request that failed: why, and how to say so.
#[derive(Debug)]
pub(in crate::server) struct Failure {
    fault: Fault,
    encoding: Encoding,
    actor: Option<ActorRecord>,
}

impl From<Fault> for Failure {
    /// A failure of the gateway itself, which always speaks JSON.
    fn from(fault: Fault) -> Self {
        Self { fault, encoding: Encoding::Json, actor: None }
    }
}

impl Failure {
    /// A failure of a call, in the encoding of its caller.
    pub(in crate::server) fn of_call(fault: Fault, encoding: Encoding) -> Self {
        Self { fault, encoding, actor: None }
    }

    /// The same failure, naming the actor that it happened at.
    pub(in crate::server) fn at(self, actor: &ActorRecord) -> Self {
        Self { actor: Some(actor.clone()), ..self }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let Self { fault, encoding, actor } = self;
        let status = fault.status();
        // What a request without the right has to be told, and nothing that a browser would ask its user for.
        let challenge =
            fault.is("auth", "control_unauthorized").then_some(HeaderValue::from_static("Bearer"));
        // What passes by itself, soon.
        let passes = fault.is("guard", "service_unavailable") && fault.metadata().is_some();
        let error = Some(format!("{}.{}", fault.group(), fault.code()));
        let told = request_context::ResponseInfo { actor: actor.clone(), error };
        let error = ErrorBody { fault, actor: actor.as_ref().map(request_context::actor_ref) };
        // Only metadata could fail to be encoded, and that is a JSON value already.
        let body = error.encode(encoding, PROTOCOL_VERSION).unwrap_or_default();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        response.extensions_mut().insert(told);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(encoding.content_type()));
        if passes {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if let Some(challenge) = challenge {
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        if let Some(actor) = &actor {
            request_context::name_actor_in(headers, actor);
        }
        response
    }
}

/// How failures of a call are written: as the caller asked, or in JSON for one that sends JSON anyway.
pub(in crate::server) fn error_encoding(headers: &HeaderMap, encoding: Encoding) -> Encoding {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if content_type.is_some_and(|kind| kind.contains("application/json")) { Encoding::Json } else { encoding }
}

pub(in crate::server) fn no_namespace() -> Fault {
    Fault::from_parts(
        "namespace",
        "not_found",
        "The namespace does not exist; this server has `default` only.",
    )
}

pub(in crate::server) fn invalid_params(what: &'static str) -> Fault {
    Fault::from_parts("guard", "query_invalid_params", format!("Invalid gateway query: {what}."))
}

pub(in crate::server) fn no_route() -> Fault {
    Fault::from_parts("api", "not_found", "The requested resource was not found")
}

pub(in crate::server) fn bad_request(message: impl Into<Cow<'static, str>>) -> Fault {
    Fault::from_parts("api", "bad_request", message)
}

pub(in crate::server) fn wrong_method() -> Fault {
    Fault::from_parts("api", "method_not_allowed", "Method not allowed")
}

pub(in crate::server) fn body_timed_out() -> Fault {
    Fault::from_parts("api", "body_timed_out", "The request's body did not arrive in time")
}

pub(in crate::server) fn encoded_body() -> Fault {
    Fault::from_parts(
        "api",
        "unsupported_content_encoding",
        "The request's body is compressed; send it as it is",
    )
}

pub(in crate::server) fn not_destroyed_in_time() -> Fault {
    Fault::from_parts(
        "api",
        "not_destroyed_in_time",
        "The actor is still busy; it is destroyed once it is done",
    )
}

pub(in crate::server) fn no_upgrade(message: &'static str) -> Fault {
    Fault::from_parts("api", "upgrade_required", message)
}

pub(in crate::server) fn no_actor_route(path: &str) -> Fault {
    Fault::from_parts("actor", "not_found", format!("Actor route '{path}' was not found."))
        .with_metadata(json!({ "resource": "route", "id": path }))
}

pub(in crate::server) fn wrong_actor_method(method: &Method, path: &str) -> Fault {
    Fault::from_parts("actor", "method_not_allowed", "Method not allowed")
        .with_metadata(json!({ "method": method.as_str(), "path": path }))
}

pub(in crate::server) fn invalid_request(message: impl Into<Cow<'static, str>>) -> Fault {
    Fault::from_parts("actor", "invalid_request", message)
}

pub(in crate::server) fn unsupported_encoding() -> Fault {
    Fault::from_parts(
        "actor",
        "unsupported_websocket_encoding",
        "The encoding is none of `json`, `cbor` and `bare`",
    )
}

pub(in crate::server) fn incoming_too_long() -> Fault {
    Fault::from_parts("message", "incoming_too_long", "Incoming message too long")
}

pub(in crate::server) fn params_too_long() -> Fault {
    Fault::from_parts("message", "params_too_long", "The connection params are too long")
}

pub(in crate::server) fn input_too_long() -> Fault {
    Fault::from_parts("message", "input_too_long", "The actor's input is too long")
}

pub(in crate::server) fn key_too_long() -> Fault {
    Fault::from_parts("actor", "key_too_long", "The actor's key has too many parts, or one that is too long")
}

pub(in crate::server) fn headers_too_long() -> Fault {
    Fault::from_parts("api", "headers_too_long", "The request's line and headers are too long")
}

pub(in crate::server) fn origin_not_allowed() -> Fault {
    Fault::from_parts("auth", "origin_not_allowed", "Pages of this origin may not talk to this server")
}

/// The same for actors that exist and for those that do not.
pub(in crate::server) fn control_disabled() -> Fault {
    Fault::from_parts(
        "auth",
        "control_disabled",
        "This server lets nobody list or destroy its actors from outside: see `Registry::control`",
    )
}

/// The same for actors that exist and for those that do not.
pub(in crate::server) fn control_unauthorized() -> Fault {
    Fault::from_parts(
        "auth",
        "control_unauthorized",
        "Listing and destroying actors takes the control token of this server, \
         as `Authorization: Bearer` or as `x-rivet-token`",
    )
}

pub(in crate::server) fn host_not_allowed() -> Fault {
    Fault::from_parts("auth", "host_not_allowed", "This server does not answer to this host name")
}

/// One of them was written by a trusted proxy, and nobody knows which.
pub(in crate::server) fn forwarded_twice() -> Fault {
    bad_request("`Forwarded` and `X-Forwarded-..` do not say the same")
}

pub(in crate::server) fn unreadable_forwarded() -> Fault {
    bad_request("`Forwarded` cannot be read")
}

pub(in crate::server) fn too_many_connections() -> Fault {
    Fault::from_parts("guard", "too_many_connections", "Too many connections are open. Try again later.")
}

pub(in crate::server) fn too_many_requests() -> Fault {
    Fault::from_parts(
        "guard",
        "too_many_requests",
        "Too many requests come from this address. Try again later.",
    )
}

/// Clients try again at this one, too.
pub(in crate::server) fn overloaded() -> Fault {
    Fault::from_parts(
        "guard",
        "overloaded",
        "The server holds too much for this address already. Try again later.",
    )
}

/// A code that clients try again at.
pub(in crate::server) fn not_open_in_time() -> Fault {
    Fault::from_parts("guard", "actor_ready_timeout", "The actor did not open the connection in time")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Key, error::faults};

    #[test]
    fn statuses() {
        for (fault, expected) in [
            (Fault::from_parts("user", "player_not_found", ""), 400),
            (Fault::from_parts("user", "not_found", ""), 400),
            (Fault::from_parts("rivetkit", "internal_error", ""), 500),
            (Fault::from_parts("actor", "action_not_found", ""), 404),
            (Fault::from_parts("actor", "overloaded", ""), 500),
            (Fault::from_parts("auth", "forbidden", ""), 403),
            (faults::actor_not_found(), 404),
            (faults::not_registered("x"), 404),
            (faults::duplicate_key(&Key::from("a"), crate::ActorId::generate()), 400),
            (faults::service_unavailable(), 503),
            (invalid_params("x"), 400),
            (no_namespace(), 400),
            (no_actor_route("/x"), 404),
            (faults::no_request_handler(), 404),
            (faults::no_queue("x"), 400),
            (faults::queue_full(1), 400),
            (faults::message_too_large(1), 400),
            (faults::invalid_message(&"x"), 400),
            (wrong_actor_method(&Method::GET, "/x"), 405),
            (incoming_too_long(), 400),
            (params_too_long(), 400),
            (input_too_long(), 400),
            (key_too_long(), 400),
            (headers_too_long(), 431),
            (origin_not_allowed(), 403),
            (control_disabled(), 403),
            (control_unauthorized(), 401),
            (host_not_allowed(), 403),
            (too_many_connections(), 503),
            (too_many_requests(), 429),
            (overloaded(), 503),
            (not_open_in_time(), 503),
            (invalid_request("x"), 400),
            (no_route(), 404),
            (wrong_method(), 405),
            (body_timed_out(), 408),
            (encoded_body(), 415),
            (no_upgrade("x"), 426),
            (not_destroyed_in_time(), 503),
        ] {
            assert_eq!(fault.status().as_u16(), expected, "{}.{}", fault.group(), fault.code());
        }
    }
}
