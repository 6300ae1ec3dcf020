//! The seam between a client and what carries its messages: a socket, or the host in this process.

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use bytes::Bytes;
use tokio::sync::mpsc;

#[cfg(feature = "server")]
use crate::host::{Asked, Told};
use crate::{
    ActorId, CallError, Contract, Fault,
    contract::ReplyOf,
    wire::{Format, Params},
};

/// A boxed future that may borrow.
pub(crate) type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// One actor as a handle reaches it: over the network, or in this process.
pub(crate) trait Port<C: Contract>: Send + Sync + 'static {
    /// One stateless call. Without params, an actor that asks for them gets none.
    fn call(&self, action: C::Action, params: Option<Params>)
    -> BoxFuture<'_, Result<ReplyOf<C>, CallError>>;

    /// One stateless call without params, begun here and now; the action comes back where that cannot be.
    #[cfg(feature = "server")]
    fn call_now(&self, action: C::Action) -> Result<Asked<ReplyOf<C>>, C::Action> {
        Err(action)
    }

    /// One stateless call without params whose answer is thrown away, begun here and now; the action comes back
    /// where that cannot be.
    #[cfg(feature = "server")]
    fn tell_now(&self, action: C::Action) -> Result<Told, C::Action> {
        Err(action)
    }

    /// One stateless call whose answer is thrown away.
    fn tell(&self, action: C::Action, params: Option<Params>) -> BoxFuture<'_, Result<(), CallError>>;

    /// The format of the params that all of these take.
    fn params_format(&self) -> Format;

    /// The format of the messages that [`send`](Self::send) takes, and of their responses.
    fn format(&self) -> Format;

    /// Puts a message into a queue. `params` as for a call.
    fn send(&self, message: Outgoing, params: Option<Params>) -> BoxFuture<'_, Result<Sent, CallError>>;

    /// Which actor it is; makes it first if the target says so. `params` as for a call.
    fn resolve(&self, params: Option<Params>) -> BoxFuture<'_, Result<ActorId, CallError>>;

    /// How long a call on a connection may take.
    fn call_timeout(&self) -> Option<Duration> {
        None
    }

    /// What opens connections to it.
    fn dialer(&self) -> Arc<dyn Dial<C>>;
}

/// A message for a queue.
#[derive(Debug)]
pub(crate) struct Outgoing {
    /// The queue's place in the contract's table.
    pub index: usize,
    pub body: Bytes,
    /// How long to wait until it is handled; `None` not to wait at all.
    pub wait: Option<Duration>,
}

/// What became of a message for a queue, which has it.
#[derive(Debug)]
pub(crate) enum Sent {
    /// It was handled with this response, or it is in the queue and the sender did not wait.
    Completed(Option<Bytes>),
    /// It was not handled in time.
    TimedOut,
}

/// Opens links to one actor, again after each loss.
pub(crate) trait Dial<C: Contract>: Send + Sync + 'static {
    /// Where the other side is, fit for a log.
    fn address(&self) -> &str;

    /// One attempt. Without params where the actor asks for none.
    fn dial(&self, params: Option<Params>) -> BoxFuture<'_, Result<Link<C>, DialError>>;
}

/// Why an attempt failed.
#[derive(Debug)]
pub(crate) enum DialError {
    /// The other side could not be reached; it may be later.
    Unreachable(String),
    /// The other side answered: this. Whether another attempt makes sense depends on what it says.
    Refused(Fault),
}

/// One live link. It is lost when `rx` ends, and wanted no more when `tx` is dropped.
pub(crate) struct Link<C: Contract> {
    pub tx: mpsc::UnboundedSender<LinkOutgoing<C>>,
    pub rx: mpsc::UnboundedReceiver<LinkIncoming<C>>,
}

/// What a connection sends, in this order on the wire.
pub(crate) enum LinkOutgoing<C: Contract> {
    /// Run an action, and answer with this id.
    Call { id: u64, action: C::Action },
    /// Begin or stop sending the event at this place of the contract's table.
    Subscribe { index: usize, on: bool },
    /// The connection is wanted no more.
    Close,
}

/// What a connection receives.
pub(crate) enum LinkIncoming<C: Contract> {
    /// The first message: the connection is accepted.
    Open { actor_id: String, conn_id: String },
    /// An event, by its place in the contract's table. `args` is an array in `format`.
    Event { index: usize, format: Format, args: Bytes },
    /// The answer to the call with this id.
    Reply { id: u64, result: Result<ReplyOf<C>, CallError> },
    /// The event at this place of the contract's table is not sent.
    Refused { index: usize, fault: Fault },
    /// This number of events at this place of the contract's table are missing among what follows.
    Dropped { index: usize, dropped: u64 },
    /// An error of the connection itself.
    Error(Fault),
    /// The last message: why the link ended. Code 1006 says that it broke.
    Closed { code: u16, reason: String },
}
