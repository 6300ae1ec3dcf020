//! Flows: what comes from one connection, or from one address without one.

use std::net::IpAddr;

use crate::ConnId;

/// Where something comes from. What an actor does is shared out evenly between sources, and then between the flows of each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) enum Source {
    /// This process: its clients, other actors, the actor itself.
    #[default]
    Process,
    /// The network, where nobody says from which address.
    Unknown,
    /// The network: an address as limits count it.
    Address(IpAddr),
}

/// Where something comes from, down to its connection. What one connection sends is served in the order sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Flow {
    pub(crate) source: Source,
    /// `None` for what comes alone, such as a call over HTTP: each of these is a flow of its own.
    pub(crate) conn: Option<ConnId>,
}

/// What can wait in a queue that several flows share.
pub(in crate::host) trait HasFlow {
    fn flow(&self) -> Flow;
}

impl Source {
    /// Something that comes from there without a connection.
    #[inline]
    pub(in crate::host) fn alone(self) -> Flow {
        Flow { source: self, conn: None }
    }
}
