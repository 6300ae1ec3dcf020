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
fn said(peer: &str, lines: &[(&'static str, &str)]) -> Result<(String, Option<String>, Option<bool>), u16> {
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
    let lines = [(XFF, "203.0.113.9"), ("x-forwarded-host", "app.example"), ("x-forwarded-proto", "https")];
    for peer in ["127.0.0.2", "11.0.0.1", "192.169.0.1", "::1", "2001:db8::1"] {
        assert_eq!(said(peer, &lines), Ok((peer.to_owned(), None, None)));
        // What would be refused of a proxy is not even looked at.
        assert_eq!(client(peer, &[("forwarded", "for=\"")]), peer);
    }
    for peer in
        ["127.0.0.1", "::ffff:127.0.0.1", "10.255.0.1", "fd00::1", "192.168.0.9", "::ffff:192.168.255.255"]
    {
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
        ("for=203.0.113.9;host=\"app.example:8443\";proto=HTTPS", expected("app.example:8443", Some(true))),
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
