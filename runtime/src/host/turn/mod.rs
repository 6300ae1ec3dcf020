//! Turns: who may run when, and what happens at the end of one.

pub(in crate::host) mod call;
pub(in crate::host) mod call_chain;
pub(in crate::host) mod call_scope;
pub(in crate::host) mod catch;
pub(crate) mod decode;
pub(in crate::host) mod hooks;
pub(in crate::host) mod in_place;
pub(in crate::host) mod instrument;
pub(in crate::host) mod panics;
pub(in crate::host) mod piece;
pub(in crate::host) mod quantum;
pub(in crate::host) mod raw;
pub(in crate::host) mod read_turn;
pub(in crate::host) mod write_turn;

use std::sync::Arc;

use self::{
    call::{Call, Respond},
    call_chain::{Chain, Hold, Link, Reading},
    quantum::Quantum,
    read_turn::{ReadTurn, UnderWay},
    write_turn::{WriteAccess, WriteTurn},
};
use super::{
    ActorCell,
    cell::{Envelope, envelope::TurnCall, keep_alive::LifecycleRequest, parked::Parked},
    connections::connect::run_on_disconnect,
    durability::durable::TurnEnd,
    pending_output::PendingOutput,
    schedules::firing::FiringAlarms,
};
use crate::{
    Action as _, Actor, Ctx, Fault, Mode, actor::ReplyOf, error::faults, util::log::Instrument as _,
};

impl<A: Actor> ActorCell<A> {
    /// How many calls may run before the actor's task lets others have its thread.
    const MAX_TOGETHER: usize = 64;

    /// How a call of this chain holds the actor, if it comes back to it.
    #[inline]
    pub(super) fn hold_of(&self, chain: &Chain) -> Option<Hold> {
        if chain.is_empty() { None } else { chain.holds(self.identity()?.id) }
    }

    /// A call that comes back to an actor that waits for it, and holds it like this: a read beside a read of the same chain
    /// runs in the same turn, anything else would wait for ever.
    pub(super) fn take_circular(self: &Arc<Self>, call: Call<A>, held: Hold) {
        let info = call.action.info();
        let reading = match held {
            Hold::Reading(turn) => turn.downcast::<ReadTurn<A>>().ok(),
            Hold::Alone => None,
        };
        match reading {
            Some(turn) if info.mode == Mode::Read => turn.run(call),
            Some(turn) if info.mode == Mode::ReadAsync => self.spawn_read(turn, call, UnderWay::uncounted()),
            _ => {
                let link = self.link_of(&call, None);
                call.refuse(faults::deadlock(&link));
            }
        }
    }

    /// What work wants, once it can have its turn: until then it can be told that it will not.
    async fn unparked(self: &Arc<Self>, parked: &Parked<Envelope<A>, ActorCell<A>>) -> Option<Envelope<A>> {
        if parked.is_exclusive()? {
            drop(self.access().await);
        } else {
            drop(ReadTurn::new(Arc::clone(self), self.mailbox().read().await));
        }
        parked.take()
    }

    /// Takes an envelope, and as many calls behind it as may run together with it, up to `most` in all. Says how many
    /// envelopes that were.
    pub(super) async fn take(
        self: &Arc<Self>,
        envelope: Envelope<A>,
        most: usize,
        ringing: &mut FiringAlarms,
    ) -> usize {
        let envelope = match envelope {
            Envelope::Parked(parked) => match Box::pin(self.unparked(&parked)).await {
                Some(envelope) => envelope,
                None => return 1,
            },
            other => other,
        };
        match envelope {
            Envelope::Call(call) => self.take_call(call, most).await,
            other => {
                Box::pin(self.take_other(other, ringing)).await;
                1
            }
        }
    }

    /// The same for what is no call: boxed, as the futures of what is rare are not to make every task larger.
    async fn take_other(self: &Arc<Self>, envelope: Envelope<A>, ringing: &mut FiringAlarms) {
        match envelope {
            Envelope::Connect(connect) => {
                let span = connect.span.clone();
                connect.take(self).instrument(span).await;
            }
            Envelope::Request(call) => {
                let span = call.span.clone();
                self.take_request(*call).instrument(span).await;
            }
            Envelope::Disconnect(conn) => run_on_disconnect(self, conn).await,
            Envelope::Subscribe(asking) => {
                let span = asking.span.clone();
                asking.take(self).instrument(span).await;
            }
            Envelope::Turn(turn) => self.take_turn(*turn).await,
            Envelope::Alarms(done) => ringing.begin(Some(done)),
            // Calls are taken by the caller, and what is parked is one, or a turn.
            Envelope::Call(_) | Envelope::Parked(_) => {}
        }
    }

    async fn take_call(self: &Arc<Self>, call: Call<A>, most: usize) -> usize {
        let mode = call.action.info().mode;
        if mode.is_exclusive() {
            match self.write().await {
                Ok(mut access) => return self.run_writes(&mut access, call, most).await,
                Err(fault) => call.refuse(fault),
            }
        } else {
            match self.read().await {
                Ok(turn) if mode.is_async() => {
                    let under_way = UnderWay::begin(self, call.flow());
                    self.spawn_read(Arc::new(turn), call, under_way);
                }
                Ok(turn) => turn.run(call),
                Err(fault) => call.refuse(fault),
            }
        }
        1
    }

    async fn take_turn(self: &Arc<Self>, turn: TurnCall<A>) {
        let TurnCall { code, span, .. } = turn;
        let mut access = match self.write().await {
            Ok(access) => access,
            Err(fault) => return drop(code(Err(fault))),
        };
        let mut turn = WriteTurn::begin(&mut access, "queue", None);
        let result = span.in_scope(|| turn.run_piece(code));
        // What the code returned has left already, so it says nothing of what is saved.
        drop(turn.end(result));
    }

    /// The turn to write, with a state that may be used: readers are done, what was changed before is on its way
    /// to the store if nothing else is, and a void state was replaced by the saved one.
    pub(super) async fn write(self: &Arc<Self>) -> Result<WriteAccess<A>, Fault> {
        self.queues().fed().await;
        let mut access = self.access().await;
        if self.durable().is_invalid() || access.state.is_none() {
            Box::pin(self.saving().return_to_saved(&mut access)).await?;
        }
        self.saving().if_due(&access);
        Ok(access)
    }

    /// The state to oneself, whatever there is of it.
    pub(super) async fn access(self: &Arc<Self>) -> WriteAccess<A> {
        WriteAccess::new(Arc::clone(self), self.mailbox().write().await)
    }

    /// Sees to what is to be saved or put right, beside the reads that are under way.
    pub(super) async fn settle(self: &Arc<Self>) {
        if let Ok(turn) = self.read().await {
            self.saving().if_due(turn.core());
        }
    }

    /// A turn to read, with a state that may be used.
    pub(super) async fn read(self: &Arc<Self>) -> Result<ReadTurn<A>, Fault> {
        self.queues().fed().await;
        loop {
            let turn = ReadTurn::new(Arc::clone(self), self.mailbox().read().await);
            if turn.core().state.is_some() && !self.durable().is_invalid() {
                return Ok(turn);
            }
            drop(turn);
            drop(self.write().await?);
        }
    }

    #[inline]
    pub(super) fn finish_read<R: Respond<A>>(
        &self,
        ctx: &Ctx<A>,
        reply_to: R,
        result: Result<ReplyOf<A>, Fault>,
    ) -> R::Asked {
        let succeeded = result.is_ok();
        let ready = reply_to.ready(result);
        let mut end = self.durable().end_read();
        if succeeded {
            self.grant_wish(&mut end, ctx);
        }
        R::pass(ready, end)
    }

    /// Runs a call, and those behind it that need no more than the same lock. Says how many these were.
    async fn run_writes(
        self: &Arc<Self>,
        access: &mut WriteAccess<A>,
        mut call: Call<A>,
        most: usize,
    ) -> usize {
        let is_such = |next: &Envelope<A>| match next {
            Envelope::Call(call) => call.action.info().mode.is_exclusive(),
            _ => false,
        };
        let most = most.min(Self::MAX_TOGETHER);
        let mut quantum = None;
        for count in 1..most {
            let may_be_long = call.action.info().mode.is_async();
            if may_be_long {
                // Boxed: an actor that waits holds no room for a turn that awaits.
                Box::pin(access.run_async(call)).await;
            } else {
                access.run_brief(call);
            }
            // The others' alarms come by the mailbox.
            if (may_be_long && self.own_alarm_is_due()) || self.durable().is_starved() {
                return count;
            }
            if count % Quantum::LOOKS == 0
                && quantum.get_or_insert_with(Quantum::new).is_over_after(Quantum::LOOKS)
            {
                return count;
            }
            let Some(Envelope::Call(next)) = self.mailbox().done_and_next_if(is_such) else { return count };
            call = next;
        }
        if call.action.info().mode.is_async() {
            Box::pin(access.run_async(call)).await;
        } else {
            access.run_brief(call);
        }
        most
    }

    /// What a turn asked for its actor's own life is part of what it did: it is granted with that, or not at all.
    #[inline]
    pub(super) fn grant_wish(&self, end: &mut TurnEnd<'_, PendingOutput<A>>, ctx: &Ctx<A>) {
        if ctx.wished() != LifecycleRequest::Stay {
            self.grant(end, ctx.wished());
        }
    }

    #[cold]
    fn grant(&self, end: &mut TurnEnd<'_, PendingOutput<A>>, wish: LifecycleRequest) {
        match wish {
            LifecycleRequest::Destroy if end.destroy() => self.lifecycle().tell_to_end(),
            request => self.raise_request(request),
        }
        self.mailbox().nudge();
    }

    /// What a call does here.
    pub(super) fn link_of<R>(&self, call: &Call<A, R>, reading: Option<Reading>) -> Link {
        self.link(call.chain.clone(), call.action.info().name, reading)
    }
}
