//! An actor's own code as it runs in a turn: guarded, and its events go out together.

use std::time::Duration;

use super::{
    catch::{guarded, guarded_action, guarded_hook},
    panics::Code,
};
use crate::{Actor, Contract, Fault, host::ActorCell, util::log::Span};

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
        self.cell.connections().broadcasts().corked(|| guarded(self.code, code))
    }

    /// Runs a hook, for this long at most. Its events go out together where it awaits.
    pub(in crate::host) fn run_hook<T>(
        self,
        limit: Duration,
        code: impl Future<Output = T>,
    ) -> impl Future<Output = Result<T, Fault>> {
        let broadcasts = self.cell.connections().broadcasts();
        broadcasts.corked_async(guarded_hook(self.code, limit, code))
    }

    /// The same with an action, in a span if there is one.
    pub(in crate::host) fn run_action<T>(
        self,
        span: Option<&'a Span>,
        code: impl Future<Output = T>,
    ) -> impl Future<Output = Result<T, Fault>> {
        let broadcasts = self.cell.connections().broadcasts();
        broadcasts.corked_async(guarded_action(self.code, span, A::OPTIONS.action_timeout, code))
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
