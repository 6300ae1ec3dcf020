//! The spans of what an actor does, and of what is done for it.

use crate::{
    ActionInfo, Actor, Conn, Contract,
    host::{
        ActorCell,
        turn::instrument::{CallInfo, CallInstrument},
    },
    util::{
        log::{self, Span},
        shown::shown,
    },
};

/// The spans of one actor.
pub(in crate::host) struct Spans<'a, A: Actor>(&'a ActorCell<A>);

impl<A: Actor> ActorCell<A> {
    pub(in crate::host) fn spans(&self) -> Spans<'_, A> {
        Spans(self)
    }

    /// Watches a call that reaches the actor now, from this connection if there is one.
    #[expect(
        clippy::inline_always,
        reason = "nothing that is inlined here is in the way of a call that nobody watches"
    )]
    #[inline(always)]
    pub(in crate::host) fn watch(
        &self,
        action: &'static ActionInfo,
        conn: Option<&Conn<A>>,
    ) -> CallInstrument {
        CallInstrument::begin(self.resources().meters(), action, || self.spans().who(conn))
    }
}

impl<'a, A: Actor> Spans<'a, A> {
    /// Who is called, and for whom.
    pub(in crate::host) fn who(&self, conn: Option<&Conn<A>>) -> CallInfo<'a> {
        let id = self.0.known_id();
        let conn = conn.filter(|conn| !conn.is_call()).map(Conn::id);
        CallInfo { actor: A::Contract::NAME, key: self.0.key(), id, conn, schedule: None }
    }

    /// The span that a hook runs in, or another handler that is no action.
    pub(in crate::host) fn hook(&self, hook: &'static str, conn: Option<&Conn<A>>) -> Span {
        let CallInfo { actor, key, id, conn, .. } = self.who(conn);
        log::info_span!(
            target: "callboard::hook",
            "hook",
            actor,
            key = shown(&key),
            actor_id = id.map(shown),
            hook,
            conn = conn.map(shown),
        )
    }

    /// The span of a message on its way to one of the actor's queues.
    pub(in crate::host) fn send(&self, queue: usize) -> Span {
        let CallInfo { actor, key, id, .. } = self.who(None);
        let queue = A::Contract::QUEUES[queue].name;
        log::info_span!(
            target: "callboard::queue",
            "send",
            actor,
            key = shown(&key),
            actor_id = id.map(shown),
            queue,
        )
    }

    /// The span that the start of the actor runs in: of whoever needs it first.
    pub(in crate::host) fn wake(&self) -> Span {
        log::info_span!(target: "callboard::actor", "wake", actor = A::Contract::NAME, key = shown(self.0.key()))
    }

    /// The span of what is said about a save. What the store says belongs to no call, for any number of them may have
    /// waited for it; what a turn hears of its own state, to that.
    pub(in crate::host) fn save(&self, parent: Option<tracing::Id>) -> Span {
        let CallInfo { actor, key, id, .. } = self.who(None);
        log::info_span!(
            target: "callboard::actor",
            parent: parent,
            "save",
            actor,
            key = shown(&key),
            actor_id = id.map(shown),
        )
    }
}
