//! An actor and its connections as gateways see them, whatever their type.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;

use super::{
    Cell, Guest, Handling, HangUp, HostedActor, HostedConn, Mail, cell::Posted, chain::Chain, line::Line,
};
use crate::{
    Actor, Body, ConnId, Fault, RawSocket,
    conn::Peer,
    meters::Outcome,
    outbox::Outbox,
    shown::shown,
    store::ActorRecord,
    wire::{Format, ToClient},
    wire_call::{decode_action, encode_reply},
};

impl<A: Actor> HostedActor for Cell<A> {
    fn record(&self) -> &ActorRecord {
        self.record()
    }

    fn call(
        self: Arc<Self>,
        action: String,
        format: Format,
        args: Bytes,
        guest: Guest,
    ) -> BoxFuture<'static, Result<Bytes, Fault>> {
        Box::pin(async move {
            let source = guest.source;
            let (cell, caller) = self.judged(guest).await?;
            let action = decode_action::<A>(&action, format, &args).inspect_err(|fault| {
                cell.kind.meters().refused(&action, Outcome::of_fault(fault));
            })?;
            let reply = cell.call_as(caller, source, action, Chain::default()).await?;
            encode_reply::<A>(format, &reply)
        })
    }

    fn connect(
        self: Arc<Self>,
        guest: Guest,
        outbox: Arc<Outbox>,
    ) -> BoxFuture<'static, Result<Arc<dyn HostedConn>, Fault>> {
        Box::pin(async move {
            outbox.count_in(Arc::clone(self.kind.losses()));
            let (cell, conn) = self.join(guest, Peer::Wire(Arc::clone(&outbox)), None).await?;
            Ok(Arc::new(WireConn { line: Line::new(&cell, conn), outbox }) as Arc<dyn HostedConn>)
        })
    }

    fn request(
        self: Arc<Self>,
        request: http::Request<Body>,
        guest: Guest,
    ) -> BoxFuture<'static, Result<http::Response<Body>, Fault>> {
        Box::pin(async move { self.raw_request(request, guest).await })
    }

    fn websocket(
        self: Arc<Self>,
        guest: Guest,
        socket: RawSocket,
    ) -> BoxFuture<'static, Result<HangUp, Fault>> {
        Box::pin(async move { self.raw_socket(guest, socket).await })
    }

    fn send(
        self: Arc<Self>,
        mail: Mail,
        guest: Guest,
    ) -> BoxFuture<'static, Result<Option<Handling>, Fault>> {
        Box::pin(self.take_mail(mail, guest))
    }

    fn works_off(self: Arc<Self>) -> BoxFuture<'static, ()> {
        Box::pin(async move { self.work_off().await })
    }

    fn rest(&self) {
        self.rest();
    }

    fn destroy(self: Arc<Self>) -> BoxFuture<'static, Result<(), Fault>> {
        Box::pin(self.destroyed())
    }
}

/// A connection of this actor that a gateway holds.
struct WireConn<A: Actor> {
    line: Arc<Line<A>>,
    outbox: Arc<Outbox>,
}

impl<A: Actor> HostedConn for WireConn<A> {
    fn id(&self) -> ConnId {
        self.line.conn().id()
    }

    fn subscribe(&self, event: &str, on: bool) -> bool {
        self.line.subscribe_by_name(event, on) == Posted::Taken
    }

    fn call(&self, id: u64, action: &str, args: &[u8]) -> bool {
        let conn = self.line.conn();
        let span = tracing::info_span!(target: "callboard::call", "call", call = id, conn = shown(conn.id()));
        let _in = span.enter();
        if let Err(fault) = conn.begin_call(args.len()) {
            // What is one too many is not even decoded.
            self.refuse(id, action, fault);
            return false;
        }
        match decode_action::<A>(action, self.outbox.encoding().format(), args) {
            Ok(action) => self.line.call(id, action, Some(args.len())) == Posted::Taken,
            Err(fault) => {
                conn.end_call(args.len());
                self.refuse(id, action, fault);
                true
            }
        }
    }

    fn hang_up(&self) {
        self.line.hang_up();
    }
}

impl<A: Actor> WireConn<A> {
    fn refuse(&self, id: u64, action: &str, fault: Fault) {
        self.line.meters().refused(action, Outcome::of_fault(&fault));
        self.outbox.send(&ToClient::Error { action_id: Some(id), fault, actor: None });
    }
}
