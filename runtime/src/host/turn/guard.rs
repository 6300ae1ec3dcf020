//! An actor's own code as it runs in a turn: guarded, and its events go out together.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use pin_project_lite::pin_project;

use super::{
    catch::{guarded, guarded_action, guarded_hook},
    panics::Code,
};
use crate::{
    Actor, Contract, Fault,
    delivery::turn_id::TurnScope,
    host::{ActorCell, connections::broadcast_buffer::BroadcastBuffer},
    util::log::Span,
};

/// A piece of an actor's code that is about to run.
pub(in crate::host) struct Guard<'a, A: Actor> {
    cell: &'a ActorCell<A>,
    code: Code<'a>,
}

impl<A: Actor> ActorCell<A> {
    /// For an action or a hook of this name.
    #[inline]
    pub(in crate::host) fn guard(&self, name: &'static str) -> Guard<'_, A> {
        let code = Code { panics: self.shared().panics(), name: (A::Contract::NAME, name) };
        Guard { cell: self, code }
    }
}

impl<'a, A: Actor> Guard<'a, A> {
    /// Runs code that does not await.
    #[inline]
    pub(in crate::host) fn run<T>(self, code: impl FnOnce() -> T) -> Result<T, Fault> {
        let Self { cell, code: what } = self;
        BroadcastBuffer::corked_in(broadcasts(cell), &mut TurnScope::Unnamed, || guarded(what, code))
    }

    /// Runs a hook, for this long at most. Its events go out together where it awaits.
    pub(in crate::host) fn run_hook<T>(
        self,
        limit: Duration,
        code: impl Future<Output = T>,
    ) -> impl Future<Output = Result<T, Fault>> {
        Corked::of(self.cell, guarded_hook(self.code, limit, code))
    }

    /// The same with an action, in a span if there is one.
    #[inline]
    pub(in crate::host) fn run_action<T>(
        self,
        span: Option<&'a Span>,
        code: impl Future<Output = T>,
    ) -> impl Future<Output = Result<T, Fault>> {
        Corked::of(self.cell, guarded_action(self.code, span, A::OPTIONS.action_timeout, code))
    }

    /// Runs a hook whose events go out as they are sent.
    pub(in crate::host) fn run_uncorked<T>(
        self,
        limit: Duration,
        code: impl Future<Output = T>,
    ) -> impl Future<Output = Result<T, Fault>> {
        guarded_hook(self.code, limit, code)
    }
}

pin_project! {
    /// A turn that awaits. Its events leave wherever it does and at its end. No `async` block, which would hold it twice.
    struct Corked<'a, A: Actor, F> {
        cell: &'a ActorCell<A>,
        scope: TurnScope,
        #[pin]
        turn: F,
    }
}

impl<'a, A: Actor, F> Corked<'a, A, F> {
    #[inline]
    fn of(cell: &'a ActorCell<A>, turn: F) -> Self {
        Self { cell, scope: TurnScope::Unnamed, turn }
    }
}

impl<A: Actor, F: Future> Future for Corked<'_, A, F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        BroadcastBuffer::corked_poll(broadcasts(this.cell), this.scope, || this.turn.poll(task))
    }
}

/// An actor that never had a connection has nothing to send together.
#[inline]
fn broadcasts<A: Actor>(cell: &ActorCell<A>) -> Option<&BroadcastBuffer<A>> {
    cell.known_connections().map(|connections| &**connections.broadcasts())
}
