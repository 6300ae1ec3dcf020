//! Actors as clients in this process see them: no bytes, the action itself is moved.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use tokio::sync::oneshot;

use super::{
    Cell, Chain, Guest, Handling, Kind, Letter, Reach, Reached, Source,
    call::{Call, Destination},
    envelope::Envelope,
    line::Line,
    mailbox::Rejected,
};
use crate::{
    Action as _, Actor, ActorId, Contract, Fault, Key,
    client::{
        LocalSink,
        link::{Answer, ReplyOf},
    },
    conn::Peer,
    faults,
    queue::KEPT,
    wire::Params,
};

/// A kind of actor with this contract.
pub(crate) trait LocalKind<C: Contract>: Send + Sync {
    /// The awake actor of this key, and whether this call made it.
    fn reach(
        self: Arc<Self>,
        key: Key,
        reach: Reach,
    ) -> BoxFuture<'static, Result<Reached<dyn LocalActor<C>>, Fault>>;
}

/// An awake actor with this contract.
pub(crate) trait LocalActor<C: Contract>: Send + Sync {
    fn id(&self) -> ActorId;

    /// Whether it takes what is posted to it.
    fn is_awake(&self) -> bool;

    /// Calls an action for the calls of this chain. The answer may be there already when this returns. Gives the action
    /// back if the actor has gone to sleep.
    fn ask(self: Arc<Self>, action: C::Action, chain: Chain) -> Result<Answer<C>, C::Action>;

    /// Calls an action as a connection of that moment, which `#[on_before_connect]` judges by these params (JSON).
    fn ask_as(
        self: Arc<Self>,
        action: C::Action,
        params: Params,
        chain: Chain,
    ) -> BoxFuture<'static, Result<ReplyOf<C>, Fault>>;

    /// Hands over an action whose answer nobody waits for. Gives it back if the actor has gone to sleep.
    fn tell(self: Arc<Self>, action: C::Action) -> Result<Result<(), Fault>, C::Action>;

    /// Puts a message into a queue, for the calls of this chain. With params, `#[on_before_connect]` judges it first.
    fn enqueue(
        self: Arc<Self>,
        letter: Letter,
        params: Option<Params>,
        chain: Chain,
    ) -> BoxFuture<'static, Result<Option<Handling>, Fault>>;

    /// Opens a connection. Params are JSON.
    fn join(
        self: Arc<Self>,
        params: Option<Params>,
        sink: LocalSink<C>,
    ) -> BoxFuture<'static, Result<Arc<dyn LocalConn<C>>, Fault>>;
}

/// An open connection to an actor with this contract. Calls and subscriptions take effect in the order made.
pub(crate) trait LocalConn<C: Contract>: Send + Sync {
    fn call(&self, id: u64, action: C::Action);

    fn subscribe(&self, index: usize, on: bool);

    fn hang_up(&self);
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

    fn ask(self: Arc<Self>, _: C::Action, _: Chain) -> Result<Answer<C>, C::Action> {
        match *self {}
    }

    fn ask_as(
        self: Arc<Self>,
        _: C::Action,
        _: Params,
        _: Chain,
    ) -> BoxFuture<'static, Result<ReplyOf<C>, Fault>> {
        match *self {}
    }

    fn tell(self: Arc<Self>, _: C::Action) -> Result<Result<(), Fault>, C::Action> {
        match *self {}
    }

    fn enqueue(
        self: Arc<Self>,
        _: Letter,
        _: Option<Params>,
        _: Chain,
    ) -> BoxFuture<'static, Result<Option<Handling>, Fault>> {
        match *self {}
    }

    fn join(
        self: Arc<Self>,
        _: Option<Params>,
        _: LocalSink<C>,
    ) -> BoxFuture<'static, Result<Arc<dyn LocalConn<C>>, Fault>> {
        match *self {}
    }
}

impl<A: Actor> LocalKind<A::Contract> for Kind<A> {
    fn reach(
        self: Arc<Self>,
        key: Key,
        reach: Reach,
    ) -> BoxFuture<'static, Result<Reached<dyn LocalActor<A::Contract>>, Fault>> {
        Box::pin(async move {
            let (cell, made) = self.awake(&key, &reach).await?;
            Ok((cell as Arc<dyn LocalActor<A::Contract>>, made))
        })
    }
}

impl<A: Actor> LocalActor<A::Contract> for Cell<A> {
    fn id(&self) -> ActorId {
        self.record().id
    }

    fn is_awake(&self) -> bool {
        self.is_awake()
    }

    fn ask(
        self: Arc<Self>,
        action: <A::Contract as Contract>::Action,
        chain: Chain,
    ) -> Result<Answer<A::Contract>, <A::Contract as Contract>::Action> {
        let (sender, answer) = oneshot::channel();
        let call = Call::new(&self, action, None, Destination::Task(sender, Source::Process), chain);
        match self.post(Envelope::Call(call)) {
            Ok(_) => Ok(answer),
            Err(Envelope::Call(call)) => Err(call.action),
            Err(_) => unreachable!("an actor that is asleep gives back what it was given"),
        }
    }

    fn ask_as(
        self: Arc<Self>,
        action: <A::Contract as Contract>::Action,
        params: Params,
        chain: Chain,
    ) -> BoxFuture<'static, Result<ReplyOf<A::Contract>, Fault>> {
        Box::pin(async move {
            if chain.holds(self.record().id).is_some() {
                // The hook would wait for the caller.
                return Err(faults::deadlock(&self.link(chain, action.info().name, None)));
            }
            let guest = Guest { params: Some(params), ..Guest::default() };
            let (cell, caller) = self.join_for_call(guest).await?;
            cell.call_as(Some(caller), Source::Process, action, chain).await
        })
    }

    fn tell(
        self: Arc<Self>,
        action: <A::Contract as Contract>::Action,
    ) -> Result<Result<(), Fault>, <A::Contract as Contract>::Action> {
        let info = action.info();
        if info.needs_conn {
            return Ok(Err(faults::connection_required(info.name)));
        }
        // Nobody waits for it, so it closes no circle: an actor may tell itself something.
        let call = Call::new(&self, action, None, Destination::Nobody, Chain::default());
        // In line even if the actor is idle: who tells something does not wait for it to run.
        match self.mailbox.push(Envelope::Call(call)) {
            Ok(()) => Ok(Ok(())),
            Err(Rejected::Full(_)) => Ok(Err(faults::overloaded())),
            Err(Rejected::Closed(Envelope::Call(call))) => Err(call.action),
            Err(Rejected::Closed(_)) => unreachable!("an actor that is asleep gives back what it was given"),
        }
    }

    fn enqueue(
        self: Arc<Self>,
        letter: Letter,
        params: Option<Params>,
        chain: Chain,
    ) -> BoxFuture<'static, Result<Option<Handling>, Fault>> {
        Box::pin(async move {
            let waits = params.is_some() || letter.response.is_some();
            if waits && chain.holds(self.record().id).is_some() {
                // The hook would wait for the caller, or whoever handles the message may.
                return Err(faults::deadlock(&self.link(chain, "send", None)));
            }
            let info = &<A::Contract as Contract>::QUEUES[letter.queue];
            let body = info.kept(KEPT, &letter.body).map_err(|error| faults::invalid_message(&error))?;
            let letter = Letter { body, ..letter };
            let Some(params) = params else { return Self::enqueue(&self, letter).await };
            let guest = Guest { params: Some(params), ..Guest::default() };
            let (cell, _) = self.join_for_call(guest).await?;
            Self::enqueue(&cell, letter).await
        })
    }

    fn join(
        self: Arc<Self>,
        params: Option<Params>,
        sink: LocalSink<A::Contract>,
    ) -> BoxFuture<'static, Result<Arc<dyn LocalConn<A::Contract>>, Fault>> {
        Box::pin(async move {
            let (cell, conn) =
                Cell::join(&self, Guest { params, ..Guest::default() }, Peer::Local(sink), None).await?;
            Ok(Arc::new(Joined(Line::new(&cell, conn))) as Arc<dyn LocalConn<A::Contract>>)
        })
    }
}

struct Joined<A: Actor>(Arc<Line<A>>);

impl<A: Actor> LocalConn<A::Contract> for Joined<A> {
    fn call(&self, id: u64, action: <A::Contract as Contract>::Action) {
        // Whoever is refused is told so.
        let _ = self.0.call(id, action, None);
    }

    fn subscribe(&self, index: usize, on: bool) {
        let _ = self.0.subscribe(index, on);
    }

    fn hang_up(&self) {
        self.0.hang_up();
    }
}
