//! Subscriptions that the actor is asked about.

use std::sync::Arc;

use super::asking::{Asking, asks_about};
use crate::{
    Actor,
    host::{ActorCell, turn::hooks::Hook},
};

impl<A: Actor> Asking<A> {
    /// Its turn: `#[on_subscribe]`, and the subscription if that says so.
    pub(in crate::host) async fn take(self, cell: &Arc<ActorCell<A>>) {
        let (conn, asked) = (self.conn(), self.asked());
        if !conn.still_asks(asked) {
            return;
        }
        let verdict = match (conn.check_subscriptions(asked.index), asks_about::<A>(asked.index)) {
            (Ok(()), Some(mode)) => {
                let hook = Hook::short("on_subscribe", mode);
                let run = hook.run(cell, Some(conn.clone()), async |actor, ctx| {
                    actor.on_subscribe(ctx, conn, asked.index).await
                });
                run.await
            }
            (verdict, _) => verdict,
        };
        self.end(verdict);
    }
}
