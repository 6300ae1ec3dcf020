//! The header `Forwarded` (RFC 7239), and the addresses in it and in `X-Forwarded-For`.
//!
//! A proxy writes behind what its client has sent, which may be anything. So a header is read as a whole, and what
//! breaks its grammar makes all of it unreadable: nothing says who wrote the second half of `for="a, for=192.0.2.1`.

use std::{
    borrow::Cow,
    net::{IpAddr, SocketAddr},
};

/// What one proxy says of a request that it passed on.
#[derive(Debug, Default, PartialEq)]
pub(in crate::server) struct Element<'a> {
    /// The client, or the proxy before.
    pub(in crate::server) node: Option<Node>,
    /// What it was asked for, as its client wrote it.
    pub(in crate::server) host: Option<Cow<'a, str>>,
    pub(in crate::server) proto: Option<Cow<'a, str>>,
}

/// Where a proxy has a request from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::server) enum Node {
    /// With port 0 if there is none.
    At(SocketAddr),
    /// It does not say, or not so that others understand it: `unknown`, `_SEVKISEK`.
    Hidden,
}

impl Node {
    /// Reads `192.0.2.43`, `192.0.2.43:47011`, `[2001:db8::17]`, `[2001:db8::17]:47011`, `unknown` or `_name`.
    pub(in crate::server) fn parse(text: &str) -> Option<Self> {
        let (name, port) = match text.rsplit_once(':') {
            Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
            _ => (text, None),
        };
        let port = match port {
            None => 0,
            Some(name) if is_made_up(name) => 0,
            Some(digits) if digits.bytes().all(|digit| digit.is_ascii_digit()) => digits.parse().ok()?,
            Some(_) => return None,
        };
        if name.eq_ignore_ascii_case("unknown") || is_made_up(name) {
            return Some(Self::Hidden);
        }
        let address = match name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            Some(address) => IpAddr::V6(address.parse().ok()?),
            None => IpAddr::V4(name.parse().ok()?),
        };
        Some(Self::At(SocketAddr::new(address.to_canonical(), port)))
    }

    /// The same in `X-Forwarded-For`, which has no grammar: there addresses of IPv6 may be bare, and what is none is
    /// hidden.
    pub(in crate::server) fn parse_loosely(text: &str) -> Self {
        let bare = text.parse().map(|address: IpAddr| Self::At(SocketAddr::new(address.to_canonical(), 0)));
        bare.ok().or_else(|| Self::parse(text)).unwrap_or(Self::Hidden)
    }
}

/// An obfuscated identifier.
fn is_made_up(text: &str) -> bool {
    text.strip_prefix('_').is_some_and(|rest| {
        !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    })
}

/// Reads the elements of one line of the header, the nearest proxy's last; `None` if the line is not what RFC 7239
/// says.
pub(in crate::server) fn elements(line: &str) -> Option<Vec<Element<'_>>> {
    let (mut rest, mut elements) = (Rest(line), Vec::new());
    loop {
        rest.element(&mut elements)?;
        if rest.0.is_empty() {
            return Some(elements);
        }
        rest.skip(',')?;
    }
}

/// What is left of a line.
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    /// Reads the next one. Lists may have some that are empty.
    fn element(&mut self, elements: &mut Vec<Element<'a>>) -> Option<()> {
        let (mut element, mut names): (_, Vec<&str>) = (Element::default(), Vec::new());
        loop {
            self.skip_spaces();
            if !self.0.starts_with([';', ',']) && !self.0.is_empty() {
                let (name, value) = self.pair()?;
                if names.iter().any(|other| other.eq_ignore_ascii_case(name)) {
                    return None;
                }
                names.push(name);
                element.set(name, value)?;
            }
            self.skip_spaces();
            if self.skip(';').is_none() {
                elements.extend((!names.is_empty()).then_some(element));
                return Some(());
            }
        }
    }

    fn pair(&mut self) -> Option<(&'a str, Cow<'a, str>)> {
        let name = self.token()?;
        self.skip('=')?;
        let value = if self.0.starts_with('"') { self.quoted()? } else { Cow::Borrowed(self.token()?) };
        Some((name, value))
    }

    fn token(&mut self) -> Option<&'a str> {
        let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        let end = self.0.find(|c| !is_token(c)).unwrap_or(self.0.len());
        let (token, rest) = self.0.split_at(end);
        self.0 = rest;
        (!token.is_empty()).then_some(token)
    }

    fn quoted(&mut self) -> Option<Cow<'a, str>> {
        self.skip('"')?;
        let (text, mut unescaped, mut chars) = (self.0, None::<String>, self.0.char_indices());
        loop {
            let (at, c) = chars.next()?;
            match c {
                '"' => {
                    self.0 = chars.as_str();
                    return Some(unescaped.map_or(Cow::Borrowed(&text[..at]), Cow::Owned));
                }
                '\\' => {
                    let unescaped = unescaped.get_or_insert_with(|| text[..at].to_owned());
                    unescaped.push(chars.next()?.1);
                }
                c => unescaped.iter_mut().for_each(|unescaped| unescaped.push(c)),
            }
        }
    }

    fn skip(&mut self, c: char) -> Option<()> {
        self.0 = self.0.strip_prefix(c)?;
        Some(())
    }

    fn skip_spaces(&mut self) {
        self.0 = self.0.trim_start_matches([' ', '\t']);
    }
}

impl<'a> Element<'a> {
    /// Takes a parameter; of those that are not ours, their form has been looked at.
    fn set(&mut self, name: &str, value: Cow<'a, str>) -> Option<()> {
        if name.eq_ignore_ascii_case("for") {
            self.node = Some(Node::parse(&value)?);
        } else if name.eq_ignore_ascii_case("host") {
            self.host = Some(value);
        } else if name.eq_ignore_ascii_case("proto") {
            self.proto = Some(value);
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(address: &str) -> Option<Node> {
        let address: IpAddr = address.parse().ok()?;
        Some(Node::At(SocketAddr::new(address, 0)))
    }

    fn nodes(line: &str) -> Option<Vec<Option<Node>>> {
        elements(line).map(|elements| elements.into_iter().map(|element| element.node).collect())
    }

    #[test]
    fn what_the_rfc_has_as_examples() {
        let with_port = |address: &str| Some(Node::At(address.parse().expect("an address with a port")));
        assert_eq!(nodes("for=\"_gazonk\""), Some(vec![Some(Node::Hidden)]));
        assert_eq!(
            nodes("For=\"[2001:db8:cafe::17]:4711\""),
            Some(vec![with_port("[2001:db8:cafe::17]:4711")])
        );
        let line = "for=192.0.2.60;proto=http;by=203.0.113.43";
        let element = Element { node: at("192.0.2.60"), host: None, proto: Some("http".into()) };
        assert_eq!(elements(line), Some(vec![element]));
        assert_eq!(
            nodes("for=192.0.2.43, for=198.51.100.17"),
            Some(vec![at("192.0.2.43"), at("198.51.100.17")])
        );
        assert_eq!(
            nodes("for=192.0.2.43, for=\"[2001:db8:cafe::17]\", for=unknown"),
            Some(vec![at("192.0.2.43"), at("2001:db8:cafe::17"), Some(Node::Hidden)])
        );
        assert_eq!(nodes("for=_hidden, for=_SEVKISEK"), Some(vec![Some(Node::Hidden); 2]));
        assert_eq!(nodes("for=\"192.0.2.43:47011\""), Some(vec![with_port("192.0.2.43:47011")]));
        assert_eq!(nodes("for=\"192.0.2.43:_port\""), Some(vec![at("192.0.2.43")]));
    }

    #[test]
    fn what_others_write() {
        for (line, expected) in [
            ("", vec![]),
            (" , ,", vec![]),
            ("for=192.0.2.1; proto=https ; host=app.example", vec![at("192.0.2.1")]),
            ("FOR=192.0.2.1;;secret=\"a,b;c=\\\"d\\\"\"\t,\tproto=https", vec![at("192.0.2.1"), None]),
            ("for=\"[::ffff:192.0.2.1]\"", vec![at("192.0.2.1")]),
            ("for=\"\\[::1\\]\"", vec![at("::1")]),
            (";for=192.0.2.1", vec![at("192.0.2.1")]),
        ] {
            assert_eq!(nodes(line), Some(expected), "{line}");
        }
        let quoted = elements("host=\"app\\.example:8443\";proto=HTTPS").expect("it can be read");
        assert_eq!(quoted[0].host.as_deref(), Some("app.example:8443"));
        assert_eq!(quoted[0].proto.as_deref(), Some("HTTPS"));
    }

    #[test]
    fn a_line_that_breaks_the_grammar_is_unreadable_as_a_whole() {
        for line in [
            // What a client may send for the proxy to write behind it.
            "for=\"a, for=192.0.2.1",
            "for=\"a, for=\"[2001:db8::1]\"",
            "for=198.51.100.1;x=\"\\, for=192.0.2.1",
            "for=198.51.100.1;x=\", for=\"192.0.2.1\"",
            "for=198.51.100.1\\, for=192.0.2.1",
            "for, for=192.0.2.1",
            "=, for=192.0.2.1",
            "for=192.0.2.1 192.0.2.2",
            "for=192.0.2.1;for=192.0.2.2",
            "for=192.0.2.1;FOR=192.0.2.2",
            "for =192.0.2.1",
            "for= 192.0.2.1",
            "for=",
            "for=\"\"",
            "for=2001:db8::1",
            "for=[2001:db8::1]",
            "for=\"2001:db8::1\"",
            "for=\"[192.0.2.1]\"",
            "for=192.0.2.256",
            "for=192.0.2.1:80",
            "for=\"192.0.2.1:x\"",
            "for=\"192.0.2.1:65536\"",
            "for=\"192.0.2.1:\u{b2}\"",
            "for=192.0.2.01",
            "for=_",
            "for=_a@b",
            "for=somebody",
            "for=192.0.2.1\u{e9}",
        ] {
            assert_eq!(elements(line), None, "{line}");
        }
    }

    #[test]
    fn addresses_of_the_older_header() {
        for (text, expected) in [
            ("192.0.2.1", at("192.0.2.1")),
            ("2001:db8::1", at("2001:db8::1")),
            ("[2001:db8::1]", at("2001:db8::1")),
            ("::ffff:192.0.2.1", at("192.0.2.1")),
            ("192.0.2.1:4711", Some(Node::At(SocketAddr::from(([192, 0, 2, 1], 4711))))),
            ("unknown", Some(Node::Hidden)),
            ("", Some(Node::Hidden)),
            ("fe80::1%eth0", Some(Node::Hidden)),
            ("\"192.0.2.1\"", Some(Node::Hidden)),
        ] {
            assert_eq!(Some(Node::parse_loosely(text)), expected, "{text}");
        }
    }

    proptest! {
        /// Whatever a client sends, it cannot give itself another address than the one that its proxy writes behind it.
        #[test]
        fn nothing_that_comes_before_changes_what_a_proxy_writes_behind_it(
            sent in "[ -~\t]{0,40}",
            quoted in any::<bool>(),
        ) {
            let written = if quoted { "for=\"[2001:db8::1]:1\";proto=https" } else { "for=192.0.2.1" };
            let line = format!("{sent}, {written}");
            if let Some(elements) = elements(&line) {
                let alone = super::elements(written).expect("it can be read");
                prop_assert_eq!(elements.last(), alone.last());
            }
        }

        #[test]
        fn any_line_ends_in_elements_or_in_none(line in "\\PC*") {
            let _ = elements(&line);
            let _ = Node::parse_loosely(&line);
        }
    }
}
