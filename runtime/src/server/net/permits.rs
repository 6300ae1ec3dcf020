//! Permits: how many sockets and connections are open, how many requests come, how many actors are made; of each
//! address, and in all.
//!
//! An [`Address`] is what one customer has: an IPv4 address, or the first 64 bits of an IPv6 address; of a trusted
//! proxy's socket none. Open things are counted by a [`Permit`] that is released when dropped. Rates are counted by
//! one instant each ([`pay`]): until when everything so far is paid for. Bytes are charged to the [`MemoryBudget`] of
//! the address.
//!
//! The table has an entry only for addresses that have something open, charged, or not paid for yet.

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

use super::log_throttle::LogThrottle;
use crate::{
    Fault, Limits,
    error::faults,
    host::{Source, Stranger},
    limits::{
        limit_warnings::LimitWarnings,
        memory_budget::{BytePool, MemoryBudget},
    },
    util::log,
};

/// Counts what clients have open and what they ask for, per address and in all.
pub(in crate::server) struct Permits {
    limits: Arc<Limits>,
    /// The bytes held for all addresses.
    held: Arc<BytePool>,
    limit_warnings: Arc<LimitWarnings>,
    table: Mutex<Table>,
}

#[derive(Default)]
struct Table {
    all: Counts,
    /// Until when all actors that were made so far are paid for, at the rate allowed.
    made_until: Option<Instant>,
    by_address: HashMap<Address, AddressUsage>,
    /// At how many addresses those without any use are removed.
    room: usize,
    log: LogThrottle,
}

/// What one address uses.
#[derive(Default)]
struct AddressUsage {
    open: Counts,
    /// Until when all requests so far are paid for, at the rate allowed.
    requests_until: Option<Instant>,
    /// Until when all actors that were made for it are paid for.
    made_until: Option<Instant>,
    budget: Option<MemoryBudget>,
}

/// How many are open.
#[derive(Default, Clone, Copy, PartialEq)]
struct Counts {
    sockets: usize,
    connections: usize,
}

/// What a permit is for.
#[derive(Clone, Copy)]
pub(in crate::server) enum Resource {
    Socket,
    Connection,
}

/// An address, as far as one customer has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::server) struct Address(IpAddr);

/// The right to one open socket or connection; released when it is dropped.
pub(in crate::server) struct Permit {
    permits: Arc<Permits>,
    resource: Resource,
    address: Option<Address>,
    budget: MemoryBudget,
}

impl Permits {
    pub(in crate::server) fn new(limits: Arc<Limits>, limit_warnings: LimitWarnings) -> Arc<Self> {
        let held = Arc::new(BytePool::new(limits.buffered));
        Arc::new(Self { limits, held, limit_warnings: Arc::new(limit_warnings), table: Mutex::default() })
    }

    /// A permit for one more of this address, if the address is known.
    pub(in crate::server) fn acquire(
        self: &Arc<Self>,
        resource: Resource,
        address: Option<Address>,
    ) -> Result<Permit, Fault> {
        let (in_all, of_one) = match resource {
            Resource::Socket => (self.limits.sockets, self.limits.sockets_per_address),
            Resource::Connection => (self.limits.connections, self.limits.connections_per_address),
        };
        let mut table = self.table.lock();
        if *table.all.of(resource) >= in_all {
            table.warn(resource, in_all, "in all");
            return Err(faults::too_many_connections());
        }
        if let Some(address) = address {
            let open = table.usage(address).open.of(resource);
            if *open >= of_one {
                table.warn(resource, of_one, "of one address");
                self.limit_warnings.reached(resource.limit());
                return Err(faults::too_many_connections());
            }
            *open += 1;
        }
        *table.all.of(resource) += 1;
        let budget = self.budget_in(&mut table, address);
        drop(table);
        Ok(Permit { permits: Arc::clone(self), resource, address, budget })
    }

    /// Counts a request. Too many of an address are refused, with the time to wait.
    pub(in crate::server) fn count_request(&self, address: Option<Address>) -> Result<(), Duration> {
        let Some(address) = address else {
            self.limit_warnings.no_address(&self.limits);
            return Ok(());
        };
        let Some(rate) = self.limits.requests_per_second else { return Ok(()) };
        let mut table = self.table.lock();
        let usage = table.usage(address);
        let paid = pay(usage.requests_until, Some(rate), Instant::now());
        paid.map(|until| usage.requests_until = until).inspect_err(|_| {
            drop(table);
            self.limit_warnings.reached("requests_per_second");
        })
    }

    /// Whether one more actor may be made for this address, if it is known. Counts it if it is made.
    fn count_actor(&self, address: Option<Address>, is_made: bool) -> Result<(), Fault> {
        let now = Instant::now();
        let Limits { actors_made_per_second: in_all, actors_made_per_second_per_address: of_one, .. } =
            *self.limits;
        let mut table = self.table.lock();
        let all_until = pay(table.made_until, in_all, now)
            .map_err(|_| faults::too_many_actors("actors_made_per_second"))?;
        if let Some(address) = address {
            let usage = table.usage(address);
            let Ok(until) = pay(usage.made_until, of_one, now) else {
                drop(table);
                self.limit_warnings.reached("actors_made_per_second_per_address");
                return Err(faults::too_many_actors("actors_made_per_second_per_address"));
            };
            if is_made {
                usage.made_until = until;
            }
        }
        if is_made {
            table.made_until = all_until;
        }
        Ok(())
    }

    /// The client at this address, for the host's question whether it may make one more actor.
    pub(in crate::server) fn stranger(self: &Arc<Self>, address: Option<Address>) -> Arc<dyn Stranger> {
        Arc::new(AtAddress { permits: Arc::clone(self), address })
    }

    /// The budget of this address; if it is not known, one that only the limit of all bounds.
    pub(in crate::server) fn budget(&self, address: Option<Address>) -> MemoryBudget {
        self.budget_in(&mut self.table.lock(), address)
    }

    fn budget_in(&self, table: &mut Table, address: Option<Address>) -> MemoryBudget {
        let Some(address) = address else { return MemoryBudget::new(usize::MAX, &self.held) };
        let budget = &mut table.usage(address).budget;
        let most = self.limits.buffered_per_address;
        budget.get_or_insert_with(|| MemoryBudget::of_address(most, &self.held, &self.limit_warnings)).clone()
    }

    fn release(&self, resource: Resource, address: Option<Address>) {
        let mut table = self.table.lock();
        *table.all.of(resource) -= 1;
        let Some(address) = address else { return };
        let usage = table.usage(address);
        *usage.open.of(resource) -= 1;
        if usage.is_empty(Instant::now()) {
            table.by_address.remove(&address);
        }
    }
}

/// A client at this address.
struct AtAddress {
    permits: Arc<Permits>,
    address: Option<Address>,
}

impl Stranger for AtAddress {
    fn make(&self) -> Result<(), Fault> {
        self.permits.count_actor(self.address, true)
    }

    fn may_make(&self) -> Result<(), Fault> {
        self.permits.count_actor(self.address, false)
    }
}

/// The generic cell rate algorithm: at a rate of n in a second, each costs 1/n of a second, and up to a second is
/// lent. Gives until when everything is paid for with one more, or how long to wait before one more is accepted.
fn pay(until: Option<Instant>, rate: Option<u32>, now: Instant) -> Result<Option<Instant>, Duration> {
    let Some(rate) = rate else { return Ok(None) };
    let until = until.map_or(now, |at| at.max(now)) + Duration::from_secs(1) / rate;
    let over = until.saturating_duration_since(now + Duration::from_secs(1));
    if over.is_zero() { Ok(Some(until)) } else { Err(over) }
}

impl Permit {
    /// The budget of its address.
    pub(in crate::server) fn budget(&self) -> &MemoryBudget {
        &self.budget
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.permits.release(self.resource, self.address);
    }
}

impl Table {
    fn warn(&self, resource: Resource, limit: usize, of: &str) {
        if self.log.allows() {
            log::warn!(limit, "refusing clients: too many {} {of}", resource.name());
        }
    }

    fn usage(&mut self, address: Address) -> &mut AddressUsage {
        if self.by_address.len() > self.room {
            let now = Instant::now();
            self.by_address.retain(|_, usage| !usage.is_empty(now));
            self.room = 1024.max(2 * self.by_address.len());
        }
        self.by_address.entry(address).or_default()
    }
}

impl AddressUsage {
    /// Whether nothing is left of it that counts.
    fn is_empty(&self, now: Instant) -> bool {
        self.open == Counts::default()
            && self.requests_until.is_none_or(|at| at <= now)
            && self.made_until.is_none_or(|at| at <= now)
            && self.budget.as_ref().is_none_or(MemoryBudget::is_empty)
    }
}

impl Counts {
    fn of(&mut self, resource: Resource) -> &mut usize {
        match resource {
            Resource::Socket => &mut self.sockets,
            Resource::Connection => &mut self.connections,
        }
    }
}

impl Resource {
    /// The limit of how many one address may have.
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

    /// Whose share of an actor's time a request takes.
    pub(in crate::server) fn source(request: &Extensions) -> Source {
        Self::of(request).map_or(Source::Unknown, |Self(address)| Source::Address(address))
    }

    /// Where a request came from, if the server that serves the router says so: the client's, past trusted proxies.
    pub(in crate::server) fn of(request: &Extensions) -> Option<Self> {
        request.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(client)| Self::new(client.ip()))
    }
}

#[cfg(test)]
mod tests;
