//! What clients in this process see of actor types, actors and connections, as it is done.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::{
    ActorCell, ActorType, AdmissionRequest, Asked, Chain, Denied, EnqueueRequest, HandledFuture, LocalActor,
    LocalConn, LocalKind, LocalPeer, Lookup, Reached, Source, Told,
    admission::request::{Errand, LetIn},
    cell::{Envelope, mailbox::Rejected, sender::ask_here},
    connections::route::ActorRoute,
    turn::call::{Call, Destination},
};
use crate::{
    Action as _, Actor, ActorId, Contract, Fault, Key,
    actor::conn::Peer,
    contract::{ReplyOf, queue::KEPT},
    error::faults,
};

impl<A: Actor> LocalKind<A::Contract> for ActorType<A> {
    fn reach(
        self: Arc<Self>,
        key: Key,
        lookup: Lookup,
    ) -> BoxFuture<'static, Result<Reached<dyn LocalActor<A::Contract>>, Fault>> {
        Box::pin(async move {
            let (cell, made) = self.awake(&key, &lookup).await?;
            Ok((cell as Arc<dyn LocalActor<A::Contract>>, made))
        })
    }

    fn ask_as(
        self: Arc<Self>,
        admission: AdmissionRequest,
        action: <A::Contract as Contract>::Action,
        chain: Chain,
    ) -> BoxFuture<'static, Result<ReplyOf<A::Contract>, Fault>> {
        Box::pin(async move {
            self.check_circle(&admission.key, &chain, action.info().name)?;
            let LetIn { cell, conn, .. } =
                self.let_in(admission, Errand::Call).await.map_err(Denied::into_fault)?;
            cell.sender().call_as(conn, Source::Process, action, chain).await
        })
    }

    fn enqueue_as(
        self: Arc<Self>,
        admission: AdmissionRequest,
        request: EnqueueRequest,
        chain: Chain,
    ) -> BoxFuture<'static, Result<Option<HandledFuture>, Fault>> {
        Box::pin(async move {
            self.check_circle(&admission.key, &chain, "send")?;
            let request = request.checked::<A::Contract>()?;
            let LetIn { cell, .. } =
                self.let_in(admission, Errand::Call).await.map_err(Denied::into_fault)?;
            cell.queues().enqueue(request).await
        })
    }

    fn join(
        self: Arc<Self>,
        admission: AdmissionRequest,
        peer: Arc<dyn LocalPeer<A::Contract>>,
    ) -> BoxFuture<'static, Result<Arc<dyn LocalConn<A::Contract>>, Fault>> {
        Box::pin(async move {
            let stay = self.stay(admission, Peer::Local(peer), None);
            let (cell, conn) = stay.await.map_err(Denied::into_fault)?;
            Ok(Arc::new(Joined(ActorRoute::new(&cell, conn))) as Arc<dyn LocalConn<A::Contract>>)
        })
    }
}

impl<A: Actor> ActorType<A> {
    /// Fails for a call of this chain that would have the actor judge who waits for it.
    fn check_circle(&self, key: &Key, chain: &Chain, name: &'static str) -> Result<(), Fault> {
        match self.cell_at(key) {
            Some(cell) if cell.hold_of(chain).is_some() => {
                Err(faults::deadlock(&cell.link(chain.clone(), name, None)))
            }
            _ => Ok(()),
        }
    }
}

impl EnqueueRequest {
    /// The same, its message as the queue of this contract keeps it.
    fn checked<C: Contract>(self) -> Result<Self, Fault> {
        let body = C::QUEUES[self.queue].kept(KEPT, &self.body);
        let body = body.map_err(|error| faults::invalid_message(&error))?;
        Ok(Self { body, ..self })
    }
}

impl<A: Actor> LocalActor<A::Contract> for ActorCell<A> {
    fn id(&self) -> ActorId {
        self.id()
    }

    fn is_awake(&self) -> bool {
        self.is_awake()
    }

    fn ask(
        self: Arc<Self>,
        action: <A::Contract as Contract>::Action,
        chain: Chain,
    ) -> Result<Asked<ReplyOf<A::Contract>>, <A::Contract as Contract>::Action> {
        ask_here(self, action, chain)
    }

    fn tell(
        self: Arc<Self>,
        action: <A::Contract as Contract>::Action,
    ) -> Result<Told, <A::Contract as Contract>::Action> {
        let info = action.info();
        if info.needs_conn {
            return Ok(Told::Refused(faults::connection_required(info.name)));
        }
        // Nobody waits for it, so it closes no circle: an actor may tell itself something.
        let watch = self.watch(info, None);
        let call = Call::new(watch, action, None, Destination::Nobody, Chain::default());
        // In line even if the actor is idle: who tells something does not wait for it to run.
        match self.mailbox().push_own(Envelope::Call(call)) {
            Ok(()) => Ok(Told::Queued),
            Err(Rejected::Full(_)) => Ok(Told::Refused(faults::overloaded())),
            Err(Rejected::Closed(Envelope::Call(call))) => Err(call.action),
            Err(Rejected::Closed(_)) => unreachable!("an actor that is asleep gives back what it was given"),
        }
    }

    fn enqueue(
        self: Arc<Self>,
        request: EnqueueRequest,
        chain: Chain,
    ) -> BoxFuture<'static, Result<Option<HandledFuture>, Fault>> {
        Box::pin(async move {
            if request.response.is_some() && self.hold_of(&chain).is_some() {
                // Whoever handles the message may wait for the caller.
                return Err(faults::deadlock(&self.link(chain, "send", None)));
            }
            self.queues().enqueue(request.checked::<A::Contract>()?).await
        })
    }
}

struct Joined<A: Actor>(Arc<ActorRoute<A>>);

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
