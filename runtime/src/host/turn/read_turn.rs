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
    call::{Call, ReplyTo, Respond},
    call_chain::{Chain, Reading},
    catch::guarded,
};
use crate::{
    Action as _, Actor, Conn, Ctx, Fault,
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
static THREADS: LazyLock<usize> = LazyLock::new(|| available_parallelism().map_or(1, usize::from));

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
        let cell = &self.cell;
        let ctx = cell.ctx(call.caller);
        let code = cell.code(call.action.info().name);
        let result = cell.corked(|| guarded(code, || self.state().dispatch_read(&ctx, call.action)));
        cell.finish_read(&ctx, call.reply_to, result)
    }

    /// Runs a call that may await.
    pub(in crate::host) async fn run_async<R: Respond<A>>(self: Arc<Self>, call: Call<A, R>) -> R::Asked {
        let cell = &self.cell;
        let span = call.span();
        let link = cell.link_of(&call, Some(Arc::clone(&self) as Reading));
        let ctx = cell.ctx(call.caller);
        let name = call.action.info().name;
        let reading = self.state().dispatch_read_async(&ctx, call.action);
        let limit = A::OPTIONS.action_timeout;
        let result = cell.guarded_in(name, span.as_ref(), limit, link.scope(reading)).await;
        let _in = span.as_ref().map(Span::enter);
        cell.finish_read(&ctx, call.reply_to, result)
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
        let ctx = cell.ctx(conn);
        cell.guarded(name, limit, link.scope(code(self.state(), &ctx))).await
    }
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
struct Starting<A: Actor>(Arc<ActorCell<A>>);

impl<A: Actor> Starting<A> {
    fn begin(cell: &Arc<ActorCell<A>>) -> Option<Self> {
        let before = cell.starting_reads().fetch_add(1, Ordering::Relaxed);
        let this = Self(Arc::clone(cell));
        (before < *THREADS).then_some(this)
    }
}

impl<A: Actor> Drop for Starting<A> {
    fn drop(&mut self) {
        self.0.starting_reads().fetch_sub(1, Ordering::Relaxed);
    }
}

impl<A: Actor> ActorCell<A> {
    /// Reads beside other reads, with a turn that holds off whoever wants to write: on a task of its own, from where it waits
    /// for the first time at the latest.
    pub(in crate::host) fn spawn_read(
        self: &Arc<Self>,
        turn: Arc<ReadTurn<A>>,
        call: Call<A>,
        under_way: UnderWay<A>,
    ) {
        let read = async move {
            turn.run_async(call).await;
            drop(under_way);
        };
        let Some(starting) = Starting::begin(self) else { return self.begin::<ReplyTo<A>>(read, || ()) };
        let kept = KeepAliveGuard::for_call(Arc::clone(self));
        let (mut read, mut starting) = (Box::pin(read), Some(starting));
        task::spawn_in(self.shared().tasks(), async move {
            poll_fn(|cx| {
                let polled = read.as_mut().poll(cx);
                starting = None;
                polled
            })
            .await;
            drop(kept);
        });
    }
}
