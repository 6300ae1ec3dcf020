//! Limits that no setting changes: time-outs of closing and stopping, and how much is done at once.

use std::time::Duration;

/// How long a peer may take to answer a close, before its socket is dropped.
pub(in crate::server) const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a stopping server waits for requests and connections under way.
pub(in crate::server) const STOP_GRACE: Duration = Duration::from_secs(15);

/// How long a stopping server waits for the next piece of a request that is half read.
pub(in crate::server) const STOP_IDLE: Duration = Duration::from_secs(1);

/// Pongs that may wait to be written. A peer that does not take them is not read from.
pub(in crate::server) const PENDING_PONGS: usize = 16;

/// How many messages are read, and for how long, before others have their turn and get what was broadcast.
pub(in crate::server) const READS_AT_ONCE: usize = 64;
pub(in crate::server) const READ_TIME_AT_ONCE: Duration = Duration::from_millis(1);

/// How many of them are read, and for how long, before the answers are written: a client that has them can go on.
pub(in crate::server) const ANSWERS_AT_ONCE: usize = 16;
pub(in crate::server) const ANSWER_TIME_AT_ONCE: Duration = Duration::from_micros(50);

/// For how long a connection is not read from after a call too many: the first time, and at most. It doubles each
/// time, until a call is taken again.
pub(in crate::server) const FIRST_BACKOFF: Duration = Duration::from_millis(1);
pub(in crate::server) const LONGEST_BACKOFF: Duration = Duration::from_millis(64);

/// Actors in one response of the control API.
pub(in crate::server) const MAX_LISTED: usize = 100;

/// Actors that one request may name by their ids, which needs no token.
pub(in crate::server) const MAX_NAMED: usize = 32;
