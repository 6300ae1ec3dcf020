//! Actors as clients in this process see them: no bytes, the action itself is moved.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::{
    AdmissionRequest, Asked, Chain, EnqueueRequest, HandledFuture, Lookup, Reached, local_peer::LocalPeer,
};
use crate::{ActorId, Contract, Fault, Key, contract::ReplyOf};

/// A kind of actor with this contract.
pub(crate) trait LocalKind<C: Contract>: Send + Sync {
    /// The awake actor of this key, and whether this call made it.
    fn reach(
        self: Arc<Self>,
        key: Key,
        lookup: Lookup,
    ) -> BoxFuture<'static, Result<Reached<dyn LocalActor<C>>, Fault>>;

    /// Calls an action as a connection of that moment, which `#[on_before_connect]` judges by its params.
    fn ask_as(
        self: Arc<Self>,
        admission: AdmissionRequest,
        action: C::Action,
        chain: Chain,
    ) -> BoxFuture<'static, Result<ReplyOf<C>, Fault>>;

    /// Puts a message into a queue, once `#[on_before_connect]` has judged its sender by its params.
    fn enqueue_as(
        self: Arc<Self>,
        admission: AdmissionRequest,
        request: EnqueueRequest,
        chain: Chain,
    ) -> BoxFuture<'static, Result<Option<HandledFuture>, Fault>>;

    /// Opens a connection.
    fn join(
        self: Arc<Self>,
        admission: AdmissionRequest,
        peer: Arc<dyn LocalPeer<C>>,
    ) -> BoxFuture<'static, Result<Arc<dyn LocalConn<C>>, Fault>>;
}

/// An awake actor with this contract.
pub(crate) trait LocalActor<C: Contract>: Send + Sync {
    fn id(&self) -> ActorId;

    /// Whether it takes what is posted to it.
    fn is_awake(&self) -> bool;

    /// Calls an action for the calls of this chain. The answer may be there already when this returns. Gives the action
    /// back if the actor has gone to sleep.
    fn ask(self: Arc<Self>, action: C::Action, chain: Chain) -> Result<Asked<ReplyOf<C>>, C::Action>;

    /// Hands over an action whose answer nobody waits for. Gives it back if the actor has gone to sleep.
    fn tell(self: Arc<Self>, action: C::Action) -> Result<Told, C::Action>;

    /// Puts a message into a queue, for the calls of this chain.
    fn enqueue(
        self: Arc<Self>,
        request: EnqueueRequest,
        chain: Chain,
    ) -> BoxFuture<'static, Result<Option<HandledFuture>, Fault>>;
}

/// An open connection to an actor with this contract. Calls and subscriptions take effect in the order made.
pub(crate) trait LocalConn<C: Contract>: Send + Sync {
    fn call(&self, id: u64, action: C::Action);

    fn subscribe(&self, index: usize, on: bool);

    fn hang_up(&self);
}

/// What became of an action whose answer nobody waits for.
pub(crate) enum Told {
    /// It is in the actor's mailbox.
    Queued,
    Refused(Fault),
}

impl Told {
    pub(crate) fn into_result(self) -> Result<(), Fault> {
        match self {
            Self::Queued => Ok(()),
            Self::Refused(fault) => Err(fault),
        }
    }
}

/// The actor that nobody has found yet: there is no value of it.
pub(crate) enum Nobody {}

impl<C: Contract> LocalActor<C> for Nobody {
    fn id(&self) -> ActorId {
        match *self {}
    }

    fn is_awake(&self) -> bool {
        match *self {}
    }

    fn ask(self: Arc<Self>, _: C::Action, _: Chain) -> Result<Asked<ReplyOf<C>>, C::Action> {
        match *self {}
    }

    fn tell(self: Arc<Self>, _: C::Action) -> Result<Told, C::Action> {
        match *self {}
    }

    fn enqueue(
        self: Arc<Self>,
        _: EnqueueRequest,
        _: Chain,
    ) -> BoxFuture<'static, Result<Option<HandledFuture>, Fault>> {
        match *self {}
    }
}
