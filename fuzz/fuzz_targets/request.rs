#![no_main]

//! One HTTP request: a line of method and address, lines of headers, an empty line, a body. What the HTTP library
//! would refuse is left out; what it would pass on is answered, and never as a mistake of the server's own.

use callboard_fuzz::stage::in_world;
use http::{HeaderName, HeaderValue, Method, Request, Uri};
use http_body_util::BodyExt as _;
use tower_service::Service as _;

fn request(bytes: &[u8]) -> Option<Request<axum::body::Body>> {
    let (head, body) = match bytes.windows(2).position(|two| two == b"\n\n") {
        Some(end) => (&bytes[..end], &bytes[end + 2..]),
        None => (bytes, &[][..]),
    };
    let mut lines = head.split(|byte| *byte == b'\n');
    let mut words = lines.next()?.splitn(2, |byte| *byte == b' ');
    let mut request = Request::new(body.to_vec().into());
    *request.method_mut() = Method::from_bytes(words.next()?).ok()?;
    *request.uri_mut() = Uri::try_from(words.next()?).ok()?;
    for line in lines {
        let at = line.iter().position(|byte| *byte == b':')?;
        let name = HeaderName::from_bytes(&line[..at]).ok()?;
        request.headers_mut().append(name, HeaderValue::from_bytes(line[at + 1..].trim_ascii()).ok()?);
    }
    Some(request)
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some(request) = request(bytes) else { return };
    let method = request.method().clone();
    in_world(async |world| {
        let Ok(response) = world.registry.router().call(request).await;
        let (head, body) = response.into_parts();
        let body = body.collect().await.expect("a body that ends").to_bytes();
        assert!(head.headers.contains_key("x-rivet-ray-id"), "every answer has an id");
        if let Ok(error) = serde_json::from_slice::<serde_json::Value>(&body)
            && head.status.as_u16() >= 400
        {
            // The actor does nothing wrong, nor does the server.
            assert_ne!(error["code"], "internal_error", "{error}");
        }
        assert!(method != Method::HEAD || head.status != 200 || body.is_empty(), "{body:?}");
    });
});
