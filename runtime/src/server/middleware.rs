//! What every request goes through before its handler: who asks, whether it is answered, and the headers of the answer.

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

/// What every response has: an id, and leave for browsers to read it. What is too much is refused here.
pub(in crate::server) async fn front(
    State(gateway): GatewayState,
    mut request: Request,
    next: Next,
) -> Response {
    let context = RequestContext::generate();
    request.extensions_mut().insert(context.clone());
    let verdict = gateway.access.judge(&mut request);
    let span = access_log::span(&request, &context);
    let visit = AccessLogEntry::begin(&gateway.meters, &mut request, &context);
    let stranger = gateway.peers.stranger(Address::of(request.extensions()));
    let answer = answer(&gateway, verdict, request, next).instrument(span);
    let mut response = for_stranger(stranger, answer).await;
    context.write_id(response.headers_mut());
    visit.end(response)
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

/// What is in front of the app's own routes: a host that is not answered to is not answered by them either.
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
