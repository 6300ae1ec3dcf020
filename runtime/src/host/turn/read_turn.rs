//! Turns to read: they share the state with each other, and with nobody who changes it.
//!
//! Two things are bounded. How many reads of one connection, and of one address, are *under way* is bounded by `Limits`, so
//! that whoever wants to write waits for few of them. How many are *on their way to a thread* is bounded by what the machine
//! has of these: tokio runs tasks in the order spawned, whoever they are for, and a thousand reads that were spawned at once
//! would run before anything that others want. Beyond that, the actor's task runs the beginning of a read itself.
//!
//! A read that awaits is shared by the reads that it calls: one that comes back to the actor runs in the same turn, which its
//! call chain has (`call_chain.rs`). So the turn ends when the last of them lets go of it.

use std::{
    future::poll_fn,
    sync::{Arc, LazyLock, atomic::Ordering},
    thread::available_parallelism,
    time::Duration,
};

use super::{
    begin::begin,
    call::{Call, ReplyTo, Respond},
    call_chain::{Chain, Reading},
    wish::grant_wish,
};
use crate::{
    Action as _, Actor, Conn, Ctx, Fault,
    actor::{ActionOf, ReplyOf},
    host::{
        ActorCell, Flow, Source,
        cell::{Core, keep_alive::KeepAliveGuard},
    },
    util::{log::Span, task},
};

/// A turn to read, as long as it lives.
pub(in crate::host) struct ReadTurn<A: Actor> {
    cell: Arc<ActorCell<A>>,
    /// `None` once it is given back.
    core: Option<Arc<Core<A>>>,
}

impl<A: Actor> Drop for ReadTurn<A> {
    fn drop(&mut self) {
        if let Some(core) = self.core.take() {
            self.cell.mailbox().end_read(core);
        }
    }
}

/// How many reads may be on their way to a thread.
static THREADS: LazyLock<u32> = LazyLock::new(|| {
    available_parallelism().ok().and_then(|count| u32::try_from(count.get()).ok()).unwrap_or(1)
});

impl<A: Actor> ReadTurn<A> {
    pub(in crate::host) fn new(cell: Arc<ActorCell<A>>, core: Arc<Core<A>>) -> Self {
        Self { cell, core: Some(core) }
    }

    pub(super) fn state(&self) -> &A {
        self.core().state()
    }

    pub(super) fn core(&self) -> &Core<A> {
        self.core.as_deref().expect("it is given back last")
    }

    /// Runs a call that does not await.
    pub(super) fn run<R: Respond<A>>(&self, call: Call<A, R>) -> R::Asked {
        match call.span() {
            None => self.run_now(call),
            Some(span) => span.in_scope(|| self.run_now(call)),
        }
    }

    fn run_now<R: Respond<A>>(&self, call: Call<A, R>) -> R::Asked {
        let ctx = Ctx::of_turn(Arc::clone(&self.cell), call.caller);
        run_read(self.state(), &ctx, call.action, call.reply_to)
    }

    /// Runs a call that may await.
    pub(in crate::host) async fn run_async<R: Respond<A>>(self: Arc<Self>, call: Call<A, R>) -> R::Asked {
        let cell = &self.cell;
        let span = call.span();
        let name = call.action.info().name;
        let link = cell.link(call.chain.clone(), name, Some(Arc::clone(&self) as Reading));
        let ctx = Ctx::of_turn(Arc::clone(cell), call.caller);
        let reading = self.state().dispatch_read_async(&ctx, call.action);
        let result = cell.guard(name).run_action(span.as_ref(), link.scope(reading)).await;
        let _in = span.as_ref().map(Span::enter);
        answer_read(&ctx, call.reply_to, result)
    }

    /// Reads beside other reads, with a turn that holds off whoever wants to write: on a task of its own, from where it waits
    /// for the first time at the latest.
    pub(in crate::host) fn spawn(self: Arc<Self>, call: Call<A>, under_way: UnderWay<A>) {
        let cell = Arc::clone(&self.cell);
        let read = async move {
            self.run_async(call).await;
            drop(under_way);
        };
        let Some(starting) = StartingRead::begin(&cell) else {
            return begin::<A, ReplyTo<A>>(&cell, read, || ());
        };
        let kept = KeepAliveGuard::for_call(Arc::clone(&cell));
        let (mut read, mut starting) = (Box::pin(read), Some(starting));
        task::spawn_in(cell.shared().tasks(), async move {
            poll_fn(|cx| {
                let polled = read.as_mut().poll(cx);
                starting = None;
                polled
            })
            .await;
            drop(kept);
        });
    }

    /// Runs a hook of this name, for this connection if it is about one.
    pub(super) async fn run_hook<T>(
        self: &Arc<Self>,
        name: &'static str,
        limit: Duration,
        conn: Option<Conn<A>>,
        code: impl AsyncFnOnce(&A, &Ctx<A>) -> T,
    ) -> Result<T, Fault> {
        let cell = &self.cell;
        let link = cell.link(Chain::default(), name, Some(Arc::clone(self) as Reading));
        let ctx = Ctx::of_turn(Arc::clone(cell), conn);
        cell.guard(name).run_hook(limit, link.scope(code(self.state(), &ctx))).await
    }
}

/// Runs an action that reads and does not await, with the state of whoever has a turn.
#[inline]
pub(super) fn run_read<A: Actor, R: Respond<A>>(
    state: &A,
    ctx: &Ctx<A>,
    action: ActionOf<A>,
    reply_to: R,
) -> R::Asked {
    let guard = ctx.cell().guard(action.info().name);
    let result = guard.run(|| state.dispatch_read(ctx, action));
    answer_read(ctx, reply_to, result)
}

/// The end of a call that reads, and its answer.
#[inline]
fn answer_read<A: Actor, R: Respond<A>>(
    ctx: &Ctx<A>,
    reply_to: R,
    result: Result<ReplyOf<A>, Fault>,
) -> R::Asked {
    let succeeded = result.is_ok();
    let ready = reply_to.ready(result);
    let mut end = ctx.cell().durable().end_read();
    if succeeded {
        grant_wish(ctx, &mut end);
    }
    R::pass(ready, end)
}

/// A read that is under way, as long as it lives.
pub(in crate::host) struct UnderWay<A: Actor>(Option<(Arc<ActorCell<A>>, Flow)>);

impl<A: Actor> UnderWay<A> {
    /// One that has its turn.
    pub(in crate::host) fn begin(cell: &Arc<ActorCell<A>>, flow: Flow) -> Self {
        Self::if_counted(cell, flow, true).unwrap_or(Self(None))
    }

    /// One that runs past the mailbox, unless it is one too many.
    pub(in crate::host) fn try_begin(cell: &Arc<ActorCell<A>>, flow: Flow) -> Option<Self> {
        Self::if_counted(cell, flow, false)
    }

    /// One beside a turn that its chain has already.
    pub(in crate::host) fn uncounted() -> Self {
        Self(None)
    }

    fn if_counted(cell: &Arc<ActorCell<A>>, flow: Flow, has_turn: bool) -> Option<Self> {
        if flow.source == Source::Process {
            return Some(Self(None));
        }
        cell.mailbox().begin_flow_read(flow, has_turn).then(|| Self(Some((Arc::clone(cell), flow))))
    }
}

impl<A: Actor> Drop for UnderWay<A> {
    fn drop(&mut self) {
        if let Some((cell, flow)) = self.0.take() {
            cell.mailbox().end_flow_read(flow);
        }
    }
}

/// A read that is on its way to a thread, as long as it lives.
struct StartingRead<A: Actor>(Arc<ActorCell<A>>);

impl<A: Actor> StartingRead<A> {
    fn begin(cell: &Arc<ActorCell<A>>) -> Option<Self> {
        let before = cell.keep_alive().starting_reads().fetch_add(1, Ordering::Relaxed);
        let this = Self(Arc::clone(cell));
        (before < *THREADS).then_some(this)
    }
}

impl<A: Actor> Drop for StartingRead<A> {
    fn drop(&mut self) {
        self.0.keep_alive().starting_reads().fetch_sub(1, Ordering::Relaxed);
    }
}
