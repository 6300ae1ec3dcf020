//! Turns to change the state.
//!
//! An actor's code runs in turns, and what has to happen around one is always the same. So it is a type, and the only way to
//! open the gate, to end in a change, or to take one back leads through it:
//!
//! ```text
//! Turns::write().await            WriteAccess: the state, to oneself and fit for use, for one turn or several
//!   WriteTurn::begin(..)            opens the gate: what is sent from here on speaks of the change that this ends in
//!     turn.act(..), turn.run(..)    runs the code: guarded, its events corked, as a link of its call chain
//!   turn.end(result)                `on_state_change`; then either a change, or void: see below
//! drop(access)                      gives the state back
//! ```
//!
//! **One end.** [`end`](WriteTurn::end), [`end_as`](WriteTurn::end_as) and [`answer`](WriteTurn::answer) commit a turn that
//! succeeded: the change has a revision, what the turn asked for its actor's life is granted, and the save that it needs is
//! begun. A turn that failed, or that is dropped without an end because its task was, *aborts*: the state in memory is void
//! from there on, whatever waits at the gate for it fails, and the next [`Turns::write`](super::turns::Turns::write) reads the saved state again.
//! [`end_unchanged`](WriteTurn::end_unchanged) is for code of the host's own that changes nothing but what is beside the state.
//!
//! **A turn that awaits** holds up those before it if their changes wait for its end. So [`begin_awaiting`](
//! WriteTurn::begin_awaiting) hands them to the store first, even if a save is under way.

use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
    time::Duration,
};

use super::{
    call::{Call, Respond},
    call_chain::Chain,
    read_turn::run_read,
    wish::grant_wish,
};
use crate::{
    Action as _, Actor, Conn, Ctx, Fault, Mode, ScheduleId,
    actor::{ActionOf, ReplyOf},
    host::{
        ActorCell,
        cell::{Core, Envelope, envelope::TurnCode, mailbox::GivenBack},
        durability::{release::release, turns::Aside},
    },
    util::log::Span,
};

/// The state of an actor, to oneself, for one turn or several. Given back when it is dropped, or before.
pub(in crate::host) struct WriteAccess<A: Actor> {
    /// Of the turns that it is used for.
    ctx: Ctx<A>,
    /// `None` once it is given back.
    core: Option<Core<A>>,
}

/// A turn that may change the state. One that is dropped before it has ended is taken back.
pub(in crate::host) struct WriteTurn<'a, A: Actor> {
    access: &'a mut WriteAccess<A>,
    /// What runs in it: an action or a hook.
    name: &'static str,
    has_ended: bool,
}

impl<A: Actor> WriteAccess<A> {
    #[inline]
    pub(in crate::host) fn new(cell: Arc<ActorCell<A>>, core: Core<A>) -> Self {
        Self { ctx: Ctx::of_turn(cell, None), core: Some(core) }
    }

    pub(super) fn cell(&self) -> &Arc<ActorCell<A>> {
        self.ctx.cell()
    }

    #[inline]
    fn parts(&mut self) -> (&mut A, &Ctx<A>) {
        (only(&mut self.core).state_mut(), &self.ctx)
    }

    /// Gives the state back; unless there is a call to run with it first, and `runs` says so.
    #[inline]
    pub(super) fn give_back(&mut self, runs: impl FnOnce() -> bool) -> Option<Envelope<A>> {
        let core = self.core.take()?;
        match self.ctx.cell().mailbox().give_back(core, runs) {
            GivenBack::Over => None,
            GivenBack::Next(core, envelope) => {
                self.core = Some(core);
                Some(envelope)
            }
        }
    }

    #[cold]
    fn give_back_unasked(&mut self) {
        self.give_back(|| false);
    }
}

impl<A: Actor> WriteAccess<A> {
    /// Runs a call that does not await, if the state may be used. Gives it back if not.
    #[inline]
    pub(super) fn run_if_sound<R: Respond<A>>(&mut self, call: Call<A, R>) -> Result<R::Asked, Call<A, R>> {
        match call.span() {
            None => self.run_now(call, true),
            Some(span) => self.run_in(&span, call, true),
        }
    }

    #[cold]
    fn run_in<R: Respond<A>>(
        &mut self,
        span: &Span,
        call: Call<A, R>,
        if_sound: bool,
    ) -> Result<R::Asked, Call<A, R>> {
        span.in_scope(|| self.run_now(call, if_sound))
    }

    /// Runs a call that does not await.
    #[inline]
    pub(super) fn run_brief<R: Respond<A>>(&mut self, call: Call<A, R>) {
        let ran = match call.span() {
            None => self.run_now(call, false),
            Some(span) => self.run_in(&span, call, false),
        };
        debug_assert!(ran.is_ok(), "whatever the state is");
    }

    #[inline]
    fn run_now<R: Respond<A>>(&mut self, call: Call<A, R>, if_sound: bool) -> Result<R::Asked, Call<A, R>> {
        let Call { action, caller, reply_to, chain } = call;
        let info = action.info();
        if info.mode == Mode::Read {
            if if_sound && !self.ctx.cell().durable().is_open() {
                return Err(Call { action, caller, reply_to, chain });
            }
            self.ctx.begin_turn(caller);
            let asked = run_read(self.state(), &self.ctx, action, reply_to);
            self.ctx.end_turn();
            return Ok(asked);
        }
        if !self.open(if_sound) {
            return Err(Call { action, caller, reply_to, chain });
        }
        let mut turn = WriteTurn::opened(self, info.name, caller);
        let result = turn.act(action);
        Ok(turn.answer(reply_to, result))
    }

    /// Runs a call that may change the state, and may await.
    pub(in crate::host) async fn run_async<R: Respond<A>>(&mut self, call: Call<A, R>) -> R::Asked {
        let Call { action, caller, reply_to, chain } = call;
        let span = reply_to.span();
        let mut turn = WriteTurn::begin_awaiting(self, action.info().name, caller);
        let result = turn.act_async(action, chain, span.as_ref()).await;
        let _in = span.as_ref().map(Span::enter);
        turn.answer(reply_to, result)
    }

    /// Opens the gate for a turn. Nothing else does, but the function below.
    #[inline]
    fn open(&self, if_sound: bool) -> bool {
        let cell = self.ctx.cell();
        if if_sound {
            return cell.durable().begin_write_if_open();
        }
        cell.durable().begin_write();
        true
    }

    /// The same for a turn that awaits: the changes before it are on their way to the store by then.
    #[inline]
    fn open_awaiting(&self) {
        let cell = self.ctx.cell();
        // Most often they are, which is seen under the lock that opens the gate.
        if !cell.durable().begin_write_if_submitted() {
            cell.saving().before_await(self);
            self.open(false);
        }
    }
}

/// The state of somebody who has it to themselves.
fn only<A>(core: &mut Option<Core<A>>) -> &mut Core<A> {
    core.as_mut().expect("it is given back last")
}

impl<A: Actor> Deref for WriteAccess<A> {
    type Target = Core<A>;

    fn deref(&self) -> &Core<A> {
        self.core.as_ref().expect("it is given back last")
    }
}

impl<A: Actor> DerefMut for WriteAccess<A> {
    fn deref_mut(&mut self) -> &mut Core<A> {
        only(&mut self.core)
    }
}

impl<A: Actor> Drop for WriteAccess<A> {
    #[inline]
    fn drop(&mut self) {
        if self.core.is_some() {
            self.give_back_unasked();
        }
    }
}

impl<'a, A: Actor> WriteTurn<'a, A> {
    /// A turn for code that does not await: an action or a hook of this name, for this connection if it is about one.
    pub(in crate::host) fn begin(
        access: &'a mut WriteAccess<A>,
        name: &'static str,
        caller: Option<Conn<A>>,
    ) -> Self {
        access.open(false);
        Self::opened(access, name, caller)
    }

    #[inline]
    fn opened(access: &'a mut WriteAccess<A>, name: &'static str, caller: Option<Conn<A>>) -> Self {
        access.ctx.begin_turn(caller);
        Self { access, name, has_ended: false }
    }

    /// The same for code that may await.
    pub(in crate::host) fn begin_awaiting(
        access: &'a mut WriteAccess<A>,
        name: &'static str,
        caller: Option<Conn<A>>,
    ) -> Self {
        access.open_awaiting();
        Self::opened(access, name, caller)
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
    #[inline]
    pub(in crate::host) fn act(&mut self, action: ActionOf<A>) -> Result<ReplyOf<A>, Fault> {
        let (state, ctx) = self.access.parts();
        let run = || match action.info().mode {
            Mode::Read => state.dispatch_read(ctx, action),
            _ => state.dispatch_write(ctx, action),
        };
        ctx.cell().guard(self.name).run(run)
    }

    /// Runs an action that may await, for the calls of this chain.
    #[inline]
    pub(in crate::host) fn act_async<'t>(
        &'t mut self,
        action: ActionOf<A>,
        before: Chain,
        span: Option<&'t Span>,
    ) -> impl Future<Output = Result<ReplyOf<A>, Fault>> {
        let (state, ctx) = self.access.parts();
        let cell = ctx.cell();
        let link = cell.link(before, self.name, None);
        let writing = state.dispatch_write_async(ctx, action);
        cell.guard(self.name).run_action(span, link.scope(writing))
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
                cell.guard(self.name).run_action(None, link.scope(reading)).await
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
        cell.guard(self.name).run_hook(limit, link.scope(code(state, ctx))).await
    }

    /// Runs a piece of code that guards itself, and answers for itself.
    pub(in crate::host) fn run_piece(&mut self, code: TurnCode<A>) -> Result<(), Fault> {
        code(Ok(self.access.state_mut()))
    }

    /// Fails if the state as it is now cannot be saved, whatever the store says.
    pub(in crate::host) fn check_savable(&self) -> Result<(), Fault> {
        self.access.ctx.cell().saving().check(self.access)
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
        let mut end = cell.durable().end_unchanged(Aside::Unknown);
        grant_wish(&self.access.ctx, &mut end);
        drop(end);
        self.has_ended = true;
        self.save_if_due();
        result
    }

    /// The end of code of the host's own, which has not changed the state, but what is beside it.
    pub(in crate::host) fn end_aside(mut self) {
        self.end_unchanged(Aside::Changed);
        self.save_if_due();
    }

    /// The end of a turn that is not to be saved, whatever it did: no other follows it.
    pub(in crate::host) fn end_unsaved(mut self) {
        self.end_unchanged(Aside::Unchanged);
    }

    /// The end of a call, and its answer.
    #[inline]
    pub(in crate::host) fn answer<R: Respond<A>>(
        mut self,
        reply_to: R,
        result: Result<ReplyOf<A>, Fault>,
    ) -> R::Asked {
        let reply = match self.after_change(result) {
            Ok(reply) => reply,
            Err(fault) => {
                self.abort();
                return release(reply_to.ready(Err(fault)));
            }
        };
        let ready = reply_to.ready(Ok(reply));
        self.has_ended = true;
        let (cell, ctx) = (self.access.ctx.cell(), &self.access.ctx);
        let mut end = cell.durable().end_write();
        grant_wish(ctx, &mut end);
        let is_save_due = end.is_save_due();
        let asked = R::pass(ready, end);
        if is_save_due {
            cell.saving().now_or_in_time(self.access);
        }
        asked
    }

    fn commit<T>(&mut self, result: Result<T, Fault>) -> Result<T, Fault> {
        let result = self.after_change(result);
        if result.is_err() {
            self.abort();
            return result;
        }
        let ctx = &self.access.ctx;
        let mut end = ctx.cell().durable().end_write();
        grant_wish(ctx, &mut end);
        drop(end);
        self.has_ended = true;
        result
    }

    fn end_unchanged(&mut self, aside: Aside) {
        drop(self.access.ctx.cell().durable().end_unchanged(aside));
        self.has_ended = true;
    }

    /// The state is void from here on.
    fn abort(&mut self) {
        self.access.ctx.cell().saving().abort_turn();
        self.has_ended = true;
    }

    fn save_if_due(&self) {
        self.access.ctx.cell().saving().if_due(self.access);
    }

    /// What a turn ends with that may have changed the state: `#[on_state_change]` is part of it, if it has.
    #[inline]
    fn after_change<T>(&self, result: Result<T, Fault>) -> Result<T, Fault> {
        let value = result?;
        let (state, ctx) = (self.access.state(), &self.access.ctx);
        let cell = ctx.cell();
        if A::HOOKS.on_state_change.is_some() && (A::EPHEMERAL || cell.saving().sees_change(state)?) {
            cell.guard("on_state_change").run(|| state.on_state_change(ctx))?;
            if ActorCell::<A>::SEES_CHANGES {
                // What the hook itself has changed is a change of this turn, and not of the next one.
                cell.saving().sees_change(state)?;
            }
        }
        Ok(value)
    }
}

impl<A: Actor> Drop for WriteTurn<'_, A> {
    #[inline]
    fn drop(&mut self) {
        if !self.has_ended {
            // Its task was dropped half-way.
            self.abort();
        }
        self.access.ctx.end_turn();
    }
}
