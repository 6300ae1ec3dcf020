//! Turns: who may run when, and what happens at the end of one.

pub(in crate::host) mod awaited;
pub(in crate::host) mod call;
pub(in crate::host) mod call_chain;
pub(in crate::host) mod catch;
pub(crate) mod decode;
pub(in crate::host) mod hooks;
pub(in crate::host) mod instrument;
pub(in crate::host) mod panics;
pub(in crate::host) mod quantum;
pub(in crate::host) mod raw;
pub(in crate::host) mod reading;

use std::{
    sync::Arc,
    task::{Context, Waker},
};

use parking_lot::MutexGuard;
use tokio::{
    runtime::Handle,
    sync::{OwnedRwLockReadGuard, RwLockWriteGuard, TryLockError},
};

use self::{
    awaited::Awaited,
    call::{Answer, Call, ReplyTo},
    call_chain::{Chain, Hold, Link},
    catch::guarded,
    quantum::Quantum,
    reading::UnderWay,
};
use super::{
    ActorCell,
    cell::{
        Core,
        envelope::{Envelope, TurnCall},
        keep_alive::{KeepAliveGuard, LifecycleRequest},
        parked::Parked,
    },
    durability::output_gate::OutputGate,
    schedules::fire::FiringAlarms,
};
use crate::{
    Action as _, Actor, Ctx, Fault, Mode,
    actor::ReplyOf,
    error::faults,
    util::{
        log::{Instrument as _, Span},
        task,
    },
};

impl<A: Actor> ActorCell<A> {
    /// How deep actors that call each other may run on one stack.
    const MAX_NESTED: usize = 4;
    /// How often a call looks whether another's turn is over: about a microsecond long.
    const PATIENCE: usize = 50;
    /// How many calls may run before the actor's task lets others have its thread.
    const MAX_TOGETHER: usize = 64;

    /// The shortcut: an idle actor runs an action on its caller's own task, in its turn. Gives the call back if it has
    /// to wait.
    pub(super) fn run_if_idle(self: &Arc<Self>, call: Call<A>) -> Option<Call<A>> {
        let mode = call.action.info().mode;
        if !self.mailbox.is_idle() {
            return Some(call);
        }
        // Not in the turn, which others wait for.
        self.used();
        if mode.is_async() {
            return self.begin_if_idle(call);
        }
        let Some(mut core) = self.soon(|| self.core.try_write()) else { return Some(call) };
        if !self.may_begin(&core) {
            return Some(call);
        }
        match mode {
            Mode::Read => self.run_read(&core, call),
            _ => self.run_write(&mut core, call),
        }
        None
    }

    /// The same for an action that awaits: it begins here, and where it waits for the first time it gets a task of its
    /// own to go on in.
    fn begin_if_idle(self: &Arc<Self>, call: Call<A>) -> Option<Call<A>> {
        if call.chain.len() >= Self::MAX_NESTED || Handle::try_current().is_err() {
            return Some(call);
        }
        let cell = Arc::clone(self);
        if call.action.info().mode.is_exclusive() {
            let write = || Arc::clone(&self.core).try_write_owned();
            let Some(mut core) = self.soon(write) else { return Some(call) };
            if !self.may_begin(&core) {
                return Some(call);
            }
            self.begin(async move { cell.run_write_async(&mut core, call).await });
        } else {
            let read = || Arc::clone(&self.core).try_read_owned();
            let Some(core) = self.soon(read) else { return Some(call) };
            if !self.may_begin(&core) {
                return Some(call);
            }
            let Some(under_way) = UnderWay::try_begin(self, call.flow()) else { return Some(call) };
            self.begin(async move {
                cell.run_read_async(Arc::new(core), call).await;
                drop(under_way);
            });
        }
        None
    }

    /// The turn, if nobody has it or whoever has it gives it back at once: most turns are over sooner than the actor's
    /// task is awake. Whoever finds somebody in the mailbox does not wait, but joins them.
    fn soon<T>(&self, try_turn: impl Fn() -> Result<T, TryLockError>) -> Option<T> {
        for _ in 0..Self::PATIENCE {
            if let Ok(turn) = try_turn() {
                return Some(turn);
            }
            if !self.mailbox.is_idle() {
                return None;
            }
            std::hint::spin_loop();
        }
        None
    }

    /// Whether a call may run past the mailbox, asked by who has the turn: what was posted before it also runs
    /// before it.
    fn may_begin(&self, core: &Core<A>) -> bool {
        self.mailbox.is_idle()
            && core.state.is_some()
            && self.holds.wish() != LifecycleRequest::Destroy
            && self.gate.lock().is_sound()
            && !self.is_starved()
    }

    /// Runs work up to where it waits, and has it go on in a task of its own.
    pub(super) fn begin(self: &Arc<Self>, work: impl Future<Output = ()> + Send + 'static) {
        let mut work = Box::pin(work);
        if work.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending() {
            let kept = KeepAliveGuard::for_call(Arc::clone(self));
            task::spawn_in(self.shared().tasks(), async move {
                work.await;
                drop(kept);
            });
        }
    }

    /// A call that comes back to an actor that waits for it: a read beside a read of the same chain runs in the
    /// same turn, anything else would wait for ever. Gives any other call back.
    pub(super) fn take_if_circular(self: &Arc<Self>, call: Call<A>) -> Option<Call<A>> {
        let Some(record) = self.identity.get() else { return Some(call) };
        let Some(held) = call.chain.holds(record.id) else { return Some(call) };
        self.take_circular(call, held);
        None
    }

    /// The same for a call that is known to come back, to an actor that is held like this.
    pub(super) fn take_circular(self: &Arc<Self>, call: Call<A>, held: Hold) {
        let info = call.action.info();
        let reading = match held {
            Hold::Reading(turn) => turn.downcast::<OwnedRwLockReadGuard<Core<A>>>().ok(),
            Hold::Alone => None,
        };
        match reading {
            Some(turn) if info.mode == Mode::Read => self.run_read(&turn, call),
            Some(turn) if info.mode == Mode::ReadAsync => self.spawn_read(turn, call, UnderWay::uncounted()),
            _ => {
                let link = self.link_of(&call, None);
                call.refuse(faults::deadlock(&link));
            }
        }
    }

    /// What work wants, once it can have its turn: until then it can be told that it will not.
    async fn unparked(&self, parked: &Parked<A>) -> Option<Envelope<A>> {
        if parked.is_exclusive()? {
            drop(self.core.write().await);
        } else {
            drop(self.core.read().await);
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
            Envelope::Parked(parked) => match self.unparked(&parked).await {
                Some(envelope) => envelope,
                None => return 1,
            },
            other => other,
        };
        match envelope {
            Envelope::Call(call) => return self.take_call(call, most).await,
            Envelope::Connect(connect) => {
                let span = connect.span.clone();
                self.take_connect(connect).instrument(span).await;
            }
            Envelope::Request(call) => {
                let span = call.span.clone();
                self.take_request(*call).instrument(span).await;
            }
            Envelope::Disconnect(conn) => self.take_disconnect(conn).await,
            Envelope::Subscribe(asking) => {
                let span = asking.span.clone();
                self.take_subscribe(*asking).instrument(span).await;
            }
            Envelope::Turn(turn) => self.take_turn(*turn).await,
            Envelope::Alarms(done) => ringing.begin(Some(done)),
            // What is parked is a call or a turn.
            Envelope::Parked(_) => {}
        }
        1
    }

    async fn take_call(self: &Arc<Self>, call: Call<A>, most: usize) -> usize {
        let mode = call.action.info().mode;
        if mode.is_exclusive() {
            match self.write().await {
                Ok(mut core) => return self.run_writes(&mut core, call, most).await,
                Err(fault) => call.refuse(fault),
            }
        } else {
            match self.read().await {
                Ok(core) if mode.is_async() => {
                    let under_way = UnderWay::begin(self, call.flow());
                    self.spawn_read(Arc::new(core), call, under_way);
                }
                Ok(core) => self.run_read(&core, call),
                Err(fault) => call.refuse(fault),
            }
        }
        1
    }

    async fn take_turn(self: &Arc<Self>, turn: TurnCall<A>) {
        let TurnCall { code, span, .. } = turn;
        let mut core = match self.write().await {
            Ok(core) => core,
            Err(fault) => return drop(code(Err(fault))),
        };
        let ctx = self.ctx(None);
        self.gate.lock().begin_write();
        let result = span.in_scope(|| code(Ok(core.state_mut())));
        // What the code returned has left already, so it says nothing of what is saved.
        drop(self.end_write(&core, &ctx, result));
        self.save_if_due(&core);
    }

    /// The turn to write, with a state that may be used: readers are done, what was changed before is on its way
    /// to the store if nothing else is, and a void state was replaced by the saved one.
    pub(super) async fn write(self: &Arc<Self>) -> Result<RwLockWriteGuard<'_, Core<A>>, Fault> {
        self.fed().await;
        let mut core = self.core.write().await;
        if self.gate.lock().is_broken() || core.state.is_none() {
            self.return_to_saved(&mut core).await?;
        }
        self.save_if_due(&core);
        Ok(core)
    }

    /// Sees to what is to be saved or put right, beside the reads that are under way.
    pub(super) async fn settle(self: &Arc<Self>) {
        if let Ok(core) = self.read().await {
            self.save_if_due(&core);
        }
    }

    /// A turn to read, with a state that may be used.
    pub(super) async fn read(self: &Arc<Self>) -> Result<OwnedRwLockReadGuard<Core<A>>, Fault> {
        self.fed().await;
        loop {
            let core = Arc::clone(&self.core).read_owned().await;
            if core.state.is_some() && !self.gate.lock().is_broken() {
                return Ok(core);
            }
            drop(core);
            drop(self.write().await?);
        }
    }

    fn run_read(self: &Arc<Self>, core: &Core<A>, call: Call<A>) {
        match call.span() {
            None => self.read_now(core, call),
            Some(span) => span.in_scope(|| self.read_now(core, call)),
        }
    }

    fn read_now(self: &Arc<Self>, core: &Core<A>, call: Call<A>) {
        let ctx = self.ctx(call.caller);
        let code = self.code(call.action.info().name);
        let result = self.corked(|| guarded(code, || core.state().dispatch_read(&ctx, call.action)));
        self.finish_read(&ctx, call.reply_to, result);
    }

    pub(super) fn finish_read(&self, ctx: &Ctx<A>, reply_to: ReplyTo<A>, result: Result<ReplyOf<A>, Fault>) {
        let succeeded = result.is_ok();
        let answer = reply_to.answer(result);
        let mut gate = self.gate.lock();
        if succeeded {
            self.grant_wish(&mut gate, ctx);
        }
        hand_over(gate, answer);
    }

    /// Runs a call, and those behind it that need no more than the same lock. Says how many these were.
    async fn run_writes(self: &Arc<Self>, core: &mut Core<A>, mut call: Call<A>, most: usize) -> usize {
        let is_such = |next: &Envelope<A>| match next {
            Envelope::Call(call) => call.action.info().mode.is_exclusive(),
            _ => false,
        };
        let most = most.min(Self::MAX_TOGETHER);
        let mut quantum = None;
        for count in 1..most {
            let may_be_long = call.action.info().mode.is_async();
            self.run_one(core, call).await;
            // The others' alarms come by the mailbox.
            if (may_be_long && self.own_alarm_is_due()) || self.is_starved() {
                return count;
            }
            if count % Quantum::LOOKS == 0
                && quantum.get_or_insert_with(Quantum::new).is_over_after(Quantum::LOOKS)
            {
                return count;
            }
            let Some(Envelope::Call(next)) = self.mailbox.next_if(is_such) else { return count };
            // That one; the last is done when all this is.
            self.mailbox.done();
            call = next;
        }
        self.run_one(core, call).await;
        most
    }

    async fn run_one(self: &Arc<Self>, core: &mut Core<A>, call: Call<A>) {
        if call.action.info().mode.is_async() {
            self.run_write_async(core, call).await;
        } else {
            self.run_write(core, call);
        }
    }

    fn run_write(self: &Arc<Self>, core: &mut Core<A>, call: Call<A>) {
        match call.span() {
            None => self.write_now(core, call),
            Some(span) => span.in_scope(|| self.write_now(core, call)),
        }
    }

    fn write_now(self: &Arc<Self>, core: &mut Core<A>, call: Call<A>) {
        let ctx = self.ctx(call.caller);
        self.gate.lock().begin_write();
        let state = core.state_mut();
        let code = self.code(call.action.info().name);
        let result = self.corked(|| guarded(code, || state.dispatch_write(&ctx, call.action)));
        self.finish_write(core, &ctx, call.reply_to, result);
    }

    pub(super) async fn run_write_async(self: &Arc<Self>, core: &mut Core<A>, call: Call<A>) {
        let span = call.span();
        self.save_before_await(core);
        let link = self.link_of(&call, None);
        let ctx = self.ctx(call.caller);
        self.gate.lock().begin_write();
        let name = call.action.info().name;
        let writing = core.state_mut().dispatch_write_async(&ctx, call.action);
        let limit = A::OPTIONS.action_timeout;
        let result = self.guarded_in(name, span.as_ref(), limit, link.scope(writing)).await;
        let _in = span.as_ref().map(Span::enter);
        self.finish_write(core, &ctx, call.reply_to, result);
    }

    fn finish_write(
        self: &Arc<Self>,
        core: &Core<A>,
        ctx: &Ctx<A>,
        reply_to: ReplyTo<A>,
        result: Result<ReplyOf<A>, Fault>,
    ) {
        let reply = match self.after_change(core, ctx, result) {
            Ok(reply) => reply,
            Err(fault) => {
                self.broke_off();
                return reply_to.answer(Err(fault)).deliver();
            }
        };
        let answer = reply_to.answer(Ok(reply));
        let mut gate = self.gate.lock();
        gate.end_write();
        self.grant_wish(&mut gate, ctx);
        let is_save_due = A::EPHEMERAL || gate.is_save_due();
        hand_over(gate, answer);
        if is_save_due {
            self.save_due(core);
        }
    }

    /// The end of a turn that borrowed the state like this. If it broke off, the state is void.
    pub(super) fn end_turn<T>(
        self: &Arc<Self>,
        core: &Core<A>,
        ctx: &Ctx<A>,
        mode: Mode,
        result: Result<T, Fault>,
    ) -> Result<T, Fault> {
        if mode.is_exclusive() || result.is_err() {
            return self.end_write(core, ctx, result);
        }
        let mut gate = self.gate.lock();
        let changed_aside = self.alarms.lock().has_unsubmitted()
            || (Self::HAS_QUEUES && self.queues.lock().has_unsubmitted());
        gate.end_unchanged(changed_aside);
        self.grant_wish(&mut gate, ctx);
        result
    }

    /// The end of a turn that may have changed the state: it has a new revision, or is void.
    pub(super) fn end_write<T>(
        self: &Arc<Self>,
        core: &Core<A>,
        ctx: &Ctx<A>,
        result: Result<T, Fault>,
    ) -> Result<T, Fault> {
        let result = self.after_change(core, ctx, result);
        match &result {
            Ok(_) => {
                let mut gate = self.gate.lock();
                gate.end_write();
                self.grant_wish(&mut gate, ctx);
            }
            Err(_) => self.broke_off(),
        }
        result
    }

    /// What a turn ends with that may have changed the state: `#[on_state_change]` is part of it, if it has.
    fn after_change<T>(&self, core: &Core<A>, ctx: &Ctx<A>, result: Result<T, Fault>) -> Result<T, Fault> {
        let value = result?;
        if A::HOOKS.on_state_change.is_some() && (A::EPHEMERAL || self.sees_change(core.state())?) {
            self.corked(|| guarded(self.code("on_state_change"), || core.state().on_state_change(ctx)))?;
            if Self::SEES_CHANGES {
                // What the hook itself has changed is a change of this turn, and not of the next one.
                self.sees_change(core.state())?;
            }
        }
        Ok(value)
    }

    /// What a turn asked for its actor's own life is part of what it did: it is granted with that, or not at all.
    fn grant_wish(&self, gate: &mut OutputGate<A>, ctx: &Ctx<A>) {
        match ctx.wished() {
            LifecycleRequest::Stay => return,
            LifecycleRequest::Destroy if !A::EPHEMERAL && !Self::IS_RELAXED && !gate.is_provisional() => {
                gate.doom();
                self.holds.cancelled.cancel();
            }
            wish => self.holds.set_wish(wish),
        }
        self.mailbox.nudge();
    }

    /// What a call does here.
    pub(super) fn link_of(&self, call: &Call<A>, reading: Option<call_chain::Reading>) -> Link {
        self.link(call.chain.clone(), call.action.info().name, reading)
    }

    /// What an action or a hook of this name does here.
    pub(super) fn link(
        &self,
        before: Chain,
        name: &'static str,
        reading: Option<call_chain::Reading>,
    ) -> Link {
        before.with(self.record().id, self.address(), name, reading)
    }

    /// What work beside the turns does that was begun by this name.
    pub(super) fn link_beside(&self, name: &'static str, work: Arc<Awaited>) -> Link {
        Chain::beside(self.record().id, self.address(), name, work)
    }

    fn address(&self) -> Arc<str> {
        Arc::clone(self.address.get_or_init(|| format!("{}/{}", self.kind.name(), self.key).into()))
    }
}

/// Leaves an answer at the gate, or ends the call there if what it speaks of is void.
fn hand_over<A: Actor>(mut gate: MutexGuard<'_, OutputGate<A>>, answer: Answer<A>) {
    let passed = gate.pass_answer(answer);
    drop(gate);
    if let Err(void) = passed {
        void.fail(faults::rolled_back());
    }
}
