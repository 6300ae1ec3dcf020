//! How the session of a socket ends, and what its peer is told.

use crate::delivery::outbox::Close;

/// How a session ends.
#[derive(Debug)]
pub(in crate::server) enum End {
    /// From here.
    Close(Close),
    /// From there: it closed, or broke the protocol in a way that the socket has an answer for.
    Answer,
    /// With a message that is too long to be read.
    TooLong,
    /// Without a word.
    Gone,
}
