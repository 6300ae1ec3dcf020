//! Which call the code of a task is part of.

use std::{
    cell::OnceCell,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use pin_project_lite::pin_project;

use super::call_chain::{Awaited, Chain, Link, Waiter};

scoped_tls::scoped_thread_local! {
    /// The call that the code is part of which runs on this thread: a pointer, however much the scope holds, so that a
    /// call which does not wait costs no move of it.
    static CURRENT: Scope
}

/// A call that runs, and the chain that it is the end of, which costs something only once it calls somebody itself.
struct Scope {
    link: Link,
    chain: OnceCell<Chain>,
    /// What work has of it that it waits for. Nobody else owns it, so that it ends with the call.
    waiter: OnceCell<Arc<Waiter>>,
}

pin_project! {
    /// Code that runs as part of a call, and is dropped as part of it.
    pub(in crate::host) struct Scoped<F> {
        scope: Scope,
        // `None` once it has ended.
        #[pin]
        code: Option<F>,
    }

    impl<F> PinnedDrop for Scoped<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if this.code.is_some() {
                CURRENT.set(this.scope, || this.code.set(None));
            }
        }
    }
}

impl<F: Future> Future for Scoped<F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<F::Output> {
        let mut this = self.project();
        // What it waits for is what it has looked at when it was last run.
        if let Some(waiter) = this.scope.waiter.get() {
            waiter.goes_on();
        }
        CURRENT.set(this.scope, || {
            let polled = this.code.as_mut().as_pin_mut().expect("it has not ended").poll(task);
            if polled.is_ready() {
                this.code.set(None);
            }
            polled
        })
    }
}

impl Chain {
    /// The chain of the code that asks.
    #[inline]
    pub(crate) fn current() -> Self {
        if is_in_call() { CURRENT.with(Scope::chain) } else { Self::default() }
    }
}

impl Link {
    /// Runs code as part of this call.
    #[inline]
    pub(in crate::host) fn scope<F: Future>(self, code: F) -> Scoped<F> {
        let scope = Scope { link: self, chain: OnceCell::new(), waiter: OnceCell::new() };
        Scoped { scope, code: Some(code) }
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
    CURRENT.is_set()
}

/// What the code of this task has of it that work is waited for with, if it is part of a call or of work itself.
fn waiter_here() -> Option<Arc<Waiter>> {
    is_in_call().then(|| CURRENT.with(|scope| Arc::clone(scope.waiter())))
}

#[cfg(test)]
mod tests {
    use std::{sync::OnceLock, task::Waker};

    use super::*;
    use crate::{ActorId, Key, host::turn::call_chain::Address};

    /// Says how many calls it is part of where it runs, and notes the same where it is dropped.
    struct Counts(Arc<OnceLock<usize>>);

    impl Future for Counts {
        type Output = usize;

        fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<usize> {
            Poll::Ready(Chain::current().len())
        }
    }

    impl Drop for Counts {
        fn drop(&mut self) {
            let _ = self.0.set(Chain::current().len());
        }
    }

    /// A call that those wait for which the code is part of.
    fn call() -> Link {
        let address = Address { name: "bell", key: Key::from("1") };
        Chain::current().with(ActorId::generate(), address, "ring", None)
    }

    #[test]
    fn code_is_part_of_its_call_where_it_runs_and_where_it_is_dropped() {
        let dropped = [(); 3].map(|()| Arc::<OnceLock<usize>>::default());
        let counts = dropped.clone().map(Counts);
        let mut run = Box::pin(call().scope(async move {
            let [ends, never_runs, waits] = counts;
            assert_eq!(call().scope(ends).await, 2);
            assert_eq!(Chain::current().len(), 1, "that of the outer call again");
            drop(call().scope(never_runs));
            std::future::pending::<()>().await;
            drop(waits);
        }));
        assert!(run.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        assert!(!is_in_call(), "beside the code there is none");
        drop(run);
        assert_eq!(dropped.map(|count| count.get().copied()), [Some(2), Some(2), Some(1)]);
    }
}
