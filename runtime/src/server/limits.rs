//! Limits: how much one peer may ask of the server, and how long anything may take.

use std::time::Duration;

/// Bytes of one incoming message, on a connection or as the body of a call.
pub(super) const MESSAGE: usize = 65_536;

/// Bytes of one outgoing message.
pub(super) const OUTGOING: usize = 1_048_576;

/// Bytes of a body of the control API; it may carry the input of a new actor.
pub(super) const CONTROL_BODY: usize = 1024 * 1024;

/// Bytes of a body that are read at all. One that is too long for its purpose is read to here and thrown away,
/// so that its sender gets to read the answer.
pub(super) const BODY: usize = 20 * 1024 * 1024;

/// Bytes of a request's line and headers, connection params included.
pub(super) const HEAD: usize = 64 * 1024;

/// How long a request's head may take, and how long a connection may wait for its next request.
pub(super) const HEAD_TIME: Duration = Duration::from_mins(1);

/// How long a body may take.
pub(super) const BODY_TIME: Duration = Duration::from_mins(1);

/// A WebSocket that has been silent for this long is pinged, and dropped if that gets no answer for as long
/// again. It is also dropped when it takes nothing of what is written to it for this long.
pub(super) const SILENCE: Duration = Duration::from_secs(30);

/// How long a peer may take to answer a close.
pub(super) const CLOSE_TIME: Duration = Duration::from_secs(5);

/// How long a server that stops waits for what is under way.
pub(super) const GRACE: Duration = Duration::from_secs(15);

/// How much of that connections stay open for the answers that their actors owe them.
pub(super) const ANSWERS: Duration = Duration::from_secs(10);

/// Pings of a peer that may wait for their answers; a peer that does not read them is not read from.
pub(super) const PONGS: usize = 16;

/// Frames that are handed to the socket at once; its queue keeps the room it once needed.
pub(super) const BATCH: usize = 128;

/// Messages that are read, and how long, before what they caused is written.
pub(super) const READS: usize = 64;
pub(super) const READ_TIME: Duration = Duration::from_micros(250);

/// Actors that one request of the control API may name, or be answered with.
pub(super) const LISTED: usize = 100;
