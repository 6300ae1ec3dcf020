//! Call chains: who waits for whom, so that a circle is an error at once and not a time-out.

use std::{any::Any, fmt, sync::Arc};

use crate::ActorId;

tokio::task_local! {
    /// The calls that the code of this task is part of.
    static CURRENT: Chain;
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

struct Link {
    actor: ActorId,
    /// The actor for people: `chatRoom/general`.
    address: Arc<str>,
    action: &'static str,
    /// The turn to read that the call holds; `None` for a call that has its actor to itself.
    reading: Option<Reading>,
    before: Chain,
}

impl Chain {
    /// The chain of the code that asks.
    pub(crate) fn current() -> Self {
        CURRENT.try_with(Clone::clone).unwrap_or_default()
    }

    /// The chain of what a call on `actor` does.
    pub(super) fn with(
        self,
        actor: ActorId,
        address: Arc<str>,
        action: &'static str,
        reading: Option<Reading>,
    ) -> Self {
        Self(Some(Arc::new(Link { actor, address, action, reading, before: self })))
    }

    /// Runs code as part of this chain.
    pub(super) async fn scope<T>(self, code: impl Future<Output = T>) -> T {
        CURRENT.scope(self, code).await
    }

    /// How a call of the chain holds this actor, if one does.
    pub(super) fn holds(&self, actor: ActorId) -> Option<Hold> {
        let link = self.links().find(|link| link.actor == actor)?;
        Some(link.reading.clone().map_or(Hold::Alone, Hold::Reading))
    }

    /// How many calls wait.
    pub(super) fn len(&self) -> usize {
        self.links().count()
    }

    fn links(&self) -> impl Iterator<Item = &Link> {
        std::iter::successors(self.0.as_deref(), |link| link.before.0.as_deref())
    }
}

impl fmt::Display for Chain {
    /// The first call first: `a/1.ping -> b/1.pong`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let calls: Vec<_> = self.links().map(|link| format!("{}.{}", link.address, link.action)).collect();
        let in_order: Vec<_> = calls.into_iter().rev().collect();
        f.write_str(&in_order.join(" -> "))
    }
}
