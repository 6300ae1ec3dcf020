//! The way into an actor: what it is sent runs here and now, or waits in its mailbox.

use std::sync::Arc;

use tokio::sync::oneshot;

use super::{Absent, Envelope, keep_alive::LifecycleRequest, mailbox::Rejected, parked::Parked};
#[cfg(feature = "client")]
use crate::host::{Asked, turn::call::ReplyHere};
use crate::{
    Action as _, Actor, Conn, Fault,
    actor::{ActionOf, ReplyOf},
    error::faults,
    host::{
        ActorCell, Lookup, Source,
        turn::{
            call::{Call, Destination, Respond},
            call_chain::Chain,
            in_place::{Unrun, run_if_idle},
        },
    },
};

/// What became of an envelope that was posted to an actor which is awake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::host) enum Posted {
    /// It runs, or waits for its turn.
    Taken,
    /// Too much of its flow waits already. The sender was told.
    Refused,
}

/// Sends to an actor.
pub(in crate::host) struct Sender<'a, A: Actor>(&'a Arc<ActorCell<A>>);

impl<A: Actor> ActorCell<A> {
    #[inline]
    pub(in crate::host) fn sender(self: &Arc<Self>) -> Sender<'_, A> {
        Sender(self)
    }
}

impl<A: Actor> Sender<'_, A> {
    /// Takes an envelope, or refuses it for want of room. Gives it back if the actor has gone to sleep.
    pub(in crate::host) fn post(self, envelope: Envelope<A>) -> Result<Posted, Envelope<A>> {
        refuse_if_full(self.try_post(envelope))
    }

    /// Takes an envelope: a call runs here and now if the actor is idle and the action does not await, else in its
    /// turn.
    pub(in crate::host) fn try_post(self, envelope: Envelope<A>) -> Result<(), Rejected<Envelope<A>>> {
        let envelope = match envelope {
            Envelope::Call(call) => match take_directly(Arc::clone(self.0), call) {
                Ok(()) => return Ok(()),
                Err(Unrun { call, .. }) => Envelope::Call(call),
            },
            other => other,
        };
        self.put(envelope)
    }

    /// Puts an envelope into the mailbox.
    fn put(self, envelope: Envelope<A>) -> Result<(), Rejected<Envelope<A>>> {
        let envelope = Parked::park_if_of_work(self.0, envelope);
        let pushed = match &envelope {
            Envelope::Disconnect(_) | Envelope::Alarms(_) => self.0.mailbox().push_always(envelope),
            _ => match self.0.mailbox().push(envelope) {
                Err(Rejected::Closed(envelope)) if self.belongs_to_end(&envelope) => {
                    self.0.mailbox().push_late(envelope)
                }
                pushed => pushed,
            },
        };
        match pushed {
            Err(Rejected::Closed(Envelope::Parked(parked))) => {
                // If it was ended meanwhile, it needs nothing more.
                parked.take().map_or(Ok(()), |envelope| Err(Rejected::Closed(envelope)))
            }
            pushed => pushed,
        }
    }

    /// Whether the end of this time awake waits for who posts this.
    fn belongs_to_end(self, envelope: &Envelope<A>) -> bool {
        let Some(id) = self.0.known_id() else { return false };
        match envelope {
            Envelope::Call(call) => call.chain.is_part_of(id),
            Envelope::Parked(parked) => parked.chain().is_part_of(id),
            Envelope::Turn(..) => Chain::current().is_part_of(id),
            _ => false,
        }
    }

    /// Posts to the actor of this cell, which is woken as often as it takes. Gives the cell that took it.
    pub(in crate::host) async fn post_awake(
        self,
        mut envelope: Envelope<A>,
    ) -> Result<Arc<ActorCell<A>>, Fault> {
        let mut cell = Arc::clone(self.0);
        while let Err(refused) = cell.sender().post(envelope) {
            envelope = refused;
            cell = cell.sender().awake_again().await?;
        }
        Ok(cell)
    }

    /// The same actor, awake, once this time awake is over.
    pub(in crate::host) async fn awake_again(self) -> Result<Arc<ActorCell<A>>, Fault> {
        if self.0.durable().is_dropped() {
            // It was never made.
            return Err(faults::actor_not_found());
        }
        if self.0.keep_alive().request() == LifecycleRequest::Destroy && A::EPHEMERAL {
            return Err(faults::actor_not_found());
        }
        let (cell, _) = Arc::clone(self.0.owner()).wake(self.0.key().clone(), self.next_reach()).await?;
        // By now there may be another actor of this key.
        let is_same = A::EPHEMERAL || cell.id() == self.0.id();
        if is_same { Ok(cell) } else { Err(faults::actor_not_found()) }
    }

    /// How its next time awake is reached. What lives in memory alone is made anew.
    fn next_reach(self) -> Lookup {
        match self.0.absent() {
            absent @ Absent::Make(_) if A::EPHEMERAL => {
                Lookup::GetOrCreate { input: absent.input().cloned() }
            }
            _ => Lookup::Get,
        }
    }

    /// One call, and its answer.
    pub(in crate::host) async fn call_as(
        self,
        caller: Option<Conn<A>>,
        source: Source,
        action: ActionOf<A>,
        chain: Chain,
    ) -> Result<ReplyOf<A>, Fault> {
        let (sender, answer) = oneshot::channel();
        let watch = self.0.watch(action.info(), caller.as_ref());
        let call = Call::new(watch, action, caller, Destination::Task(sender, source), chain);
        self.post_awake(Envelope::Call(call)).await?;
        answer.await.unwrap_or_else(|_| Err(faults::unanswered()))
    }
}

impl<A: Actor> Clone for Sender<'_, A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A: Actor> Copy for Sender<'_, A> {}

/// Calls an action for a client of this process. Gives the action back if the actor has gone to sleep.
#[cfg(feature = "client")]
#[inline]
pub(in crate::host) fn ask_here<A: Actor>(
    cell: Arc<ActorCell<A>>,
    action: ActionOf<A>,
    chain: Chain,
) -> Result<Asked<ReplyOf<A>>, ActionOf<A>> {
    let watch = cell.watch(action.info(), None);
    match take_directly(cell, Call::here(watch, action, chain)) {
        Ok(asked) => Ok(asked),
        Err(Unrun { cell, call }) => put_call(&cell, call),
    }
}

/// Puts a call of this process into the mailbox.
#[cfg(feature = "client")]
#[cold]
fn put_call<A: Actor>(
    cell: &Arc<ActorCell<A>>,
    call: Call<A, ReplyHere>,
) -> Result<Asked<ReplyOf<A>>, ActionOf<A>> {
    let (call, asked) = call.send_later();
    match refuse_if_full(cell.sender().put(Envelope::Call(call))) {
        Ok(_) => Ok(asked),
        Err(Envelope::Call(call)) => Err(call.action),
        Err(_) => unreachable!("an actor that is asleep gives back what it was given"),
    }
}

/// Runs a call here and now, or ends it, if it need not wait. Gives it back if it has to.
#[inline]
fn take_directly<A: Actor, R: Respond<A>>(
    cell: Arc<ActorCell<A>>,
    call: Call<A, R>,
) -> Result<R::Asked, Unrun<A, R>> {
    let info = call.action.info();
    if info.needs_conn && call.caller.is_none() {
        return Ok(call.refuse(faults::connection_required(info.name)));
    }
    match cell.hold_of(&call.chain) {
        None => run_if_idle(cell, call),
        Some(held) => {
            let (call, asked) = call.send_later();
            cell.turns().take_circular(call, held);
            Ok(asked)
        }
    }
}

/// Ends what there is no room for. Gives back what comes too late.
fn refuse_if_full<A: Actor>(put: Result<(), Rejected<Envelope<A>>>) -> Result<Posted, Envelope<A>> {
    match put {
        Err(Rejected::Closed(envelope)) => Err(envelope),
        Err(Rejected::Full(envelope)) => {
            envelope.refuse(faults::overloaded());
            Ok(Posted::Refused)
        }
        Ok(()) => Ok(Posted::Taken),
    }
}
