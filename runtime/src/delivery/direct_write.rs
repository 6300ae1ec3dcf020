//! The seam between the outbox and the transport that it may write to.

use std::{fmt, sync::Arc};

use bytes::Bytes;
use tokio::io::AsyncWrite;

use super::batch::Batch;
use crate::wire::Encoding;

/// The writing end of a client's transport. The one that has it writes, and nobody else: the session, or the outbox while
/// the session has nothing to write.
///
/// Waking the task of each connection is most of what an event to many of them would cost beside the writing itself.
/// A transport that has no such end keeps all writing to its session.
pub(crate) trait DirectWrite: AsyncWrite + fmt::Debug + Send + Unpin {
    /// Frames these batches and writes what the transport takes at once. It keeps the rest for the session, which also
    /// finds out whether anything is wrong with the transport.
    fn write_now(&mut self, encoding: Encoding, batches: &[Arc<Batch>]);

    /// Whether it keeps a rest.
    fn is_stuck(&self) -> bool;

    /// The rest, which is to be written before anything else.
    fn take_rest(&mut self) -> Option<Bytes>;
}
