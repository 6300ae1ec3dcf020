//! Raw sockets: their handler, and their end.

use std::{sync::Arc, time::Duration};

use super::{catch::guarded_hook, panics::Code};
use crate::{
    Actor, Conn, Contract, Ctx, RawSocket,
    delivery::outbox::Close,
    error::faults,
    host::{
        ActorCell,
        cell::{keep_alive::KeepAliveGuard, lifecycle::Phase},
        connections::route::ActorRoute,
    },
    util::log::Instrument as _,
};

/// How long the handler of a socket may go on when its actor does not.
const SOCKET_END: Duration = Duration::from_secs(5);

/// Runs the handler of a socket, which keeps the actor awake.
pub(in crate::host) fn start_socket<A: Actor>(cell: &Arc<ActorCell<A>>, conn: Conn<A>, socket: RawSocket) {
    let outcome = socket.outcome();
    let span = cell.spans().hook("on_websocket", Some(&conn));
    let ctx = Ctx::of_turn(Arc::clone(cell), Some(conn));
    let (broadcasts, shared) = (Arc::clone(cell.connections().broadcasts()), Arc::clone(cell.shared()));
    let (kept, ours) = (KeepAliveGuard::new(Arc::clone(cell)), Arc::clone(cell));
    let run = async move {
        let over = async {
            ours.lifecycle().reached(Phase::Closing).await;
            // The socket is closed; its handler has seen that, or will.
            tokio::time::sleep(SOCKET_END).await;
        };
        let what = Code { panics: shared.panics(), name: (<A::Contract as Contract>::NAME, "on_websocket") };
        let handling = broadcasts.corked_beside(guarded_hook(what, Duration::MAX, A::websocket(ctx, socket)));
        let ended = tokio::select! {
            ended = handling => ended.and_then(|ended| ended),
            () = over => Err(faults::service_unavailable()),
        };
        if let (Err(fault), Some(outcome)) = (ended, outcome) {
            outcome.failed(Close::of_fault(&fault));
        }
        drop(kept);
    };
    cell.keep_alive().spawn_unit_work(run.instrument(span));
}

/// The end of a raw socket at its actor, which is told when this is dropped.
pub(in crate::host) struct RawLine<A: Actor>(Arc<ActorRoute<A>>);

impl<A: Actor> RawLine<A> {
    pub(in crate::host) fn new(cell: &Arc<ActorCell<A>>, conn: Conn<A>) -> Self {
        Self(ActorRoute::new(cell, conn))
    }
}

impl<A: Actor> Drop for RawLine<A> {
    fn drop(&mut self) {
        self.0.hang_up();
    }
}
