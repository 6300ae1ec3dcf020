//! Turns to change the state.
//!
//! An actor's code runs in turns, and what has to happen around one is always the same. So it is a type, and the only way to
//! open the gate, to end in a change, or to take one back leads through it:
//!
//! ```text
//! ActorCell::write().await          WriteAccess: the state, to oneself and fit for use, for one turn or several
//!   WriteTurn::begin(..)            opens the gate: what is sent from here on speaks of the change that this ends in
//!     turn.act(..), turn.run(..)    runs the code: guarded, its events corked, as a link of its call chain
//!   turn.end(result)                `on_state_change`; then either a change, or void: see below
//! drop(access)                      gives the state back
//! ```
//!
//! **One end.** [`end`](WriteTurn::end), [`end_as`](WriteTurn::end_as) and [`answer`](WriteTurn::answer) commit a turn that
//! succeeded: the change has a revision, what the turn asked for its actor's life is granted, and the save that it needs is
//! begun. A turn that failed, or that is dropped without an end because its task was, *aborts*: the state in memory is void
//! from there on, whatever waits at the gate for it fails, and the next [`ActorCell::write`] reads the saved state again.
//! [`end_unchanged`](WriteTurn::end_unchanged) is for code of the host's own that changes nothing but what is beside the state.
//!
//! **A turn that awaits** holds up those before it if their changes wait for its end. So [`begin_awaiting`](
//! WriteTurn::begin_awaiting) hands them to the store first, even if a save is under way.

use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
    time::Duration,
};

use tokio::sync::OwnedRwLockWriteGuard;

use super::{
    call::{Call, ReplyTo},
    call_chain::Chain,
    catch::guarded,
    hand_over,
};
use crate::{
    Action as _, Actor, Conn, Ctx, Fault, Mode, ScheduleId,
    actor::{ActionOf, ReplyOf},
    host::{
        ActorCell,
        cell::{Core, envelope::TurnCode},
    },
    util::log::Span,
};

/// The state of an actor, to oneself, for one turn or several. Given back when it is dropped.
pub(in crate::host) struct WriteAccess<A: Actor> {
    /// Of the turns that it is used for.
    ctx: Ctx<A>,
    slot: OwnedRwLockWriteGuard<Core<A>>,
}

/// A turn that may change the state. One that is dropped before it has ended is taken back.
pub(in crate::host) struct WriteTurn<'a, A: Actor> {
    access: &'a mut WriteAccess<A>,
    /// What runs in it: an action or a hook.
    name: &'static str,
    has_ended: bool,
}

impl<A: Actor> WriteAccess<A> {
    pub(in crate::host) fn new(cell: Arc<ActorCell<A>>, slot: OwnedRwLockWriteGuard<Core<A>>) -> Self {
        Self { ctx: Ctx::of_turn(cell, None), slot }
    }

    fn parts(&mut self) -> (&mut A, &Ctx<A>) {
        (self.slot.state_mut(), &self.ctx)
    }
}

impl<A: Actor> WriteAccess<A> {
    /// Runs a call that only reads, and does not await.
    pub(super) fn run_read(&mut self, call: Call<A>) {
        match call.span() {
            None => self.read_now(call),
            Some(span) => span.in_scope(|| self.read_now(call)),
        }
    }

    fn read_now(&mut self, call: Call<A>) {
        self.ctx.begin_turn(call.caller);
        let (cell, code) = (self.ctx.cell(), self.ctx.cell().code(call.action.info().name));
        let result = cell.corked(|| guarded(code, || self.state().dispatch_read(&self.ctx, call.action)));
        cell.finish_read(&self.ctx, call.reply_to, result);
        self.ctx.end_turn();
    }

    /// Runs a call that may change the state.
    pub(super) async fn run_one(&mut self, call: Call<A>) {
        if call.action.info().mode.is_async() {
            self.run_write_async(call).await;
        } else {
            self.run_write(call);
        }
    }

    /// The same for one that does not await.
    pub(super) fn run_write(&mut self, call: Call<A>) {
        match call.span() {
            None => self.write_now(call),
            Some(span) => span.in_scope(|| self.write_now(call)),
        }
    }

    fn write_now(&mut self, call: Call<A>) {
        let mut turn = WriteTurn::begin(self, call.action.info().name, call.caller);
        let result = turn.act(call.action);
        turn.answer(call.reply_to, result);
    }

    /// The same for one that may await.
    pub(in crate::host) async fn run_write_async(&mut self, call: Call<A>) {
        let span = call.span();
        let mut turn = WriteTurn::begin_awaiting(self, call.action.info().name, call.caller);
        let result = turn.act_async(call.action, call.chain, span.as_ref()).await;
        let _in = span.as_ref().map(Span::enter);
        turn.answer(call.reply_to, result);
    }
}

impl<A: Actor> Deref for WriteAccess<A> {
    type Target = Core<A>;

    fn deref(&self) -> &Core<A> {
        &self.slot
    }
}

impl<A: Actor> DerefMut for WriteAccess<A> {
    fn deref_mut(&mut self) -> &mut Core<A> {
        &mut self.slot
    }
}

impl<'a, A: Actor> WriteTurn<'a, A> {
    /// A turn for code that does not await: an action or a hook of this name, for this connection if it is about one.
    pub(in crate::host) fn begin(
        access: &'a mut WriteAccess<A>,
        name: &'static str,
        caller: Option<Conn<A>>,
    ) -> Self {
        access.ctx.begin_turn(caller);
        access.ctx.cell().gate.lock().begin_write();
        Self { access, name, has_ended: false }
    }

    /// The same for code that may await.
    pub(in crate::host) fn begin_awaiting(
        access: &'a mut WriteAccess<A>,
        name: &'static str,
        caller: Option<Conn<A>>,
    ) -> Self {
        access.ctx.cell().save_before_await(access);
        Self::begin(access, name, caller)
    }

    /// One that awaits as this mode says.
    pub(in crate::host) fn begin_as(
        access: &'a mut WriteAccess<A>,
        mode: Mode,
        name: &'static str,
        caller: Option<Conn<A>>,
    ) -> Self {
        if mode.is_async() {
            Self::begin_awaiting(access, name, caller)
        } else {
            Self::begin(access, name, caller)
        }
    }

    /// It is this schedule's.
    pub(in crate::host) fn of_schedule(self, id: ScheduleId) -> Self {
        self.access.ctx.set_schedule(id);
        self
    }

    /// Runs an action that does not await.
    pub(in crate::host) fn act(&mut self, action: ActionOf<A>) -> Result<ReplyOf<A>, Fault> {
        let (state, ctx) = self.access.parts();
        let cell = ctx.cell();
        let run = || match action.info().mode {
            Mode::Read => state.dispatch_read(ctx, action),
            _ => state.dispatch_write(ctx, action),
        };
        cell.corked(|| guarded(cell.code(self.name), run))
    }

    /// Runs an action that may await, for the calls of this chain.
    pub(in crate::host) async fn act_async(
        &mut self,
        action: ActionOf<A>,
        before: Chain,
        span: Option<&Span>,
    ) -> Result<ReplyOf<A>, Fault> {
        let (state, ctx) = self.access.parts();
        let cell = ctx.cell();
        let link = cell.link(before, self.name, None);
        let writing = state.dispatch_write_async(ctx, action);
        cell.guarded_in(self.name, span, A::OPTIONS.action_timeout, link.scope(writing)).await
    }

    /// Runs an action, whatever it borrows and whether it awaits, for nobody: what it returns has no reader.
    pub(in crate::host) async fn act_for_nobody(&mut self, action: ActionOf<A>) -> Result<ReplyOf<A>, Fault> {
        match action.info().mode {
            Mode::Read | Mode::Write => {
                let link = self.access.ctx.cell().link(Chain::default(), self.name, None);
                link.scope(async { self.act(action) }).await
            }
            Mode::ReadAsync => {
                let (state, ctx) = self.access.parts();
                let cell = ctx.cell();
                let reading = state.dispatch_read_async(ctx, action);
                let link = cell.link(Chain::default(), self.name, None);
                cell.guarded_in(self.name, None, A::OPTIONS.action_timeout, link.scope(reading)).await
            }
            Mode::WriteAsync => self.act_async(action, Chain::default(), None).await,
        }
    }

    /// Runs a hook, for this long at most. A call that comes back to the actor from there is a deadlock.
    pub(in crate::host) async fn run<T>(
        &mut self,
        limit: Duration,
        code: impl AsyncFnOnce(&mut A, &Ctx<A>) -> T,
    ) -> Result<T, Fault> {
        let (state, ctx) = self.access.parts();
        let cell = ctx.cell();
        let link = cell.link(Chain::default(), self.name, None);
        cell.guarded(self.name, limit, link.scope(code(state, ctx))).await
    }

    /// Runs a piece of code that guards itself, and answers for itself.
    pub(in crate::host) fn run_piece(&mut self, code: TurnCode<A>) -> Result<(), Fault> {
        code(Ok(self.access.state_mut()))
    }

    /// Fails if the state as it is now cannot be saved, whatever the store says.
    pub(in crate::host) fn check_savable(&self) -> Result<(), Fault> {
        self.access.ctx.cell().check_savable(self.access)
    }

    /// The end of a turn that may have changed the state: it has a new revision, or is void.
    pub(in crate::host) fn end<T>(mut self, result: Result<T, Fault>) -> Result<T, Fault> {
        let result = self.commit(result);
        self.save_if_due();
        result
    }

    /// The end of a turn that borrowed the state like this. If it broke off, the state is void.
    pub(in crate::host) fn end_as<T>(mut self, mode: Mode, result: Result<T, Fault>) -> Result<T, Fault> {
        if mode.is_exclusive() || result.is_err() {
            return self.end(result);
        }
        let cell = self.access.ctx.cell();
        let mut gate = cell.gate.lock();
        gate.end_unchanged(cell.has_changed_aside());
        cell.grant_wish(&mut gate, &self.access.ctx);
        drop(gate);
        self.has_ended = true;
        self.save_if_due();
        result
    }

    /// The end of code of the host's own, which has not changed the state, but what is beside it.
    pub(in crate::host) fn end_aside(mut self) {
        self.end_unchanged(true);
        self.save_if_due();
    }

    /// The end of a turn that is not to be saved, whatever it did: no other follows it.
    pub(in crate::host) fn end_unsaved(mut self) {
        self.end_unchanged(false);
    }

    /// The end of a call, and its answer.
    pub(in crate::host) fn answer(mut self, reply_to: ReplyTo<A>, result: Result<ReplyOf<A>, Fault>) {
        let reply = match self.after_change(result) {
            Ok(reply) => reply,
            Err(fault) => {
                self.abort();
                return reply_to.answer(Err(fault)).deliver();
            }
        };
        let answer = reply_to.answer(Ok(reply));
        let cell = self.access.ctx.cell();
        let mut gate = cell.gate.lock();
        gate.end_write();
        cell.grant_wish(&mut gate, &self.access.ctx);
        let is_save_due = A::EPHEMERAL || gate.is_save_due();
        hand_over(gate, answer);
        if is_save_due {
            cell.save_due(self.access);
        }
        self.has_ended = true;
    }

    fn commit<T>(&mut self, result: Result<T, Fault>) -> Result<T, Fault> {
        let result = self.after_change(result);
        if result.is_err() {
            self.abort();
            return result;
        }
        let cell = self.access.ctx.cell();
        let mut gate = cell.gate.lock();
        gate.end_write();
        cell.grant_wish(&mut gate, &self.access.ctx);
        drop(gate);
        self.has_ended = true;
        result
    }

    fn end_unchanged(&mut self, changed_aside: bool) {
        self.access.ctx.cell().gate.lock().end_unchanged(changed_aside);
        self.has_ended = true;
    }

    /// The state is void from here on.
    fn abort(&mut self) {
        self.access.ctx.cell().broke_off();
        self.has_ended = true;
    }

    fn save_if_due(&self) {
        self.access.ctx.cell().save_if_due(self.access);
    }

    /// What a turn ends with that may have changed the state: `#[on_state_change]` is part of it, if it has.
    fn after_change<T>(&self, result: Result<T, Fault>) -> Result<T, Fault> {
        let value = result?;
        let (state, ctx) = (self.access.state(), &self.access.ctx);
        let cell = ctx.cell();
        if A::HOOKS.on_state_change.is_some() && (A::EPHEMERAL || cell.sees_change(state)?) {
            cell.corked(|| guarded(cell.code("on_state_change"), || state.on_state_change(ctx)))?;
            if ActorCell::<A>::SEES_CHANGES {
                // What the hook itself has changed is a change of this turn, and not of the next one.
                cell.sees_change(state)?;
            }
        }
        Ok(value)
    }
}

impl<A: Actor> Drop for WriteTurn<'_, A> {
    fn drop(&mut self) {
        if !self.has_ended {
            // Its task was dropped half-way.
            self.abort();
        }
        self.access.ctx.end_turn();
    }
}
