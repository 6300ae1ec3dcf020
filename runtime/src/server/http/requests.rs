//! Plain HTTP to an actor: raw requests, and the few pages that every actor has.

use std::sync::Arc;

use axum::{body::Body, extract::Request, response::Response};
use http::{HeaderValue, Uri, header};

use super::{
    access::Navigation,
    body, calls,
    extensions::forget_routing,
    failure::Failure,
    request_context,
    target::{Query, Target},
};
use crate::{
    Fault,
    error::faults,
    host::{ConnectInfo, Denied, Entered, carried},
    server::{Gateway, actor_path::ActorPage, net::permits::Address},
    util::log::Instrument as _,
};

impl ActorPage {
    fn content(self) -> (&'static str, String) {
        let text = "text/plain; charset=utf-8";
        match self {
            Self::Banner => (text, "This is a callboard actor.\n".to_owned()),
            Self::Health => (text, "ok".to_owned()),
            Self::Metadata => {
                let version = env!("CARGO_PKG_VERSION");
                let body = serde_json::json!({ "runtime": "callboard", "version": version, "type": "local" });
                ("application/json", body.to_string())
            }
        }
    }
}

/// One of the pages that every actor has, for clients that it lets in.
pub(in crate::server) async fn about(
    gateway: &Gateway,
    target: Result<Target, Fault>,
    page: ActorPage,
    request: Request,
) -> Result<Response, Failure> {
    let target = target?;
    let (head, _) = request.into_parts();
    let params = calls::params(&head.headers, gateway.limits())?;
    let info = ConnectInfo {
        params,
        source: Address::source(&head.extensions),
        claims: Some(Arc::new(head.extensions)),
    };
    let (kind, admission) = target.admission(&gateway.runtime, info).await?;
    let Entered { record, .. } = kind.enter(admission).await.map_err(Denied::into_fault)?;
    request_context::name_actor_in_span(&record);
    let (content_type, body) = page.content();
    let mut response = Response::new(Body::from(body));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    request_context::name_actor(&mut response, &record);
    Ok(response)
}

/// A raw request. Its handler sees this path, and of the query what is the user's.
pub(in crate::server) async fn fetch(
    gateway: &Gateway,
    target: Target,
    path: &str,
    request: Request,
) -> Result<Response, Failure> {
    let (mut head, body) = request.into_parts();
    let target = match head.extensions.remove::<Navigation>() {
        Some(Navigation) => target.navigated(&gateway.runtime).await?,
        None => target,
    };
    head.uri = own_uri(path, head.uri.query())?;
    forget_routing(&mut head.extensions);
    let (body, bounds) = body::bounded(body, &head.headers, gateway.limits().body)?;
    let params = calls::params(&head.headers, gateway.limits())?;
    let source = Address::source(&head.extensions);
    let info = ConnectInfo { params, claims: Some(Arc::new(head.extensions.clone())), source };
    let runtime = Arc::clone(&gateway.runtime);
    // On a task of its own: a caller that goes away does not take its request with it.
    let answering = async move {
        let (kind, admission) = target.admission(&runtime, info).await?;
        let answered = kind.request(admission, Request::from_parts(head, body)).await;
        let answered = answered.map_err(Denied::into_fault)?;
        request_context::name_actor_in_span(&answered.0);
        Ok::<_, Fault>(answered)
    };
    let (actor, result) = gateway
        .tasks()
        .spawn(carried(answering.in_current_span()))
        .await
        .map_err(|panic| Fault::internal(&panic))??;
    let mut response = result.map_err(|fault| {
        // A handler that fails over a body which is too long fails because of that.
        let fault = if bounds.are_exceeded() { faults::incoming_too_long() } else { fault };
        Failure::from(fault).at(&actor)
    })?;
    request_context::name_actor(&mut response, &actor);
    Ok(response)
}

/// The address that a handler sees: its own path, and of the query what is not the gateway's, byte for byte.
pub(in crate::server) fn own_uri(path: &str, query: Option<&str>) -> Result<Uri, Fault> {
    let address = match Query::parse(query)?.user {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    address.parse().map_err(|_| faults::bad_request("the path is not valid"))
}
