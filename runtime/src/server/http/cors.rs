//! What browsers need to hear before they let a page of another origin talk to this server.

use axum::{extract::Request, response::Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};

const METHODS: HeaderValue = HeaderValue::from_static("GET, POST, PUT, DELETE, OPTIONS, PATCH");
const A_DAY: HeaderValue = HeaderValue::from_static("86400");

/// The answer to a preflight request, if the request is one.
pub(in crate::server) fn preflight(request: &Request) -> Option<Response> {
    let asks = request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    if request.method() != Method::OPTIONS || !asks {
        return None;
    }
    let mut response = Response::default();
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    if let Some(wanted) = request.headers().get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, wanted.clone());
    }
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, A_DAY);
    Some(response)
}

/// Lets the page of this origin read a response. It is named, as with credentials a browser accepts no wildcard; a
/// response to a request of no page names none.
pub(in crate::server) fn allow(origin: Option<HeaderValue>, headers: &mut HeaderMap) {
    // A cache must not give one page's response to another.
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    let Some(origin) = origin else { return };
    let mut set = |name: HeaderName, value| headers.insert(name, value);
    set(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    set(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    set(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("*"));
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    #[test]
    fn a_preflight_is_answered_with_what_it_asks_for() {
        let request = Request::builder()
            .method(Method::OPTIONS)
            .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
            .header(header::ACCESS_CONTROL_REQUEST_HEADERS, "x-rivet-encoding,content-type")
            .body(Body::empty())
            .expect("a request");
        let response = preflight(&request).expect("it is one");
        assert_eq!(response.status(), StatusCode::NO_CONTENT);
        let headers = response.headers();
        assert_eq!(headers[header::ACCESS_CONTROL_ALLOW_METHODS], METHODS);
        assert_eq!(headers[header::ACCESS_CONTROL_ALLOW_HEADERS], "x-rivet-encoding,content-type");
        assert_eq!(headers[header::ACCESS_CONTROL_MAX_AGE], "86400");
    }

    #[test]
    fn other_requests_are_none() {
        let request = Request::builder().method(Method::OPTIONS).body(Body::empty()).expect("a request");
        assert!(preflight(&request).is_none());
    }

    #[test]
    fn an_origin_that_may_is_named_and_no_other() {
        let mut headers = HeaderMap::new();
        allow(Some(HeaderValue::from_static("http://127.0.0.1:3000")), &mut headers);
        assert_eq!(headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], "http://127.0.0.1:3000");
        assert_eq!(headers[header::VARY], "Origin");
        let mut headers = HeaderMap::new();
        allow(None, &mut headers);
        assert!(!headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN));
        assert_eq!(headers[header::VARY], "Origin");
    }
}
