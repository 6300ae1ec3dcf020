//! Call chains: who waits for whom, so that a circle is an error at once and not a time-out.

use std::{
    any::Any,
    convert::Infallible,
    fmt,
    future::poll_fn,
    sync::{Arc, OnceLock},
    task::Poll,
};

use futures_util::{FutureExt as _, future::try_join};

use super::awaited::{Awaited, Waiter};
use crate::ActorId;

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

/// The calls that wait for a call, the latest first. Calls that actors make to each other in this process carry it.
#[derive(Clone, Default)]
pub(crate) struct Chain(Option<Arc<Link>>);

/// A turn to read, whatever its actor's type.
pub(in crate::host) type Reading = Arc<dyn Any + Send + Sync>;

/// How a call holds an actor.
pub(in crate::host) enum Hold {
    /// It has the actor to itself.
    Alone,
    /// It reads beside others, in this turn.
    Reading(Reading),
}

/// What code has of its actor.
#[derive(Clone)]
enum Held {
    /// It has the actor to itself.
    Alone,
    /// It reads beside others, in this turn.
    Reading(Reading),
    /// No turn: it is work beside those, which the actor waits for before it ends. A chain that has such a link begins
    /// with it, unless somebody waits for the work.
    Beside(Arc<Awaited>),
}

/// A call, and those that wait for it.
#[derive(Clone)]
pub(in crate::host) struct Link {
    actor: ActorId,
    /// The actor for people: `chatRoom/general`.
    address: Arc<str>,
    action: &'static str,
    held: Held,
    before: Chain,
}

impl Chain {
    /// The chain of the code that asks.
    pub(crate) fn current() -> Self {
        CURRENT.try_with(Scope::chain).unwrap_or_default()
    }

    /// What a call on `actor` does.
    pub(in crate::host) fn with(
        self,
        actor: ActorId,
        address: Arc<str>,
        action: &'static str,
        reading: Option<Reading>,
    ) -> Link {
        let held = reading.map_or(Held::Alone, Held::Reading);
        Link { actor, address, action, held, before: self }
    }

    /// What work beside the turns of `actor` does.
    pub(in crate::host) fn beside(
        actor: ActorId,
        address: Arc<str>,
        action: &'static str,
        work: Arc<Awaited>,
    ) -> Link {
        Link { actor, address, action, held: Held::Beside(work), before: Self::default() }
    }

    /// How a call of the chain holds this actor, if one does.
    pub(in crate::host) fn holds(&self, actor: ActorId) -> Option<Hold> {
        self.links().find_map(|link| link.holds(actor))
    }

    /// The same with the calls that wait for its work, as far as that can be told now; and through which work.
    pub(in crate::host) fn holds_through_work(&self, actor: ActorId) -> Option<(Hold, Vec<Arc<Awaited>>)> {
        self.find(|link| link.holds(actor))
    }

    /// Whether this actor waits for one of the chain before it ends: for a call that has a turn, or for work.
    pub(in crate::host) fn is_part_of(&self, actor: ActorId) -> bool {
        self.links().any(|link| link.actor == actor)
    }

    /// Whether nobody waits.
    #[inline]
    pub(in crate::host) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// How many calls wait.
    pub(in crate::host) fn len(&self) -> usize {
        self.links().count()
    }

    /// The work that it begins with.
    pub(in crate::host) fn work(&self) -> Option<&Arc<Awaited>> {
        match &self.links().last()?.held {
            Held::Beside(work) => Some(work),
            Held::Alone | Held::Reading(_) => None,
        }
    }

    /// The first thing that is found in its links, and in those of whoever waits for its work now; and the work between.
    fn find<T>(&self, mut find: impl FnMut(&Link) -> Option<T>) -> Option<(T, Vec<Arc<Awaited>>)> {
        let mut works: Vec<Arc<Awaited>> = Vec::new();
        let mut chain = self.clone();
        loop {
            if let Some(found) = chain.links().find_map(&mut find) {
                return Some((found, works));
            }
            let work = Arc::clone(chain.work()?);
            // Pieces of work can wait for each other.
            if works.iter().any(|seen| Arc::ptr_eq(seen, &work)) {
                return None;
            }
            chain = work.waiter()?;
            works.push(work);
        }
    }

    fn links(&self) -> impl Iterator<Item = &Link> {
        self.0.iter().flat_map(|link| link.chain())
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
pub(in crate::host) fn waiter_here() -> Option<Arc<Waiter>> {
    CURRENT.try_with(|scope| Arc::clone(scope.waiter())).ok()
}

/// Runs the code of a scope. What it waits for is what it has looked at when it was last run.
fn counted<T>(code: impl Future<Output = T>) -> impl Future<Output = T> {
    let count = poll_fn(|_| {
        CURRENT.with(|scope| scope.waiter.get().map(|waiter| waiter.goes_on()));
        Poll::<Result<Infallible, T>>::Pending
    });
    // Polls one after the other, and ends when the code does. An `async` block would hold the code twice.
    try_join(count, code.map(Err::<Infallible, T>)).map(|ended| match ended {
        Err(result) => result,
    })
}

impl Link {
    fn chain(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |link| link.before.0.as_deref())
    }

    fn holds(&self, actor: ActorId) -> Option<Hold> {
        match &self.held {
            _ if self.actor != actor => None,
            Held::Alone => Some(Hold::Alone),
            Held::Reading(turn) => Some(Hold::Reading(Arc::clone(turn))),
            Held::Beside(_) => None,
        }
    }

    /// Runs code as part of this call.
    pub(in crate::host) fn scope<T>(self, code: impl Future<Output = T>) -> impl Future<Output = T> {
        let scope = Scope { link: self, chain: OnceLock::new(), waiter: OnceLock::new() };
        CURRENT.scope(scope, counted(code))
    }
}

impl From<Link> for Chain {
    fn from(link: Link) -> Self {
        Self(Some(Arc::new(link)))
    }
}

impl fmt::Display for Link {
    /// The first call first: `a/1.ping -> b/1.pong`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |link: &Self| format!("{}.{}", link.address, link.action);
        let mut calls = vec![name(self)];
        self.before.find(|link| {
            calls.push(name(link));
            None::<()>
        });
        calls.reverse();
        f.write_str(&calls.join(" -> "))
    }
}
