//! Subscriptions that the actor is asked about.

use std::sync::Arc;

use super::{Cell, hooks::Hook};
use crate::{Actor, Conn, Mode, subscriptions::Asked};

impl<A: Actor> Cell<A> {
    /// `#[on_subscribe]`, and the subscription if it says so.
    pub(super) async fn take_subscribe(self: &Arc<Self>, conn: Conn<A>, asked: Asked) {
        if !conn.still_asks(asked) {
            return;
        }
        let verdict = match (conn.check_subscriptions(asked.index), asks_about::<A>(asked.index)) {
            (Ok(()), Some(mode)) => {
                let hook = Hook::short("on_subscribe", mode);
                let run = self.run_hook(hook, Some(conn.clone()), async |actor, ctx| {
                    actor.on_subscribe(ctx, &conn, asked.index).await
                });
                run.await
            }
            (verdict, _) => verdict,
        };
        conn.settle(asked, verdict);
    }
}

/// How the hook borrows that is asked about the event at this place of the table, if there is one.
pub(super) fn asks_about<A: Actor>(index: usize) -> Option<Mode> {
    A::HOOKS.on_subscribe.iter().find(|(event, _)| *event == index).map(|(_, mode)| *mode)
}
