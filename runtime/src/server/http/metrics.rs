//! `GET /metrics`: what Prometheus reads.

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::failure::Failure;
use crate::{error::faults, server::gateway::GatewayState};

pub(in crate::server) async fn metrics(
    State(gateway): GatewayState,
    request: Request,
) -> Result<Response, Failure> {
    let Some(prometheus) = &gateway.prometheus else { return Err(faults::no_route().into()) };
    if is_of_a_foreign_page(request.headers()) {
        return Err(faults::origin_not_allowed().into());
    }
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        // No page of another origin reads it by a way that asks for no leave, such as a script's `src`.
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    ];
    Ok((headers, prometheus.render()).into_response())
}

/// Whether a browser asks for a page of another origin, even one that may talk to the actors: a page that may do that
/// need not see how the server fares.
fn is_of_a_foreign_page(headers: &HeaderMap) -> bool {
    const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
    // A page says its origin unless it is the server's own.
    let site = headers.get(SITE);
    headers.contains_key(header::ORIGIN) || site.is_some_and(|site| site != "same-origin" && site != "none")
}
