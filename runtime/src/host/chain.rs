//! Call chains: who waits for whom, so that a circle is an error at once and not a time-out.

use std::{
    any::Any,
    fmt,
    sync::{Arc, OnceLock},
};

use crate::ActorId;

tokio::task_local! {
    /// The call that the code of this task is part of.
    static CURRENT: Scope;
}

/// A call that runs, and the chain that it is the end of, which costs something only once it calls somebody itself.
struct Scope {
    link: Link,
    chain: OnceLock<Chain>,
}

/// The calls that wait for a call, the latest first. Calls that actors make to each other in this process carry it.
#[derive(Clone, Default)]
pub(crate) struct Chain(Option<Arc<Link>>);

/// A turn to read, whatever its actor's type.
pub(super) type Reading = Arc<dyn Any + Send + Sync>;

/// How a call holds an actor.
pub(super) enum Hold {
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
    /// No turn: it is work beside those, which the actor waits for before it ends.
    Beside,
}

/// A call, and those that wait for it.
#[derive(Clone)]
pub(super) struct Link {
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
    pub(super) fn with(
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
    pub(super) fn beside(actor: ActorId, address: Arc<str>, action: &'static str) -> Link {
        Link { actor, address, action, held: Held::Beside, before: Self::default() }
    }

    /// How a call of the chain holds this actor, if one does.
    pub(super) fn holds(&self, actor: ActorId) -> Option<Hold> {
        self.links().filter(|link| link.actor == actor).find_map(|link| match &link.held {
            Held::Alone => Some(Hold::Alone),
            Held::Reading(turn) => Some(Hold::Reading(Arc::clone(turn))),
            Held::Beside => None,
        })
    }

    /// Whether this actor waits for one of the chain before it ends: for a call that has a turn, or for work.
    pub(super) fn is_part_of(&self, actor: ActorId) -> bool {
        self.links().any(|link| link.actor == actor)
    }

    /// How many calls wait.
    pub(super) fn len(&self) -> usize {
        self.links().count()
    }

    fn links(&self) -> impl Iterator<Item = &Link> {
        self.0.iter().flat_map(|link| link.chain())
    }
}

impl Scope {
    fn chain(&self) -> Chain {
        self.chain.get_or_init(|| self.link.clone().into()).clone()
    }
}

impl Link {
    fn chain(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |link| link.before.0.as_deref())
    }

    /// Runs code as part of this call.
    pub(super) fn scope<T>(self, code: impl Future<Output = T>) -> impl Future<Output = T> {
        CURRENT.scope(Scope { link: self, chain: OnceLock::new() }, code)
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
        let calls: Vec<_> = self.chain().map(|link| format!("{}.{}", link.address, link.action)).collect();
        let in_order: Vec<_> = calls.into_iter().rev().collect();
        f.write_str(&in_order.join(" -> "))
    }
}
