//! Messages on their way to a queue.

use bytes::Bytes;
use futures_util::future::BoxFuture;

use crate::{Fault, wire::Format};

/// Ends when a message is handled, with the response, if there is one. It can be dropped: the message is handled all the same.
pub(crate) type HandledFuture = BoxFuture<'static, Result<Option<Bytes>, Fault>>;

/// A message on its way to a queue of an actor.
#[derive(Debug, Clone)]
pub(crate) struct EnqueueRequest {
    /// The queue's place in the contract's table.
    pub(crate) queue: usize,
    /// As it is kept.
    pub(crate) body: Bytes,
    /// The format of the response; `None` if the sender does not wait for one.
    pub(crate) response: Option<Format>,
}

/// A message from the network on its way to a queue.
#[derive(Debug)]
pub(crate) struct WireEnqueue {
    /// The queue's name.
    pub(crate) queue: String,
    /// That of the body, and of the response.
    pub(crate) format: Format,
    pub(crate) body: Bytes,
    /// Whether the sender waits until it is handled.
    pub(crate) waits: bool,
}
