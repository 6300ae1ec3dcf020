//! An actor and its connections as gateways see them, whatever their type.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::{
    ActorCell, HostedActor, HostedConn,
    cell::{Posted, destroy::destroyed},
    connections::route::ActorRoute,
    turn::decode::decode_call,
};
use crate::{
    Actor, Conn, ConnId, Fault,
    delivery::outbox::Outbox,
    meters::Outcome,
    store::ActorRecord,
    util::{log, shown::shown},
    wire::ToClient,
};

impl<A: Actor> HostedActor for ActorCell<A> {
    fn record(&self) -> &ActorRecord {
        self.record()
    }

    fn works_off(self: Arc<Self>) -> BoxFuture<'static, ()> {
        Box::pin(async move { self.queues().work_off().await })
    }

    fn sleep_if_idle(&self) {
        self.evict();
    }

    fn destroy(self: Arc<Self>) -> BoxFuture<'static, Result<(), Fault>> {
        Box::pin(destroyed(self))
    }
}

/// A connection of this actor that a gateway holds.
pub(super) struct WireConn<A: Actor> {
    route: Arc<ActorRoute<A>>,
    outbox: Arc<Outbox>,
}

impl<A: Actor> WireConn<A> {
    /// A connection as its gateway holds it.
    pub(super) fn shared(
        cell: &Arc<ActorCell<A>>,
        conn: Conn<A>,
        outbox: Arc<Outbox>,
    ) -> Arc<dyn HostedConn> {
        Arc::new(Self { route: ActorRoute::new(cell, conn), outbox })
    }
}

impl<A: Actor> HostedConn for WireConn<A> {
    fn id(&self) -> ConnId {
        self.route.conn().id()
    }

    fn subscribe(&self, event: &str, on: bool) -> bool {
        self.route.subscribe_by_name(event, on) == Posted::Taken
    }

    fn call(&self, id: u64, action: &str, args: &[u8]) -> bool {
        let conn = self.route.conn();
        let span = log::info_span!(target: "callboard::call", "call", call = id, conn = shown(conn.id()));
        let _in = span.enter();
        if let Err(fault) = conn.begin_call(args.len()) {
            // What is one too many is not even decoded.
            self.refuse(id, action, fault);
            return false;
        }
        match decode_call::<A>(action, self.outbox.encoding().format(), args) {
            Ok(action) => self.route.call(id, action, Some(args.len())) == Posted::Taken,
            Err(fault) => {
                conn.end_call(args.len());
                self.refuse(id, action, fault);
                true
            }
        }
    }

    fn hang_up(&self) {
        self.route.hang_up();
    }
}

impl<A: Actor> WireConn<A> {
    fn refuse(&self, id: u64, action: &str, fault: Fault) {
        self.route.meters().refused(action, Outcome::of_fault(&fault));
        self.outbox.send_message(&ToClient::Error { action_id: Some(id), fault, actor: None });
    }
}
