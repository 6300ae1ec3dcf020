//! What every request goes through before its handler, and its response after it.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{
    gateway::{Gateway, GatewayState},
    http::{
        access::{CloseOnOpen, Navigation, Verdict},
        access_log::{self, AccessLogEntry},
        cors,
        failure::Failure,
        request_context::RequestContext,
    },
    net::permits::Address,
};
use crate::{host::for_stranger, util::log::Instrument as _};

/// In front of the protocol's routes. Gives every request its context, its span and its entry in the access log;
/// refuses what is too much, or not allowed; and gives every response its id and the headers that let a browser read
/// it.
pub(in crate::server) async fn front(
    State(gateway): GatewayState,
    mut request: Request,
    next: Next,
) -> Response {
    let context = RequestContext::generate();
    request.extensions_mut().insert(context.clone());
    let verdict = gateway.access.judge(&mut request);
    let span = access_log::span(&request, &context);
    let log_entry = AccessLogEntry::begin(&gateway.meters, &mut request, &context);
    let stranger = gateway.permits.stranger(Address::of(request.extensions()));
    let answer = answer(&gateway, verdict, request, next).instrument(span);
    let mut response = for_stranger(stranger, answer).await;
    context.write_id(response.headers_mut());
    log_entry.end(response)
}

async fn answer(gateway: &Gateway, verdict: Verdict, mut request: Request, next: Next) -> Response {
    let mut reader = None;
    let mut response = match gateway.check(&request).map(|()| verdict) {
        Err(refusal) => refusal,
        Ok(Verdict::Refuse(fault)) => Failure::from(fault).into_response(),
        Ok(Verdict::Close(fault)) => {
            request.extensions_mut().insert(CloseOnOpen(fault));
            next.run(request).await
        }
        Ok(Verdict::Navigate) => {
            request.extensions_mut().insert(Navigation);
            next.run(request).await
        }
        Ok(Verdict::Answer { reader: page }) => {
            reader = page;
            match cors::preflight(&request) {
                Some(response) => response,
                None => next.run(request).await,
            }
        }
    };
    cors::allow(reader, response.headers_mut());
    response
}

/// In front of the app's own routes: a host that the server does not answer to, they do not answer to either.
pub(in crate::server) async fn front_of_own(
    State(gateway): GatewayState,
    mut request: Request,
    next: Next,
) -> Response {
    match gateway.access.admit(&mut request) {
        Ok(()) => next.run(request).await,
        Err(fault) => Failure::from(fault).into_response(),
    }
}
