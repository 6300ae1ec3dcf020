//! Which call the code of a task is part of.

use std::{
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll},
};

use pin_project_lite::pin_project;

use super::call_chain::{Awaited, Chain, Link, Waiter};

tokio::task_local! {
    /// The call that the code of this task is part of.
    static CURRENT: Scope;
}

/// A call that runs, and the chain that it is the end of, which costs something only once it calls somebody itself.
struct Scope {
    link: Link,
    chain: OnceLock<Chain>,
    /// What work has of it that it waits for. Nobody else owns it, so that it ends with the call.
    waiter: OnceLock<Arc<Waiter>>,
}

impl Chain {
    /// The chain of the code that asks.
    #[inline]
    pub(crate) fn current() -> Self {
        CURRENT.try_with(Scope::chain).unwrap_or_default()
    }
}

impl Link {
    /// Runs code as part of this call.
    pub(in crate::host) fn scope<T>(self, code: impl Future<Output = T>) -> impl Future<Output = T> {
        let scope = Scope { link: self, chain: OnceLock::new(), waiter: OnceLock::new() };
        CURRENT.scope(scope, Counted { code })
    }
}

impl Awaited {
    /// The code of this task looks whether the work has ended, which it has not.
    pub(crate) fn wait_here(self: &Arc<Self>, task: &Context<'_>) {
        match waiter_here() {
            Some(waiter) => self.wait(&waiter, task),
            None => self.end_wait(),
        }
    }
}

impl Scope {
    fn chain(&self) -> Chain {
        self.chain.get_or_init(|| self.link.clone().into()).clone()
    }

    fn waiter(&self) -> &Arc<Waiter> {
        self.waiter.get_or_init(|| Arc::new(Waiter::new(self.chain())))
    }
}

/// Whether the code of this task is part of a call or of work.
#[inline]
pub(in crate::host) fn is_in_call() -> bool {
    CURRENT.try_with(|_| ()).is_ok()
}

/// What the code of this task has of it that work is waited for with, if it is part of a call or of work itself.
fn waiter_here() -> Option<Arc<Waiter>> {
    CURRENT.try_with(|scope| Arc::clone(scope.waiter())).ok()
}

pin_project! {
    /// The code of a scope. What it waits for is what it has looked at when it was last run.
    struct Counted<F> {
        #[pin]
        code: F,
    }
}

impl<F: Future> Future for Counted<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<F::Output> {
        CURRENT.with(|scope| scope.waiter.get().map(|waiter| waiter.goes_on()));
        self.project().code.poll(task)
    }
}
