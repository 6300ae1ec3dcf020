//! A connection as its gateway holds it.

use std::sync::Arc;

use super::{read_batch::ReadBatch, route::ActorRoute};
use crate::{
    Actor, Conn, ConnId, Fault,
    delivery::outbox::Outbox,
    host::{ActorCell, HostedConn, cell::sender::Posted, turn::decode::decode_call},
    meters::Outcome,
    util::{log, shown::shown},
    wire::{EncodedArgs, ToClient},
};

/// A connection of this actor that a gateway holds.
pub(in crate::host) struct WireConn<A: Actor> {
    route: Arc<ActorRoute<A>>,
    outbox: Arc<Outbox>,
}

impl<A: Actor> WireConn<A> {
    /// A connection as its gateway holds it.
    pub(in crate::host) fn shared(
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

    fn call(&self, id: u64, action: &str, args: &EncodedArgs<'_>) -> bool {
        let conn = self.route.conn();
        let span = log::info_span!(target: "callboard::call", "call", call = id, conn = shown(conn.id()));
        let _in = span.enter();
        let bytes = args.as_bytes().len();
        if let Err(fault) = conn.begin_call(bytes) {
            // What is one too many is not even decoded.
            self.refuse(id, action, fault);
            return false;
        }
        match decode_call::<A>(action, args) {
            Ok(action) => self.route.call(id, action, Some(bytes)) == Posted::Taken,
            Err(fault) => {
                conn.end_call(bytes);
                self.refuse(id, action, fault);
                true
            }
        }
    }

    fn begin_batch(&self) -> Option<ReadBatch> {
        self.route.conn().begin_batch()
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
