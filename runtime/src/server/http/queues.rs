//! Messages to queues over HTTP.

use std::{sync::Arc, time::Duration};

use axum::{body::Body, extract::Request, response::Response};
use bytes::Bytes;
use http::{HeaderMap, Method};

use super::{
    body, calls,
    failure::{self, Failure},
    request_context,
    target::Target,
};
use crate::{
    Fault,
    error::{Code, faults},
    host::{Answered, ConnectInfo, Denied, HandledFuture, Runtime, WireEnqueue, carried},
    limits::memory_budget::{Charge, MemoryBudget},
    server::{Gateway, net::permits::Address},
    util::log::Instrument as _,
    wire::{
        Encoding,
        http::{QueueOutcome, QueueSend, QueueStatus},
    },
};

/// What a body may have around the message itself, in bytes.
const ENVELOPE: usize = 1024;

/// `POST ../queue/{name}`
pub(in crate::server) async fn send(
    gateway: Arc<Gateway>,
    target: Target,
    queue: String,
    request: Request,
) -> Result<Response, Failure> {
    let (head, body) = request.into_parts();
    let encoding = calls::encoding(&head.headers);
    let failed = |fault| Failure::of_call(fault, failure::error_encoding(&head.headers, encoding));
    if head.method != Method::POST {
        return Err(failed(faults::wrong_actor_method(&head.method, &format!("/queue/{queue}"))));
    }
    let limits = gateway.limits();
    let params = calls::params(&head.headers, limits).map_err(failed)?;
    let budget = gateway.permits.budget(Address::of(&head.extensions));
    let (QueueSend { body, wait, timeout_ms, .. }, version, held) =
        read(body, &head.headers, encoding, &gateway, budget).await.map_err(failed)?;

    let info = ConnectInfo {
        params,
        source: Address::source(&head.extensions),
        claims: Some(Arc::new(head.extensions)),
    };
    let mail = WireEnqueue { queue, format: encoding.format(), body, waits: wait };
    let runtime = Arc::clone(&gateway.runtime);
    // On a task of its own: a sender that goes away does not take its message with it.
    let sending = async move {
        let sent = enqueue(&runtime, target, mail, info).await;
        drop(held);
        sent
    };
    let (actor, result) = match gateway.tasks().spawn(carried(sending.in_current_span())).await {
        Ok(Ok(done)) => done,
        Ok(Err(Denied::Unreached(fault))) => return Err(fault.into()),
        Ok(Err(Denied::Rejected(fault))) => return Err(failed(fault)),
        Err(panic) => return Err(failed(Fault::internal(&panic))),
    };
    let failed_there = |fault| failed(fault).at(&actor);
    // Here and not on that task: if the sender goes away, nothing needs to wait.
    let outcome = outcome(result.map_err(failed_there)?, timeout_ms).await.map_err(failed_there)?;
    let body = outcome.encode(encoding, version).map_err(|error| failed_there(Fault::internal(&error)))?;
    calls::answer(body, encoding, &actor, limits).map_err(failed_there)
}

/// The message, the version to answer in, and what is held of it.
async fn read(
    body: Body,
    headers: &HeaderMap,
    encoding: Encoding,
    gateway: &Gateway,
    budget: MemoryBudget,
) -> Result<(QueueSend, u16, Charge), Fault> {
    let limit = gateway.limits().queued_message_bytes;
    let too_large = || faults::message_too_large(limit);
    let body = body::read(
        body,
        headers,
        limit.saturating_add(ENVELOPE),
        gateway.limits(),
        gateway.runtime.uptime(),
        budget,
    )
    .await;
    let (body, held) =
        body.map_err(|fault| if fault.has(Code::IncomingTooLong) { too_large() } else { fault })?;
    let (send, version) =
        QueueSend::decode(encoding, &body).map_err(|error| faults::invalid_request(error.to_string()))?;
    if send.body.len() > limit { Err(too_large()) } else { Ok((send, version, held)) }
}

/// The actor that its sender was let in to, and what came of the message there.
async fn enqueue(
    runtime: &Runtime,
    target: Target,
    mail: WireEnqueue,
    info: ConnectInfo,
) -> Result<Answered<Option<HandledFuture>>, Denied> {
    let (kind, admission) = target.admission(runtime, info).await.map_err(Denied::Unreached)?;
    let answered = kind.send(admission, mail).await?;
    request_context::name_actor_in_span(&answered.0);
    Ok(answered)
}

/// What became of a message that is in its queue, once it is handled or the time is over.
async fn outcome(handling: Option<HandledFuture>, timeout_ms: Option<u64>) -> Result<QueueOutcome, Fault> {
    let completed = |response: Option<Bytes>| QueueOutcome { status: QueueStatus::Completed, response };
    let Some(handling) = handling else { return Ok(completed(None)) };
    let handled = match timeout_ms {
        None => Ok(handling.await),
        Some(timeout_ms) => tokio::time::timeout(Duration::from_millis(timeout_ms), handling).await,
    };
    match handled {
        Ok(response) => response.map(completed),
        Err(_) => Ok(QueueOutcome { status: QueueStatus::TimedOut, response: None }),
    }
}
