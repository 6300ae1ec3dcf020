//! The origin that a request was sent to: a host, and whether by TLS, as far as that is known.

use std::borrow::Cow;

use axum::extract::Request;
use http::{HeaderMap, Uri, header, uri};
use url::Host;

use crate::{Fault, error::faults};

/// The host of a request, as its sender wrote it: `:authority` of HTTP/2, the address of a request line that has
/// one, or `Host`.
#[derive(Debug, Default)]
pub(in crate::server) struct TargetOrigin<'a> {
    /// `None` if the request names none. It need not be a valid host.
    pub(in crate::server) host: Option<Cow<'a, str>>,
    /// Whether it was sent by TLS; `None` if no proxy says so.
    pub(in crate::server) is_secure: Option<bool>,
}

impl<'a> TargetOrigin<'a> {
    /// What the request itself says. Two hosts are an error: a proxy may have looked at the other one.
    pub(in crate::server) fn of(request: &'a Request) -> Result<Self, Fault> {
        let host = host(request.uri(), request.headers())?;
        Ok(Self { host, is_secure: None })
    }

    /// The host, if it is a valid one.
    pub(in crate::server) fn host_port(&self) -> Option<HostPort> {
        self.host.as_deref().and_then(HostPort::parse)
    }
}

fn host<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> Result<Option<Cow<'a, str>>, Fault> {
    let mut given = headers.get_all(header::HOST).iter();
    let host = given.next().map(|host| String::from_utf8_lossy(host.as_bytes()));
    if given.next().is_some() {
        return Err(faults::bad_request("`Host` is given twice"));
    }
    match (uri.authority().map(uri::Authority::as_str), host) {
        (Some(target), Some(host)) if !are_same(target, &host, uri.scheme_str()) => {
            Err(faults::bad_request("`Host` is another one than that of the request's target"))
        }
        (Some(target), _) => Ok(Some(Cow::Borrowed(target))),
        (None, host) => Ok(host),
    }
}

fn are_same(target: &str, host: &str, scheme: Option<&str>) -> bool {
    let usual = if scheme == Some("https") { 443 } else { 80 };
    let read = |text| HostPort::parse(text).map(|it| (it.host, it.port.unwrap_or(usual)));
    match (read(target), read(host)) {
        (Some(target), Some(host)) => target == host,
        _ => target.eq_ignore_ascii_case(host),
    }
}

/// A host in one spelling, and the port if one was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::server) struct HostPort {
    pub(in crate::server) host: Host,
    pub(in crate::server) port: Option<u16>,
}

impl HostPort {
    /// Reads `host`, `host:port`, `[address]` or `[address]:port`. Anything else is refused: a user, a path, whatever
    /// another parser could read in another way. Letters beyond ASCII are written as `xn--`.
    pub(in crate::server) fn parse(text: &str) -> Option<Self> {
        let is_odd = |c: char| !c.is_ascii() || c.is_ascii_control() || "@/\\?#% \"<>".contains(c);
        if text.contains(is_odd) {
            return None;
        }
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, port),
            _ => (text, ""),
        };
        let port = match port {
            "" => None,
            digits if digits.bytes().all(|c| c.is_ascii_digit()) => Some(digits.parse().ok()?),
            _ => return None,
        };
        Some(Self { host: Host::parse(host).ok()?, port })
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn sent(uri: &str, hosts: &[&str]) -> Result<Option<String>, u16> {
        let mut request = Request::builder().uri(uri);
        for host in hosts {
            request = request.header(header::HOST, *host);
        }
        let request = request.body(Body::empty()).expect("a request");
        let target = TargetOrigin::of(&request).map_err(|fault| fault.status().as_u16())?;
        Ok(target.host.map(Cow::into_owned))
    }

    #[test]
    fn a_request_has_one_host() {
        let host = |text: &str| Ok(Some(text.to_owned()));
        assert_eq!(sent("/", &["app.example"]), host("app.example"));
        assert_eq!(
            sent("http://app.example/", &[]),
            host("app.example"),
            "`:authority`, or a target with an address"
        );
        assert_eq!(sent("/", &[]), Ok(None));
        for same in ["app.example", "APP.example", "app.example:80", "app.example:"] {
            assert_eq!(sent("http://app.example/", &[same]), host("app.example"), "{same}");
        }
        assert_eq!(sent("https://app.example:443/", &["app.example"]), host("app.example:443"));
        for other in ["evil.example", "app.example:81", "app.example.", "sub.app.example", ""] {
            assert_eq!(sent("http://app.example/", &[other]), Err(400), "{other}");
        }
        assert_eq!(sent("/", &["app.example", "app.example"]), Err(400));
        assert_eq!(sent("/", &["app.example", "evil.example"]), Err(400));
    }

    #[test]
    fn a_host_has_one_spelling() {
        let read = |text: &str| HostPort::parse(text).map(|it| (it.host.to_string(), it.port));
        for (text, host, port) in [
            ("app.example", "app.example", None),
            ("APP.example:8443", "app.example", Some(8443)),
            ("app.example:", "app.example", None),
            ("app.example:080", "app.example", Some(80)),
            ("app.example.", "app.example.", None),
            ("127.1", "127.0.0.1", None),
            ("0x7f.0.0.1:1", "127.0.0.1", Some(1)),
            ("[::1]", "[::1]", None),
            ("[0:0::1]:6420", "[::1]", Some(6420)),
            ("xn--bcher-kva.example", "xn--bcher-kva.example", None),
            ("a_b", "a_b", None),
        ] {
            assert_eq!(read(text), Some((host.to_owned(), port)), "{text}");
        }
        for text in [
            "",
            ":80",
            "a:b",
            "a:+1",
            "a:-1",
            "a:65536",
            "a:1:2",
            "::1",
            "[::1",
            "[::1]x",
            "[::1]:x",
            "a@b",
            "a/b",
            "a%62",
            "a b",
            "a\tb",
            "bücher.example",
            "256.0.0.1",
            "a:1 ",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
