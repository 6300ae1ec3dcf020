//! One HTTP request and its response.

use std::{error::Error, sync::atomic::Ordering, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode, Uri, header::CONTENT_TYPE};
use http_body_util::{BodyExt, Limited};
use tokio::time::timeout;

use super::{
    MAX_INCOMING, Network,
    error_chain::{causes, chain},
    request_body::Body,
};
use crate::CallError;

/// A whole response.
pub(super) struct Response {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Response {
    /// Whether the body is JSON although the request was not.
    pub(super) fn is_json(&self) -> bool {
        let content_type = self.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        content_type.is_some_and(|value| value.contains("application/json"))
    }
}

impl Network {
    /// Sends a request, and tells honestly whether it went out.
    pub(super) async fn send(
        &self,
        method: Method,
        uri: Uri,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<Response, CallError> {
        self.send_within(self.settings.call_timeout, method, uri, headers, body).await
    }

    /// Sends a request, as [`send`](Self::send) does, with another limit to how long it may take.
    pub(super) async fn send_within(
        &self,
        limit: Option<Duration>,
        method: Method,
        uri: Uri,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<Response, CallError> {
        let (body, sent) = Body::new(body);
        let mut request = Request::new(body);
        *request.method_mut() = method;
        *request.uri_mut() = uri;
        *request.headers_mut() = headers;
        let exchange = self.exchange(request);
        match limit {
            None => exchange.await,
            Some(limit) => timeout(limit, exchange).await.unwrap_or_else(|_| {
                Err(if sent.load(Ordering::Relaxed) {
                    CallError::MaybeApplied(format!("no answer within {limit:?}"))
                } else {
                    CallError::NotSent(format!("the server was not reached within {limit:?}"))
                })
            }),
        }
    }

    async fn exchange(&self, request: Request<Body>) -> Result<Response, CallError> {
        let response = self.http.request(request).await.map_err(|error| {
            let why = chain(&error);
            if error.is_connect() || was_never_written(&error) {
                CallError::NotSent(why)
            } else {
                CallError::MaybeApplied(why)
            }
        })?;
        let (parts, body) = response.into_parts();
        self.max_message.learn(&parts.headers);
        let body = Limited::new(body, MAX_INCOMING).collect().await;
        let body = body
            .map_err(|error| CallError::MaybeApplied(format!("the answer broke off: {}", chain(&*error))))?;
        Ok(Response { status: parts.status, headers: parts.headers, body: body.to_bytes() })
    }
}

/// Whether a pooled connection turned out to be closed before the request was put on it.
fn was_never_written(error: &(dyn Error + 'static)) -> bool {
    causes(error).any(|cause| cause.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_canceled))
}
