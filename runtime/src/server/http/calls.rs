//! Calls over HTTP: one request, one action, one answer.

use std::sync::Arc;

use axum::{body::Body, extract::Request, response::Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, header};

use super::{
    body,
    failure::{self, Failure},
    request_context,
    target::Target,
};
use crate::{
    Fault, Limits,
    error::faults,
    host::{Answered, ConnectInfo, Denied, Runtime, carried},
    limits::memory_budget::Charge,
    server::{Gateway, net::permits::Address},
    store::ActorRecord,
    util::log::Instrument as _,
    wire::{
        Encoding, Params,
        http::{ActionCall, ActionOutput},
    },
};

/// `POST ../action/{name}`
pub(in crate::server) async fn action(
    gateway: Arc<Gateway>,
    target: Target,
    name: String,
    request: Request,
) -> Result<Response, Failure> {
    let (head, body) = request.into_parts();
    let encoding = encoding(&head.headers);
    let failed = |fault| Failure::of_call(fault, failure::error_encoding(&head.headers, encoding));
    if head.method != Method::POST {
        return Err(failed(faults::wrong_actor_method(&head.method, &format!("/action/{name}"))));
    }
    let limits = gateway.limits();
    let params = params(&head.headers, limits).map_err(failed)?;
    let budget = gateway.permits.budget(Address::of(&head.extensions));
    let body =
        body::read(body, &head.headers, limits.incoming_message, limits, gateway.runtime.uptime(), budget)
            .await;
    let (body, held) = body.map_err(failed)?;
    let (ActionCall { args }, version) = ActionCall::decode(encoding, &body)
        .map_err(|error| failed(faults::invalid_request(error.to_string())))?;

    let info = ConnectInfo {
        params,
        source: Address::source(&head.extensions),
        claims: Some(Arc::new(head.extensions)),
    };
    let call = Call { target, name, encoding, args, info, _held: held };
    let runtime = Arc::clone(&gateway.runtime);
    // On a task of its own: a caller that goes away does not take its call with it.
    let call = async move { call.run(&runtime).await };
    let (actor, result) = match gateway.tasks().spawn(carried(call.in_current_span())).await {
        Ok(Ok(done)) => done,
        Ok(Err(Denied::Unreached(fault))) => return Err(fault.into()),
        Ok(Err(Denied::Rejected(fault))) => return Err(failed(fault)),
        Err(panic) => return Err(failed(Fault::internal(&panic))),
    };
    let failed_there = |fault| failed(fault).at(&actor);
    let output = ActionOutput { output: result.map_err(failed_there)? };
    let body = output.encode(encoding, version).map_err(|error| failed_there(Fault::internal(&error)))?;
    answer(body, encoding, &actor, limits).map_err(failed_there)
}

struct Call {
    target: Target,
    name: String,
    encoding: Encoding,
    args: Bytes,
    info: ConnectInfo,
    /// Its arguments, until it is done.
    _held: Charge,
}

impl Call {
    /// The actor that it was let in to, and what came of it there.
    async fn run(self, runtime: &Runtime) -> Result<Answered<Bytes>, Denied> {
        let (kind, admission) = self.target.admission(runtime, self.info).await.map_err(Denied::Unreached)?;
        let answered = kind.call(admission, self.name, self.encoding.format(), self.args).await?;
        request_context::name_actor_in_span(&answered.0);
        Ok(answered)
    }
}

/// The response to a call of this actor.
pub(in crate::server) fn answer(
    body: Bytes,
    encoding: Encoding,
    actor: &ActorRecord,
    limits: &Limits,
) -> Result<Response, Fault> {
    if body.len() > limits.outgoing_message {
        return Err(faults::outgoing_too_long());
    }
    let mut response = Response::new(Body::from(body));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(encoding.content_type()));
    request_context::name_actor(&mut response, actor);
    Ok(response)
}

/// The encoding that a caller asks for; JSON if it asks for none that is known.
pub(in crate::server) fn encoding(headers: &HeaderMap) -> Encoding {
    let asked = headers.get("x-rivet-encoding").and_then(|value| value.to_str().ok());
    asked.and_then(Encoding::from_name).unwrap_or_default()
}

/// The connection params of a call: JSON, which a JavaScript client can send in Latin-1 only.
pub(in crate::server) fn params(headers: &HeaderMap, limits: &Limits) -> Result<Option<Params>, Fault> {
    let Some(raw) = headers.get("x-rivet-conn-params") else { return Ok(None) };
    let raw = raw.as_bytes();
    let params = match std::str::from_utf8(raw) {
        Ok(_) => Bytes::copy_from_slice(raw),
        Err(_) => raw.iter().copied().map(char::from).collect::<String>().into(),
    };
    if params.len() > limits.params {
        return Err(faults::params_too_long());
    }
    Ok(Some(Params::from_network(params)))
}
