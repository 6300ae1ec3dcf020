//! Plain HTTP to an actor: raw requests, and the few pages that every actor has.

use axum::{body::Body, response::Response};
use http::{HeaderValue, header};

use super::{Gateway, errors, errors::Failure, identity, target::Target};
use crate::Fault;

/// A page that every actor has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum About {
    Banner,
    Health,
    Metadata,
}

impl About {
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

/// Says that an actor is there.
pub(super) async fn about(
    gateway: &Gateway,
    target: Result<Target, Fault>,
    page: About,
) -> Result<Response, Failure> {
    let actor = target?.reach(&gateway.runtime).await?;
    let (content_type, body) = page.content();
    let mut response = Response::new(Body::from(body));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    identity::name_actor(response.headers_mut(), actor.record());
    Ok(response)
}

/// A raw request, which no actor takes yet.
pub(super) fn fetch(target: Result<Target, Fault>) -> Result<Response, Failure> {
    target?;
    Err(errors::no_requests().into())
}
