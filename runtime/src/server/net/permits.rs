//! Who is there from which address, and how much each asks.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::extract::ConnectInfo;
use http::Extensions;
use parking_lot::Mutex;
use tokio::time::Instant;

use super::seldom::Seldom;
use crate::{
    Fault, Limits,
    error::faults,
    host::{Source, Stranger},
    limits::{
        hints::Hints,
        memory_budget::{MemoryBudget, Sum},
    },
    util::log,
};

/// Counts sockets, connections and requests, in all and per address.
pub(in crate::server) struct Permits {
    limits: Arc<Limits>,
    /// What is held for all of them.
    held: Arc<Sum>,
    hints: Arc<Hints>,
    table: Mutex<Table>,
}

#[derive(Default)]
struct Table {
    all: Counts,
    /// When all actors that were made so far have been paid for, at the rate allowed.
    made_until: Option<Instant>,
    by_address: HashMap<Address, Peer>,
    /// How many addresses there may be before those that mean nothing any more are let go.
    room: usize,
    warned: Seldom,
}

#[derive(Default)]
struct Peer {
    open: Counts,
    /// When all requests so far have been paid for, at the rate allowed.
    paid_at: Option<Instant>,
    /// The same for actors that were made for it.
    made_until: Option<Instant>,
    /// What is held for it.
    account: Option<MemoryBudget>,
}

/// How many are open.
#[derive(Default, Clone, Copy, PartialEq)]
struct Counts {
    sockets: usize,
    connections: usize,
}

/// What is counted.
#[derive(Clone, Copy)]
pub(in crate::server) enum What {
    Socket,
    Connection,
}

/// An address as one customer has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::server) struct Address(IpAddr);

/// A place among what is open; free again when it is dropped.
pub(in crate::server) struct Permit {
    peers: Arc<Permits>,
    what: What,
    address: Option<Address>,
    account: MemoryBudget,
}

impl Permits {
    pub(in crate::server) fn new(limits: Arc<Limits>, hints: Hints) -> Arc<Self> {
        let held = Arc::new(Sum::new(limits.buffered));
        Arc::new(Self { limits, held, hints: Arc::new(hints), table: Mutex::default() })
    }

    /// A place for one more from this address, if it is known.
    pub(in crate::server) fn enter(
        self: &Arc<Self>,
        what: What,
        address: Option<Address>,
    ) -> Result<Permit, Fault> {
        let (in_all, of_one) = match what {
            What::Socket => (self.limits.sockets, self.limits.sockets_per_address),
            What::Connection => (self.limits.connections, self.limits.connections_per_address),
        };
        let mut table = self.table.lock();
        if *table.all.of(what) >= in_all {
            table.warn(what, in_all, "in all");
            return Err(faults::too_many_connections());
        }
        if let Some(address) = address {
            let open = table.peer(address).open.of(what);
            if *open >= of_one {
                table.warn(what, of_one, "of one address");
                self.hints.met(what.limit());
                return Err(faults::too_many_connections());
            }
            *open += 1;
        }
        *table.all.of(what) += 1;
        let account = self.account_in(&mut table, address);
        drop(table);
        Ok(Permit { peers: Arc::clone(self), what, address, account })
    }

    /// Counts a request. Too many of an address are refused, with the time to wait.
    pub(in crate::server) fn request(&self, address: Option<Address>) -> Result<(), Duration> {
        let Some(address) = address else {
            self.hints.lack_address(&self.limits);
            return Ok(());
        };
        let Some(rate) = self.limits.requests_per_second else { return Ok(()) };
        let mut table = self.table.lock();
        let peer = table.peer(address);
        let paid = pay(peer.paid_at, Some(rate), Instant::now());
        paid.map(|paid_at| peer.paid_at = paid_at).inspect_err(|_| {
            drop(table);
            self.hints.met("requests_per_second");
        })
    }

    /// Whether one more actor may be made for this address, if it is known; if it is made, it is counted, also in all.
    fn make(&self, address: Option<Address>, is_made: bool) -> Result<(), Fault> {
        let now = Instant::now();
        let Limits { actors_made_per_second: in_all, actors_made_per_second_per_address: of_one, .. } =
            *self.limits;
        let mut table = self.table.lock();
        let all_until = pay(table.made_until, in_all, now)
            .map_err(|_| faults::too_many_actors("actors_made_per_second"))?;
        if let Some(address) = address {
            let peer = table.peer(address);
            let Ok(until) = pay(peer.made_until, of_one, now) else {
                drop(table);
                self.hints.met("actors_made_per_second_per_address");
                return Err(faults::too_many_actors("actors_made_per_second_per_address"));
            };
            if is_made {
                peer.made_until = until;
            }
        }
        if is_made {
            table.made_until = all_until;
        }
        Ok(())
    }

    /// Whom actors are made for where a request comes from this address.
    pub(in crate::server) fn stranger(self: &Arc<Self>, address: Option<Address>) -> Arc<dyn Stranger> {
        Arc::new(From { peers: Arc::clone(self), address })
    }

    /// Where it is counted what is held for this address, if it is known; else it is only counted in all.
    pub(in crate::server) fn account(&self, address: Option<Address>) -> MemoryBudget {
        self.account_in(&mut self.table.lock(), address)
    }

    fn account_in(&self, table: &mut Table, address: Option<Address>) -> MemoryBudget {
        let Some(address) = address else { return MemoryBudget::new(usize::MAX, &self.held) };
        let account = &mut table.peer(address).account;
        let most = self.limits.buffered_per_address;
        account.get_or_insert_with(|| MemoryBudget::of_address(most, &self.held, &self.hints)).clone()
    }

    fn leave(&self, what: What, address: Option<Address>) {
        let mut table = self.table.lock();
        *table.all.of(what) -= 1;
        let Some(address) = address else { return };
        let peer = table.peer(address);
        *peer.open.of(what) -= 1;
        if peer.is_forgettable(Instant::now()) {
            table.by_address.remove(&address);
        }
    }
}

/// Somebody at an address.
struct From {
    peers: Arc<Permits>,
    address: Option<Address>,
}

impl Stranger for From {
    fn make(&self) -> Result<(), Fault> {
        self.peers.make(self.address, true)
    }

    fn may_make(&self) -> Result<(), Fault> {
        self.peers.make(self.address, false)
    }
}

/// The generic cell rate algorithm: each of so many in a second costs its share of it, and a second is lent. Says until when
/// one more is paid for, or how long to wait for that.
fn pay(until: Option<Instant>, rate: Option<u32>, now: Instant) -> Result<Option<Instant>, Duration> {
    let Some(rate) = rate else { return Ok(None) };
    let until = until.map_or(now, |at| at.max(now)) + Duration::from_secs(1) / rate;
    let over = until.saturating_duration_since(now + Duration::from_secs(1));
    if over.is_zero() { Ok(Some(until)) } else { Err(over) }
}

impl Permit {
    /// Where it is counted what is held for whoever has it.
    pub(in crate::server) fn account(&self) -> &MemoryBudget {
        &self.account
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.peers.leave(self.what, self.address);
    }
}

impl Table {
    /// Tells the log, but not as often as somebody can be refused.
    fn warn(&self, what: What, limit: usize, of: &str) {
        if self.warned.is_due() {
            log::warn!(limit, "clients are refused: too many {} {of}", what.name());
        }
    }

    fn peer(&mut self, address: Address) -> &mut Peer {
        if self.by_address.len() > self.room {
            let now = Instant::now();
            self.by_address.retain(|_, peer| !peer.is_forgettable(now));
            self.room = 1024.max(2 * self.by_address.len());
        }
        self.by_address.entry(address).or_default()
    }
}

impl Peer {
    fn is_forgettable(&self, now: Instant) -> bool {
        self.open == Counts::default()
            && self.paid_at.is_none_or(|at| at <= now)
            && self.made_until.is_none_or(|at| at <= now)
            && self.account.as_ref().is_none_or(MemoryBudget::is_empty)
    }
}

impl Counts {
    fn of(&mut self, what: What) -> &mut usize {
        match what {
            What::Socket => &mut self.sockets,
            What::Connection => &mut self.connections,
        }
    }
}

impl What {
    /// How many of them one address may have.
    fn limit(self) -> &'static str {
        match self {
            Self::Socket => "sockets_per_address",
            Self::Connection => "connections_per_address",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Socket => "sockets",
            Self::Connection => "connections",
        }
    }
}

impl Address {
    pub(in crate::server) fn new(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
            v4 @ IpAddr::V4(_) => v4,
        })
    }

    /// Whose share of an actor a request takes.
    pub(in crate::server) fn source(request: &Extensions) -> Source {
        Self::of(request).map_or(Source::Unknown, |Self(address)| Source::Address(address))
    }

    /// Where a request came from, if whoever serves it says so: the client's, past trusted proxies.
    pub(in crate::server) fn of(request: &Extensions) -> Option<Self> {
        request.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| Self::new(peer.ip()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Address {
        Address::new(text.parse().expect("an address"))
    }

    #[test]
    fn places_are_counted_in_all_and_per_address_and_come_free() {
        let peers =
            Permits::new(Arc::new(Limits::new().connections(3).connections_per_address(2)), Hints::default());
        let enter = |from| peers.enter(What::Connection, Some(address(from)));
        let (one, two) =
            (enter("10.0.0.1").expect("there is room"), enter("10.0.0.1").expect("there is room"));
        assert!(enter("::ffff:10.0.0.1").is_err_and(|fault| fault.is("guard", "too_many_connections")));
        let three = enter("10.0.0.2").expect("it has its own two");
        assert!(enter("10.0.0.3").is_err(), "three are all");
        assert!(
            peers.enter(What::Socket, Some(address("10.0.0.1"))).is_ok(),
            "sockets have limits of their own"
        );
        drop(one);
        assert!(enter("10.0.0.1").is_ok());
        drop((two, three));
        assert!(peers.table.lock().by_address.is_empty(), "who has gone is forgotten");
    }

    #[test]
    fn one_customer_of_ipv6_is_one_address() {
        assert_eq!(address("2001:db8:1:2:3:4:5:6"), address("2001:db8:1:2:ffff::1"));
        assert_ne!(address("2001:db8:1:2::1"), address("2001:db8:1:3::1"));
        assert_eq!(address("::ffff:192.0.2.7"), address("192.0.2.7"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_second_of_requests_may_come_at_once_and_then_one_at_a_time() {
        let peers = Permits::new(Arc::new(Limits::new().requests_per_second(10)), Hints::default());
        let ask = |from| peers.request(Some(address(from)));
        for nth in 0..10 {
            assert_eq!(ask("10.0.0.1"), Ok(()), "{nth}");
        }
        assert_eq!(ask("10.0.0.1"), Err(Duration::from_millis(100)), "and how long to wait");
        assert_eq!(ask("10.0.0.2"), Ok(()), "others are not touched");
        tokio::time::advance(Duration::from_millis(100)).await;
        assert_eq!(ask("10.0.0.1"), Ok(()));
        assert!(ask("10.0.0.1").is_err());
        tokio::time::advance(Duration::from_mins(1)).await;
        for _ in 0..10 {
            assert_eq!(ask("10.0.0.1"), Ok(()));
        }
        assert!(ask("10.0.0.1").is_err(), "what was not used is not saved up beyond a second");
    }

    #[tokio::test(start_paused = true)]
    async fn a_second_of_actors_may_be_made_at_once_of_one_address_and_in_all() {
        let limits = Limits::new().actors_made_per_second(5).actors_made_per_second_per_address(2);
        let peers = Permits::new(Arc::new(limits), Hints::default());
        let make = |from: Option<&str>| {
            let refused = peers.stranger(from.map(address)).make().err();
            refused.map(|fault| fault.metadata().expect("which limit")["limit"].clone())
        };
        for from in ["10.0.0.1", "10.0.0.2"] {
            assert_eq!((make(Some(from)), make(Some(from))), (None, None));
            assert_eq!(make(Some(from)).expect("a limit"), "actors_made_per_second_per_address");
        }
        assert_eq!(make(None), None, "who is refused costs the others nothing");
        assert_eq!(make(None).expect("a limit"), "actors_made_per_second");
        assert_eq!(make(Some("10.0.0.3")).expect("a limit"), "actors_made_per_second");
        tokio::time::advance(Duration::from_millis(200)).await;
        assert_eq!(make(Some("10.0.0.1")).expect("a limit"), "actors_made_per_second_per_address");
        assert_eq!(make(Some("10.0.0.3")), None);
        tokio::time::advance(Duration::from_mins(1)).await;
        let none = Limits::new().actors_made_per_second(0).actors_made_per_second_per_address(0);
        let peers = Permits::new(Arc::new(none), Hints::default());
        assert!((0..10_000).all(|_| peers.stranger(Some(address("10.0.0.1"))).make().is_ok()));
    }

    #[tokio::test(start_paused = true)]
    async fn addresses_that_mean_nothing_any_more_are_let_go() {
        let peers = Permits::new(Arc::new(Limits::new().requests_per_second(10)), Hints::default());
        for nth in 0..100_000_u32 {
            peers.request(Some(Address::new(IpAddr::V4(nth.into())))).expect("its first");
            if nth % 1000 == 0 {
                tokio::time::advance(Duration::from_secs(1)).await;
            }
        }
        assert!(peers.table.lock().by_address.len() < 4096);
    }
}
