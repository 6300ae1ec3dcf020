//! Which names a server answers to.
//!
//! A page may give its own name the address of this machine (DNS rebinding). To its browser the server then is of the
//! page's own origin: nothing is asked of it, and the answer is the page's to read. What the page cannot change is the
//! name that the browser sends, which is the page's own. So where only this machine shall be able to ask, a name
//! that is not this machine's says that somebody else does.

use std::net::IpAddr;

use url::Host;

use super::target_origin::{HostPort, TargetOrigin};

/// The names that a server answers to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hosts {
    /// `None` if none were listed: then names are looked at only where the server knows that it is on a loopback
    /// address.
    listed: Option<Vec<Host>>,
}

/// Where a request came in, which a server of our own says of its sockets.
#[derive(Debug, Clone, Copy)]
pub(in crate::server) struct Arrival {
    /// The address of ours that it was sent to.
    pub(in crate::server) at: Option<IpAddr>,
    /// Whether only this machine can reach the listener.
    pub(in crate::server) is_loopback: bool,
}

impl Hosts {
    /// Those of this machine, and these.
    #[track_caller]
    pub(crate) fn list<H: AsRef<str>>(hosts: impl IntoIterator<Item = H>) -> Self {
        let mut listed = Vec::new();
        // A loop: in a closure, a panic would not be at the caller's line.
        for host in hosts {
            listed.push(parse(host.as_ref()));
        }
        Self { listed: Some(listed) }
    }

    /// Whether a request that was sent to this host is answered.
    pub(in crate::server) fn allow(&self, target: &TargetOrigin<'_>, arrival: Option<&Arrival>) -> bool {
        if self.listed.is_none() && !arrival.is_some_and(|arrival| arrival.is_loopback) {
            return true;
        }
        let Some(HostPort { host, .. }) = target.host_port() else { return false };
        let host = without_dot(host);
        is_of_this_machine(&host)
            || self.listed.iter().flatten().any(|listed| *listed == host)
            || arrival.and_then(|arrival| arrival.at).is_some_and(|at| is_address(&host, at))
    }
}

/// Reads a name as it is listed, in letters of any case and of any alphabet.
#[track_caller]
fn parse(text: &str) -> Host {
    let is_odd = |c: char| c.is_control() || c.is_whitespace() || "@/\\?#%*,".contains(c);
    let host = if text.contains(is_odd) { None } else { Host::parse(text).ok() };
    match host.or_else(|| text.parse().ok().map(Host::Ipv6)) {
        Some(host) => without_dot(host),
        None if text.trim().is_empty() => panic!(
            "a host is empty: name those that the server answers to. Is the variable set that it comes from? For those of \
             this machine alone there is the empty list"
        ),
        None if text.contains('*') => {
            panic!("`{}` is no host: there are no wildcards, write each name as a whole", text.escape_debug())
        }
        None => panic!(
            "`{}` is no host: write a name or an address alone, without scheme and port",
            text.escape_debug()
        ),
    }
}

/// `app.example` of `app.example.`, which is the same name.
fn without_dot(host: Host) -> Host {
    match host {
        Host::Domain(mut name) if name.ends_with('.') => {
            name.pop();
            Host::Domain(name)
        }
        host => host,
    }
}

fn is_address(host: &Host, address: IpAddr) -> bool {
    let host = match host {
        Host::Domain(_) => return false,
        Host::Ipv4(host) => IpAddr::V4(*host),
        Host::Ipv6(host) => IpAddr::V6(*host),
    };
    host.to_canonical() == address.to_canonical()
}

/// Whether it is a name or an address by which a machine reaches itself.
pub(in crate::server) fn is_of_this_machine(host: &Host) -> bool {
    match host {
        Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => IpAddr::V6(*address).to_canonical().is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(hosts: &Hosts, host: &str, arrival: Option<Arrival>) -> bool {
        hosts.allow(&TargetOrigin { host: Some(host.into()), is_secure: None }, arrival.as_ref())
    }

    fn at(address: &str) -> Arrival {
        let at: IpAddr = address.parse().expect("an address");
        Arrival { at: Some(at), is_loopback: at.is_loopback() }
    }

    const LOCAL: &[&str] = &[
        "localhost",
        "localhost:6420",
        "LOCALHOST",
        "localhost.",
        "app.localhost",
        "app.localhost.:1",
        "127.0.0.1",
        "127.0.0.1:6420",
        "127.255.255.254",
        "127.1",
        "2130706433",
        "[::1]",
        "[::1]:6420",
        "[::ffff:127.0.0.1]",
    ];

    const STRANGE: &[&str] = &[
        "rebind.evil",
        "localhost.evil",
        "evillocalhost",
        "127.0.0.1.evil",
        "128.0.0.1",
        "0.0.0.0",
        "10.0.0.1",
        "[::2]",
        "[2001:db8::1]",
        "localhost..",
        ".",
        "",
        " ",
        "localhost@evil",
        "user@localhost",
        "localhost/",
        "%6cocalhost",
        "localhost, evil",
        "lоcalhost",
        "app.example.evil",
        "localhost:x",
        "*",
    ];

    #[test]
    fn a_loopback_address_answers_to_the_names_of_this_machine_and_those_listed() {
        let (none, listed) =
            (Hosts::default(), Hosts::list(["App.Example", "bücher.example.", "10.0.0.7", "::2"]));
        for arrival in [at("127.0.0.1"), at("::1")].map(Some) {
            for host in LOCAL {
                assert!(allows(&none, host, arrival) && allows(&listed, host, arrival), "{host}");
            }
            for host in STRANGE {
                assert!(!allows(&none, host, arrival), "{host}");
                assert!(*host == "[::2]" || !allows(&listed, host, arrival), "{host}");
            }
            for host in
                ["app.example", "APP.example:8443", "app.example.", "xn--bcher-kva.example", "10.0.0.7:80"]
            {
                assert!(!allows(&none, host, arrival) && allows(&listed, host, arrival), "{host}");
            }
            for host in ["sub.app.example", "example", "app.example.evil", "bücher.example"] {
                assert!(!allows(&listed, host, arrival), "{host}");
            }
            assert!(
                !none.allow(&TargetOrigin::default(), arrival.as_ref()),
                "none is no name of this machine"
            );
        }
    }

    #[test]
    fn elsewhere_names_are_looked_at_if_some_are_listed() {
        for arrival in [None, Some(at("10.0.0.7"))] {
            assert!(STRANGE.iter().all(|host| allows(&Hosts::default(), host, arrival)));
            assert!(Hosts::default().allow(&TargetOrigin::default(), arrival.as_ref()));
            let listed = Hosts::list(["app.example"]);
            assert!(STRANGE.iter().all(|host| !allows(&listed, host, arrival)));
            assert!(LOCAL.iter().all(|host| allows(&listed, host, arrival)));
            assert!(allows(&listed, "app.example:1", arrival));
            assert!(!listed.allow(&TargetOrigin::default(), arrival.as_ref()));
            // A balancer's health check knows the address alone.
            assert_eq!(allows(&listed, "10.0.0.7:6420", arrival), arrival.is_some());
            assert!(!allows(&listed, "10.0.0.8:6420", arrival));
        }
        assert!(!allows(&Hosts::list::<&str>([]), "app.example", None), "an empty list is a list");
    }

    #[test]
    #[should_panic(expected = "`https://app.example` is no host: write a name or an address alone")]
    fn what_is_no_host_cannot_be_listed() {
        let _ = Hosts::list(["https://app.example"]);
    }

    #[test]
    #[should_panic(expected = "`app.example:443` is no host")]
    fn a_port_is_no_part_of_a_name() {
        let _ = Hosts::list(["app.example:443"]);
    }
}
