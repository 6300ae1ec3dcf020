//! Failed requests: every fault as a response.

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, header};

use super::request_context;
use crate::{
    Fault,
    error::Code,
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
        let challenge = fault.has(Code::ControlUnauthorized).then_some(HeaderValue::from_static("Bearer"));
        // What passes by itself, soon.
        let passes = fault.has(Code::ServiceUnavailable) && fault.metadata().is_some();
        let error = Some(fault.reason());
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
