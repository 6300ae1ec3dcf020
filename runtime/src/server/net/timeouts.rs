//! What no setting changes: how much is done at once, and for how long a goodbye is waited for.

use std::time::Duration;

/// How long a peer may take to answer a close.
pub(in crate::server) const CLOSE_TIME: Duration = Duration::from_secs(5);

/// How long a server that stops waits for what is under way.
pub(in crate::server) const GRACE: Duration = Duration::from_secs(15);

/// How long a server that stops waits for the next piece of a request that is half read.
pub(in crate::server) const STALL: Duration = Duration::from_secs(1);

/// Pings of a peer that may wait for their answers; a peer that does not read them is not read from.
pub(in crate::server) const PONGS: usize = 16;

/// Messages that are read, and how long, before what they caused is written.
pub(in crate::server) const READS: usize = 64;
pub(in crate::server) const READ_TIME: Duration = Duration::from_micros(50);

/// How long a peer is not heard after a call that was one too many: the first time, and at most. Twice as long each time,
/// until something of it is taken again.
pub(in crate::server) const REST: Duration = Duration::from_millis(1);
pub(in crate::server) const LONGEST_REST: Duration = Duration::from_millis(64);

/// Actors that one request of the control API may be answered with.
pub(in crate::server) const LISTED: usize = 100;

/// Actors that one may name by their ids, which everybody may.
pub(in crate::server) const NAMED: usize = 32;
