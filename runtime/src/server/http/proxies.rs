//! Trusted proxies, and the clients behind them.
//!
//! Each proxy appends to what it was sent where it has the request from. So the headers are read from the right: the
//! last address was written by the proxy that has our socket, the one before it by the proxy that has that address,
//! and so on, for as long as these are trusted. The first address that is not is the client's, and whatever is left
//! of it was written by the client, or by something in between that is not trusted.

use std::{
    borrow::Cow,
    net::{IpAddr, SocketAddr},
};

use http::{HeaderMap, HeaderName, header::FORWARDED};
use ipnet::{IpNet, Ipv4Net};

use super::{
    forwarded::{self, Node},
    target_origin::HostPort,
};
use crate::{
    Fault,
    error::faults,
    util::{log, shown::shown},
};

const FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The proxies that are trusted.
#[derive(Debug, Clone, Default)]
pub(crate) struct TrustedProxies(Vec<IpNet>);

/// What proxies say of a request.
#[derive(Debug, Default)]
pub(in crate::server) struct Passed<'a> {
    /// The client; with port 0 if the proxy does not say which.
    pub(in crate::server) client: Option<SocketAddr>,
    pub(in crate::server) host: Option<Cow<'a, str>>,
    pub(in crate::server) is_secure: Option<bool>,
}

impl TrustedProxies {
    #[track_caller]
    pub(crate) fn list<P: AsRef<str>>(proxies: impl IntoIterator<Item = P>) -> Self {
        let mut networks = Vec::new();
        // A loop: in a closure, a panic would not be at the caller's line.
        for proxy in proxies {
            networks.push(parse(proxy.as_ref()));
        }
        Self(networks)
    }

    /// Warns if every client is trusted, which cannot be meant.
    pub(crate) fn warn_of_everybody(&self) {
        for network in self.0.iter().filter(|network| network.prefix_len() == 0) {
            log::warn!(
                network = shown(network),
                "`Registry::trusted_proxies` contains a network of all addresses: every client can pretend to be any address, and \
                 limits per address do nothing; list only the proxies"
            );
        }
    }

    pub(in crate::server) fn are_none(&self) -> bool {
        self.0.is_empty()
    }

    pub(in crate::server) fn have(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// What is said of a request that came from this peer. Of a peer that is not trusted nothing is looked at.
    pub(in crate::server) fn passed<'a>(
        &self,
        peer: SocketAddr,
        headers: &'a HeaderMap,
    ) -> Result<Passed<'a>, Fault> {
        if !self.have(peer.ip()) {
            return Ok(Passed { client: Some(peer), ..Passed::default() });
        }
        let new = self.read_forwarded(peer, headers)?;
        let old = self.read_older(peer, headers);
        let passed = match (new, old) {
            // A proxy writes one of them, and passes on what a client has sent as the other.
            (Some(new), Some(old)) if !new.is_same(&old) => return Err(faults::forwarded_twice()),
            (Some(passed), _) | (None, Some(passed)) => passed,
            (None, None) => Passed::default(),
        };
        Ok(Passed { client: passed.client.or(Some(peer)), ..passed })
    }

    /// `Forwarded`: what the outermost of the trusted proxies has written.
    fn read_forwarded<'a>(
        &self,
        peer: SocketAddr,
        headers: &'a HeaderMap,
    ) -> Result<Option<Passed<'a>>, Fault> {
        let mut elements = Vec::new();
        for line in headers.get_all(FORWARDED) {
            let line = line.to_str().ok().and_then(forwarded::elements);
            elements.extend(line.ok_or_else(faults::unreadable_forwarded)?);
        }
        let mut passed = Passed::default();
        let mut client = peer;
        let is_said = !elements.is_empty();
        for element in elements.into_iter().rev() {
            passed.host = element.host.or(passed.host);
            passed.is_secure = element.proto.as_deref().and_then(is_secure).or(passed.is_secure);
            let Some(Node::At(address)) = element.node else { break };
            client = address;
            if !self.have(address.ip()) {
                break;
            }
        }
        passed.client = Some(client);
        Ok(is_said.then_some(passed))
    }

    /// `X-Forwarded-For`, `-Host` and `-Proto`. Of the latter two the last word counts, which is the nearest proxy's.
    fn read_older<'a>(&self, peer: SocketAddr, headers: &'a HeaderMap) -> Option<Passed<'a>> {
        let host = words(headers, &HOST).next();
        let is_secure = words(headers, &PROTO).next().and_then(|proto| is_secure(&proto));
        let mut client = None;
        for word in words(headers, &FOR) {
            let Node::At(address) = Node::parse_loosely(&word) else { break };
            client = Some(address);
            if !self.have(address.ip()) {
                break;
            }
        }
        let is_said = [FOR, HOST, PROTO].iter().any(|name| headers.contains_key(name));
        is_said.then(|| Passed { client: client.or(Some(peer)), host, is_secure })
    }
}

impl Passed<'_> {
    fn is_same(&self, other: &Self) -> bool {
        let host = |passed: &Self| passed.host.as_deref().map(HostPort::parse);
        let client = |passed: &Self| passed.client.map(|client| client.ip());
        client(self) == client(other) && host(self) == host(other) && self.is_secure == other.is_secure
    }
}

/// The items of a list that may have several lines, the last one first.
fn words<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = Cow<'a, str>> {
    let lines: Vec<_> = headers.get_all(name).iter().collect();
    lines.into_iter().rev().flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b',')).map(|word| {
        match String::from_utf8_lossy(word) {
            Cow::Borrowed(word) => Cow::Borrowed(word.trim()),
            Cow::Owned(word) => Cow::Owned(word),
        }
    })
}

/// Whether this is a protocol over TLS.
fn is_secure(proto: &str) -> Option<bool> {
    let is = |name: &&str| proto.eq_ignore_ascii_case(name);
    match () {
        () if ["https", "wss"].iter().any(is) => Some(true),
        () if ["http", "ws"].iter().any(is) => Some(false),
        () => None,
    }
}

/// Reads an address or a network. One of IPv4 that is written as IPv6 is the one of IPv4.
#[track_caller]
fn parse(text: &str) -> IpNet {
    // As URLs and logs write an address of IPv6.
    let bare =
        text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).filter(|text| text.contains(':'));
    let address = bare.unwrap_or(text).parse::<IpAddr>().map(IpNet::from).ok();
    let Some(network) = address.or_else(|| text.parse().ok()) else {
        panic!("{}", why_not(text));
    };
    match (network.addr().to_canonical(), network.prefix_len()) {
        (IpAddr::V4(address), length) if matches!(network, IpNet::V6(_)) && length >= 96 => {
            Ipv4Net::new(address, length - 96).map_or(network, IpNet::V4)
        }
        _ => network,
    }
}

/// What is wrong with what is neither, and what to write.
fn why_not(text: &str) -> String {
    const WRITE: &str = "write `10.0.0.7`, `10.0.0.0/8`, `::1` or `fd00::/8`";
    let shown = text.escape_debug();
    if text.trim().is_empty() {
        return format!("a proxy is empty: {WRITE}. Is the variable set that it comes from?");
    }
    let network = text.split_once('/').and_then(|(address, bits)| {
        let is_number = !bits.is_empty() && bits.bytes().all(|c| c.is_ascii_digit());
        is_number.then(|| address.parse::<IpAddr>().ok()).flatten()
    });
    match network {
        Some(address) => {
            let most = if address.is_ipv4() { 32 } else { 128 };
            format!("`{shown}` is no network: it has too many bits, which are {most} at most")
        }
        None if url::Host::parse(text).is_ok_and(|host| matches!(host, url::Host::Domain(_))) => {
            format!("`{shown}` is no address and no network: names are not looked up; {WRITE}")
        }
        None => format!("`{shown}` is no address and no network: {WRITE}"),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn proxies() -> TrustedProxies {
        TrustedProxies::list(["127.0.0.1", "10.0.0.0/8", "fd00::/8", "::ffff:192.168.0.0/112"])
    }

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        let value = |text: &str| HeaderValue::from_bytes(text.as_bytes()).expect("a value");
        lines.iter().map(|(name, text)| (HeaderName::from_static(name), value(text))).collect()
    }

    /// Client, host and scheme, of a request that came from this address.
    fn said(
        peer: &str,
        lines: &[(&'static str, &str)],
    ) -> Result<(String, Option<String>, Option<bool>), u16> {
        let peer: IpAddr = peer.parse().expect("an address");
        let headers = headers(lines);
        let passed = proxies().passed(SocketAddr::new(peer, 4711), &headers);
        let Passed { client, host, is_secure } = passed.map_err(|fault| fault.status().as_u16())?;
        Ok((client.expect("it has one").ip().to_string(), host.map(Cow::into_owned), is_secure))
    }

    fn client(peer: &str, lines: &[(&'static str, &str)]) -> String {
        said(peer, lines).expect("it is believed, or not looked at").0
    }

    const XFF: &str = "x-forwarded-for";

    #[test]
    fn nobody_is_believed_but_those_who_are_listed() {
        let lines =
            [(XFF, "203.0.113.9"), ("x-forwarded-host", "app.example"), ("x-forwarded-proto", "https")];
        for peer in ["127.0.0.2", "11.0.0.1", "192.169.0.1", "::1", "2001:db8::1"] {
            assert_eq!(said(peer, &lines), Ok((peer.to_owned(), None, None)));
            // What would be refused of a proxy is not even looked at.
            assert_eq!(client(peer, &[("forwarded", "for=\"")]), peer);
        }
        for peer in [
            "127.0.0.1",
            "::ffff:127.0.0.1",
            "10.255.0.1",
            "fd00::1",
            "192.168.0.9",
            "::ffff:192.168.255.255",
        ] {
            let expected = ("203.0.113.9".to_owned(), Some("app.example".to_owned()), Some(true));
            assert_eq!(said(peer, &lines), Ok(expected), "{peer}");
        }
        assert!(!TrustedProxies::default().have(IpAddr::from([127, 0, 0, 1])));
    }

    #[test]
    fn addresses_are_read_from_the_right_past_trusted_ones_only() {
        for (lines, expected) in [
            (&["203.0.113.9"][..], "203.0.113.9"),
            // The client has sent the first.
            (&["198.51.100.1, 203.0.113.9"], "203.0.113.9"),
            (&["127.0.0.1, 203.0.113.9"], "203.0.113.9"),
            (&["198.51.100.1, 203.0.113.9, 10.0.0.2"], "203.0.113.9"),
            (&["203.0.113.9,10.0.0.3 ,\t10.0.0.2"], "203.0.113.9"),
            (&["198.51.100.1", "203.0.113.9", "10.0.0.2"], "203.0.113.9"),
            // All are trusted: the first of them asks.
            (&["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            (&["nonsense, 203.0.113.9"], "203.0.113.9"),
            (&["[2001:db8::9]:443, 10.0.0.2"], "2001:db8::9"),
            (&["2001:db8::9"], "2001:db8::9"),
            (&["203.0.113.9:1234"], "203.0.113.9"),
            (&["::ffff:203.0.113.9, ::ffff:10.0.0.2"], "203.0.113.9"),
            // Of a proxy that hides its client, the proxy counts as the client.
            (&["203.0.113.9, unknown, 10.0.0.2"], "10.0.0.2"),
            (&["203.0.113.9, _hidden"], "127.0.0.1"),
            (&["203.0.113.9, \u{e9}"], "127.0.0.1"),
            (&["203.0.113.9,"], "127.0.0.1"),
            (&[""], "127.0.0.1"),
            (&[], "127.0.0.1"),
        ] {
            let older: Vec<_> = lines.iter().map(|line| (XFF, *line)).collect();
            assert_eq!(client("127.0.0.1", &older), expected, "{lines:?}");
        }
        for (lines, expected) in [
            (&["for=198.51.100.1, for=203.0.113.9"][..], "203.0.113.9"),
            (&["for=198.51.100.1", "for=203.0.113.9, for=10.0.0.2"], "203.0.113.9"),
            (&["for=\"[2001:db8::9]:_x\";by=_a, for=\"10.0.0.2:80\""], "2001:db8::9"),
            (&["for=203.0.113.9, for=unknown, for=10.0.0.2"], "10.0.0.2"),
            (&["for=203.0.113.9, proto=https"], "127.0.0.1"),
            (&[" , "], "127.0.0.1"),
        ] {
            let lines: Vec<_> = lines.iter().map(|line| ("forwarded", *line)).collect();
            assert_eq!(client("127.0.0.1", &lines), expected, "{lines:?}");
        }
    }

    #[test]
    fn host_and_scheme_are_those_of_the_outermost_trusted_proxy() {
        let site = |lines: &[(&'static str, &str)]| {
            let (_, host, is_secure) = said("127.0.0.1", lines).expect("it is believed");
            (host, is_secure)
        };
        let expected = |host: &str, is_secure| (Some(host.to_owned()), is_secure);
        let forged = "for=198.51.100.1;host=evil.example;proto=http";
        for (line, seen) in [
            (
                "for=203.0.113.9;host=\"app.example:8443\";proto=HTTPS",
                expected("app.example:8443", Some(true)),
            ),
            ("for=203.0.113.9;host=app.example;proto=ftp", expected("app.example", None)),
            (
                "for=203.0.113.9;host=app.example, for=10.0.0.2;host=inner;proto=http",
                expected("app.example", Some(false)),
            ),
            ("for=203.0.113.9, for=10.0.0.2;host=inner;proto=ws", expected("inner", Some(false))),
        ] {
            assert_eq!(site(&[("forwarded", line)]), seen, "{line}");
            assert_eq!(site(&[("forwarded", forged), ("forwarded", line)]), seen, "{line}");
        }
        let older = |host, proto| site(&[("x-forwarded-host", host), ("x-forwarded-proto", proto)]);
        assert_eq!(older("app.example", "wss"), expected("app.example", Some(true)));
        // A proxy that appends has appended the last.
        assert_eq!(older("evil.example, app.example", "http, https"), expected("app.example", Some(true)));
    }

    #[test]
    fn two_kinds_of_headers_have_to_say_the_same() {
        let refused = Err(400);
        let both = |new: &str, older: &[(&'static str, &str)]| {
            said("127.0.0.1", &[&[("forwarded", new)], older].concat()).map(|(client, ..)| client)
        };
        let same = Ok("203.0.113.9".to_owned());
        assert_eq!(both("for=\"203.0.113.9:1\"", &[(XFF, "203.0.113.9:2")]), same);
        let all = [(XFF, "203.0.113.9"), ("x-forwarded-host", "APP.example"), ("x-forwarded-proto", "https")];
        assert_eq!(both("for=203.0.113.9;host=app.example;proto=https", &all), same);
        for (new, older) in [
            // What the client has sent for the proxy to pass on.
            ("for=198.51.100.1", &all[..1]),
            ("for=203.0.113.9;host=localhost", &all[..1]),
            ("for=203.0.113.9;proto=https", &all[..1]),
            ("for=203.0.113.9", &all[..2]),
            ("for=203.0.113.9", &[("x-forwarded-host", "localhost")]),
            ("for=203.0.113.9", &[("x-forwarded-proto", "https")]),
            ("for=unknown", &all[..1]),
            ("proto=https", &all[..1]),
        ] {
            assert_eq!(both(new, older), refused, "{new} {older:?}");
        }
        for unreadable in ["for=\"203.0.113.9", "for=nonsense", "for=203.0.113.9\u{e9}"] {
            assert_eq!(both(unreadable, &[]), refused, "{unreadable}");
        }
    }

    #[test]
    #[should_panic(expected = "`10.0.0.0/33` is no network: it has too many bits, which are 32 at most")]
    fn what_is_no_network_cannot_be_listed() {
        let _ = TrustedProxies::list(["10.0.0.0/33"]);
    }

    #[test]
    #[should_panic(expected = "`proxy.example` is no address and no network: names are not looked up")]
    fn a_name_is_no_address() {
        let _ = TrustedProxies::list(["proxy.example"]);
    }

    #[test]
    fn what_is_none_is_told_with_what_to_write() {
        for (text, told) in [
            ("", "a proxy is empty"),
            (" ", "a proxy is empty"),
            ("::1/129", "128 at most"),
            ("10.0.0.0/8/8", "is no address and no network: write"),
            ("10.0.0.0/x", "is no address and no network: write"),
            ("10.0.0.7:80", "is no address and no network: write"),
            ("a\u{1b}b", "`a\\u{1b}b` is no address"),
        ] {
            assert!(why_not(text).contains(told), "{text:?}: {}", why_not(text));
        }
    }

    #[test]
    fn an_address_of_ipv6_may_have_brackets() {
        for text in ["[::1]", "::1"] {
            let proxies = TrustedProxies::list([text]);
            assert!(proxies.have("::1".parse().expect("an address")), "{text}");
            assert!(!proxies.have("::2".parse().expect("an address")), "{text}");
        }
        for text in ["[10.0.0.7]", "[::1", "[::1]:80", "[::1]/64"] {
            assert!(std::panic::catch_unwind(|| parse(text)).is_err(), "{text}");
        }
    }
}
