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
mod tests;
