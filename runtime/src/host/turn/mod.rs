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
pub(in crate::host) mod read_turn;
pub(in crate::host) mod write_turn;

use std::{
    sync::Arc,
    task::{Context, Waker},
};

use tokio::{runtime::Handle, sync::TryLockError};

use self::{
    awaited::Awaited,
    call::{Answer, Call, ReplyTo},
    call_chain::{Chain, Hold, Link, Reading},
    quantum::Quantum,
    read_turn::{ReadTurn, UnderWay},
    write_turn::{WriteAccess, WriteTurn},
};
use super::{
    ActorCell,
    cell::{
        Core,
        envelope::{Envelope, TurnCall},
        keep_alive::{KeepAliveGuard, LifecycleRequest},
        parked::Parked,
    },
    durability::{
        gate_handle::LockedGate,
        output_gate::{OutputGate, Pending as _},
    },
    pending_output::PendingOutput,
    schedules::fire::FiringAlarms,
};
use crate::{
    Action as _, Actor, Ctx, Fault, Mode,
    actor::ReplyOf,
    error::faults,
    util::{log::Instrument as _, task},
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
        let Some(mut access) = self.write_if_idle() else { return Some(call) };
        match mode {
            Mode::Read => access.run_read(call),
            _ => access.run_write(call),
        }
        None
    }

    /// The same for an action that awaits: it begins here, and where it waits for the first time it gets a task of its
    /// own to go on in.
    fn begin_if_idle(self: &Arc<Self>, call: Call<A>) -> Option<Call<A>> {
        if call.chain.len() >= Self::MAX_NESTED || Handle::try_current().is_err() {
            return Some(call);
        }
        if call.action.info().mode.is_exclusive() {
            let Some(mut access) = self.write_if_idle() else { return Some(call) };
            self.begin(async move { access.run_write_async(call).await });
        } else {
            let read = || Arc::clone(&self.core).try_read_owned();
            let Some(core) = self.soon(read).filter(|core| self.may_begin(core)) else { return Some(call) };
            let Some(under_way) = UnderWay::try_begin(self, call.flow()) else { return Some(call) };
            let turn = Arc::new(ReadTurn::new(Arc::clone(self), core));
            self.begin(async move {
                turn.run_async(call).await;
                drop(under_way);
            });
        }
        None
    }

    /// The state to oneself, if nobody has it and nobody waits for it.
    fn write_if_idle(self: &Arc<Self>) -> Option<WriteAccess<A>> {
        let core = self.soon(|| Arc::clone(&self.core).try_write_owned())?;
        self.may_begin(&core).then(|| WriteAccess::new(Arc::clone(self), core))
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
            && self.keep_alive().request() != LifecycleRequest::Destroy
            && self.gate.is_open()
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
        self.fed().await;
        let mut access = self.access().await;
        if self.gate.is_invalid() || access.state.is_none() {
            Box::pin(self.return_to_saved(&mut access)).await?;
        }
        self.save_if_due(&access);
        Ok(access)
    }

    /// The state to oneself, whatever there is of it.
    pub(super) async fn access(self: &Arc<Self>) -> WriteAccess<A> {
        WriteAccess::new(Arc::clone(self), Arc::clone(&self.core).write_owned().await)
    }

    /// Sees to what is to be saved or put right, beside the reads that are under way.
    pub(super) async fn settle(self: &Arc<Self>) {
        if let Ok(turn) = self.read().await {
            self.save_if_due(turn.core());
        }
    }

    /// A turn to read, with a state that may be used.
    pub(super) async fn read(self: &Arc<Self>) -> Result<ReadTurn<A>, Fault> {
        self.fed().await;
        loop {
            let core = Arc::clone(&self.core).read_owned().await;
            if core.state.is_some() && !self.gate.is_invalid() {
                return Ok(ReadTurn::new(Arc::clone(self), core));
            }
            drop(core);
            drop(self.write().await?);
        }
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
            access.run_one(call).await;
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
        access.run_one(call).await;
        most
    }

    /// What a turn asked for its actor's own life is part of what it did: it is granted with that, or not at all.
    pub(super) fn grant_wish(&self, gate: &mut OutputGate<PendingOutput<A>>, ctx: &Ctx<A>) {
        match ctx.wished() {
            LifecycleRequest::Stay => return,
            LifecycleRequest::Destroy if !A::EPHEMERAL && !Self::IS_RELAXED && !gate.is_provisional() => {
                gate.destroy();
                self.lifecycle().tell_to_end();
            }
            request => self.raise_request(request),
        }
        self.mailbox.nudge();
    }

    /// Whether a turn under way has changed what is beside the state.
    pub(super) fn has_changed_aside(&self) -> bool {
        self.alarms.lock().has_unsubmitted() || (Self::HAS_QUEUES && self.queues.lock().has_unsubmitted())
    }

    /// What a call does here.
    pub(super) fn link_of(&self, call: &Call<A>, reading: Option<Reading>) -> Link {
        self.link(call.chain.clone(), call.action.info().name, reading)
    }

    /// What an action or a hook of this name does here.
    pub(super) fn link(&self, before: Chain, name: &'static str, reading: Option<Reading>) -> Link {
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
pub(super) fn hand_over<A: Actor>(mut gate: LockedGate<'_, PendingOutput<A>>, answer: Answer<A>) {
    let sent = gate.send(PendingOutput::Answer(answer));
    drop(gate);
    if let Err(void) = sent {
        void.fail(faults::rolled_back());
    }
}
