//! Actor types, actors and connections as gateways see them: whatever their Rust type, and whatever carries their messages.

#[cfg(feature = "client")]
use std::any::Any;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;

use super::{
    admission::{connect_info::ConnectInfo, denied::Denied},
    connections::read_batch::ReadBatch,
    lookup::{Lookup, Reached},
    queues::request::{HandledFuture, WireEnqueue},
};
use crate::{
    ActorId, Body, ConnId, EventDrops, Fault, Key, RawSocket,
    delivery::outbox::Outbox,
    store::ActorRecord,
    util::clock::Moment,
    wire::{EncodedArgs, Format},
};

/// A registered kind of actor, whatever its type: what a gateway sees of an [`ActorType`](super::ActorType).
pub(crate) trait HostedType: Send + Sync {
    /// The actor's name on the wire.
    fn name(&self) -> &'static str;

    fn is_ephemeral(&self) -> bool;

    /// Whether links on other sites may lead to its raw requests.
    fn takes_navigation(&self) -> bool;

    /// What its slow clients did not get.
    fn event_drops(&self) -> Vec<EventDrops>;

    /// The awake actor of this key, and whether this call made it; for who is trusted, and asked nothing.
    fn reach(
        self: Arc<Self>,
        key: Key,
        lookup: Lookup,
    ) -> BoxFuture<'static, Result<Reached<dyn HostedActor>, Fault>>;

    /// Lets somebody in who wants nothing but to see that there is such an actor, or to make it.
    fn enter(self: Arc<Self>, admission: AdmissionRequest) -> BoxFuture<'static, Result<Entered, Denied>>;

    /// The same for who wants to know whether there is one, which is not woken for that if it has nothing to judge.
    fn find(
        self: Arc<Self>,
        admission: AdmissionRequest,
    ) -> BoxFuture<'static, Result<Option<ActorRecord>, Denied>>;

    /// One call without a connection of its own. It is made as a connection of that moment, which
    /// `#[on_before_connect]` judges first; only where there is no such hook, and no params, there is none.
    fn call(
        self: Arc<Self>,
        admission: AdmissionRequest,
        action: String,
        format: Format,
        args: Bytes,
    ) -> BoxFuture<'static, Result<Answered<Bytes>, Denied>>;

    /// Opens a connection. The first message in the outbox is its `Init`.
    fn connect(
        self: Arc<Self>,
        admission: AdmissionRequest,
        outbox: Arc<Outbox>,
    ) -> BoxFuture<'static, Result<Connected, Denied>>;

    /// One raw request. It is made as a connection of that moment, if the actor has an `#[on_before_connect]` to
    /// judge it.
    fn request(
        self: Arc<Self>,
        admission: AdmissionRequest,
        request: http::Request<Body>,
    ) -> BoxFuture<'static, Result<Answered<http::Response<Body>>, Denied>>;

    /// Opens a raw WebSocket, which from then on is its handler's.
    fn websocket(
        self: Arc<Self>,
        admission: AdmissionRequest,
        socket: RawSocket,
    ) -> BoxFuture<'static, Result<(ActorRecord, HangUp), Denied>>;

    /// Puts a message into a queue, once `#[on_before_connect]` has judged its sender, and waits until the store has it.
    /// Gives what ends when the message is handled, if somebody waits for that.
    fn send(
        self: Arc<Self>,
        admission: AdmissionRequest,
        mail: WireEnqueue,
    ) -> BoxFuture<'static, Result<Answered<Option<HandledFuture>>, Denied>>;

    /// Wakes the actor of this key for its alarms that are due by now, and waits until they have fired and the store
    /// has that. Says whether this is so.
    fn fire_alarms(self: Arc<Self>, key: Key, until: Moment) -> BoxFuture<'static, bool>;

    /// The actor of this key, if it is awake.
    fn record_at(&self, key: &Key) -> Option<ActorRecord>;

    /// The actor of this id, if it is awake.
    fn record_of(&self, id: ActorId) -> Option<ActorRecord>;

    /// Those that are awake, in the order of their ids: the first `limit` of those after this one, or of all.
    fn records(&self, after: Option<ActorId>, limit: usize) -> Vec<ActorRecord>;

    /// Lets every actor end what it was given, and takes no more.
    fn stop(&self);

    /// An `Arc<dyn LocalKind<C>>` in a box, `C` being the actor's contract.
    #[cfg(feature = "client")]
    fn local(self: Arc<Self>) -> Box<dyn Any>;
}

/// An awake actor, whatever its type.
pub(crate) trait HostedActor: Send + Sync {
    fn record(&self) -> ActorRecord;

    /// Waits until `#[run]` has handled what waits for it, or does not get on with it, or the actor sleeps.
    fn works_off(self: Arc<Self>) -> BoxFuture<'static, ()>;

    /// Asks the actor to sleep now, if it is idle.
    fn sleep_if_idle(&self);

    /// Destroys the actor after what it was given before, and waits until it is gone.
    fn destroy(self: Arc<Self>) -> BoxFuture<'static, Result<(), Fault>>;
}

/// Tells the actor that a raw WebSocket is gone, when it is dropped.
pub(crate) type HangUp = Box<dyn Send>;

/// An open connection, whatever its actor's type. Calls and subscriptions take effect in the order made.
pub(crate) trait HostedConn: Send + Sync {
    fn id(&self) -> ConnId;

    /// Begins or stops sending the events of this name. If it may not have them, it is told so; `false` if too much of it
    /// waits for its actor already, whatever it was.
    fn subscribe(&self, event: &str, on: bool) -> bool;

    /// Calls an action; the answer goes to the outbox. `false` if it was one too many, whatever it was.
    fn call(&self, id: u64, action: &str, args: &EncodedArgs<'_>) -> bool;

    /// Has what the calls until the end of this batch broadcast go out together, if there is anybody to send it to.
    fn begin_batch(&self) -> Option<ReadBatch> {
        None
    }

    /// The socket is gone; no more calls follow.
    fn hang_up(&self);
}

/// Somebody who wants to reach an actor, and what there is to judge them by.
#[derive(Debug)]
pub(crate) struct AdmissionRequest {
    pub(crate) key: Key,
    /// The actor must be this one.
    pub(crate) id: Option<ActorId>,
    pub(crate) lookup: Lookup,
    pub(crate) info: ConnectInfo,
}

/// An actor that somebody was let in to, and whether it was made for them.
#[derive(Debug)]
pub(crate) struct Entered {
    pub(crate) record: ActorRecord,
    pub(crate) created: bool,
}

/// The actor that somebody was let in to, and what came of what they wanted there.
pub(crate) type Answered<T> = (ActorRecord, Result<T, Fault>);

/// The actor that somebody is connected to, and the connection.
pub(crate) type Connected = (ActorRecord, Arc<dyn HostedConn>);
