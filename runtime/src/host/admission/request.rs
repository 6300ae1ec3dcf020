//! Admission requests: how a caller that is to be judged comes to an actor, from the network or within this process.
//!
//! The form of `#[on_before_connect]` without `self` is asked first, on nobody's turn, and before anything is looked for.
//! An actor that has the form with `self` is asked in a turn of its own; where there is no such actor, one that is
//! provisional is (`provisional.rs`). Until that is done, the caller learns nothing of what there is: its answer
//! carries no actor, and says the same whether there is one.

use std::{marker::PhantomData, sync::Arc};

use bytes::Bytes;
use tokio::sync::oneshot;

use super::stranger;
use crate::{
    Actor, Body, Caller, Conn, Contract, Fault, Key, RawSocket,
    actor::conn::Peer,
    delivery::outbox::Outbox,
    error::{self, faults},
    host::{
        ActorCell, ActorType, AdmissionRequest, Answered, ConnectInfo, Connected, Denied, Entered,
        HandledFuture, HangUp, Lookup, WireEnqueue,
        cell::{Connect, Opened, input::decode_params},
        connections::{connect::join, wire_conn::WireConn},
        turn::{
            call_chain::Chain,
            catch::guarded_hook,
            decode::{decode_call, encode_reply},
            hooks::Hook,
            panics::Code,
            raw::RawRequests,
            raw_socket::RawLine,
        },
    },
    meters::Outcome,
    store::ActorRecord,
    util::{
        log::{self, Instrument as _, Span},
        shown::shown,
    },
    wire::{EncodedArgs, Format},
};

/// What somebody comes for.
pub(in crate::host) enum Errand<A: Actor> {
    /// What needs no connection, unless a hook makes one.
    Look,
    /// A call. Params make it a connection of that moment, as a hook does.
    Call,
    /// A connection, of a raw socket if there is one.
    Stay(Peer<A>, Option<RawSocket>),
}

/// An actor that somebody was let in to.
pub(in crate::host) struct LetIn<A: Actor> {
    pub(in crate::host) cell: Arc<ActorCell<A>>,
    /// What they are there; `None` if nothing has made a connection of them.
    pub(in crate::host) conn: Option<Conn<A>>,
    pub(in crate::host) created: bool,
}

impl<A: Actor> ActorType<A> {
    /// Lets somebody in, once they are judged.
    pub(in crate::host) async fn let_in(
        self: &Arc<Self>,
        admission: AdmissionRequest,
        errand: Errand<A>,
    ) -> Result<LetIn<A>, Denied> {
        let pass = self.ask(&admission.key, &admission.info).await.map_err(Denied::Rejected)?;
        if A::HOOKS.before_connect.is_some() && pass.is_none() {
            return self.let_in_by_actor(admission, errand).await;
        }
        let AdmissionRequest { key, id, lookup, info } = admission;
        let (cell, created) = self.awake(&key, &lookup).await.map_err(Denied::Unreached)?;
        if id.is_some_and(|id| id != cell.id()) {
            return Err(Denied::Unreached(faults::actor_not_found()));
        }
        let is_conn = pass.is_some() || (info.params.is_some() && matches!(errand, Errand::Call));
        let (peer, socket) = match errand {
            Errand::Stay(peer, socket) => (peer, socket),
            Errand::Look | Errand::Call if is_conn => (Peer::Call(PhantomData), None),
            Errand::Look | Errand::Call => return Ok(LetIn { cell, conn: None, created }),
        };
        let Opened { cell, conn, .. } = join(&cell, info, pass, peer, socket).await?;
        Ok(LetIn { cell, conn: Some(conn), created })
    }

    /// The same where the actor itself judges, one that is provisional if there is none.
    async fn let_in_by_actor(
        self: &Arc<Self>,
        admission: AdmissionRequest,
        errand: Errand<A>,
    ) -> Result<LetIn<A>, Denied> {
        let AdmissionRequest { key, id, lookup, info } = admission;
        let (peer, socket) = match errand {
            Errand::Stay(peer, socket) => (peer, socket),
            Errand::Look | Errand::Call => (Peer::Call(PhantomData), None),
        };
        let must_be_new = matches!(lookup, Lookup::Create { .. });
        let (opened, open) = oneshot::channel();
        let (maker, span) = (stranger::current(), Span::current());
        let connect = Connect { id, lookup, maker, info, pass: None, peer, socket, opened, span };
        self.route(&key, Box::new(connect)).await;
        let opened = open.await.unwrap_or_else(|_| Err(Denied::Rejected(faults::unanswered())))?;
        let Opened { cell, conn, created } = opened;
        if must_be_new && !created {
            return Err(Denied::Unreached(faults::duplicate_key(&key, cell.id())));
        }
        Ok(LetIn { cell, conn: Some(conn), created })
    }

    /// Asks the form of `#[on_before_connect]` without `self`, if there is one. `Some` is the state of the connection.
    pub(in crate::host) async fn ask(
        &self,
        key: &Key,
        info: &ConnectInfo,
    ) -> Result<Option<A::ConnState>, Fault> {
        if !A::HOOKS.before_connect_beside {
            return Ok(None);
        }
        let name = "on_before_connect";
        let span = log::info_span!(
            target: "callboard::hook",
            "hook",
            actor = A::Contract::NAME,
            key = shown(key),
            hook = name,
        );
        let params = decode_params(info.params.as_ref()).map_err(|error| faults::invalid_params(&error))?;
        let caller = Caller::new(self.name(), key.clone(), info.claims.clone());
        let asking = Box::pin(A::before_connect_beside(&caller, params));
        let code = Code { panics: self.shared().panics(), name: (A::Contract::NAME, name) };
        guarded_hook(code, Hook::SHORT, asking).instrument(span).await?
    }

    pub(in crate::host) async fn enter_admitted(
        self: Arc<Self>,
        admission: AdmissionRequest,
    ) -> Result<Entered, Denied> {
        let LetIn { cell, created, .. } = self.let_in(admission, Errand::Look).await?;
        Ok(Entered { record: cell.record(), created })
    }

    pub(in crate::host) async fn find_admitted(
        self: Arc<Self>,
        admission: AdmissionRequest,
    ) -> Result<Option<ActorRecord>, Denied> {
        let pass = self.ask(&admission.key, &admission.info).await.map_err(Denied::Rejected)?;
        if A::HOOKS.before_connect.is_none() || pass.is_some() {
            let found = match self.record_at(&admission.key) {
                Some(record) => Some(record),
                None => self.find_stored(&admission.key).await.map_err(Denied::Unreached)?,
            };
            return Ok(found);
        }
        match self.let_in_by_actor(admission, Errand::Look).await {
            Ok(LetIn { cell, .. }) => Ok(Some(cell.record())),
            Err(Denied::Unreached(fault)) if fault.has(error::Code::ActorNotFound) => Ok(None),
            Err(denied) => Err(denied),
        }
    }

    pub(in crate::host) async fn call_admitted(
        self: Arc<Self>,
        admission: AdmissionRequest,
        action: String,
        format: Format,
        args: Bytes,
    ) -> Result<Answered<Bytes>, Denied> {
        let source = admission.info.source;
        let LetIn { cell, conn, .. } = self.let_in(admission, Errand::Call).await?;
        let record = cell.record();
        let call = async {
            let action =
                decode_call::<A>(&action, &EncodedArgs::new(format, &*args)).inspect_err(|fault| {
                    self.meters().refused(&action, Outcome::of_fault(fault));
                })?;
            let reply = cell.sender().call_as(conn, source, action, Chain::default()).await?;
            encode_reply::<A>(format, &reply)
        };
        Ok((record, call.await))
    }

    pub(in crate::host) async fn connect_admitted(
        self: Arc<Self>,
        admission: AdmissionRequest,
        outbox: Arc<Outbox>,
    ) -> Result<Connected, Denied> {
        outbox.count_drops(Arc::clone(self.drops()));
        let peer = Peer::Wire(Arc::clone(&outbox));
        let (cell, conn) = self.stay(admission, peer, None).await?;
        Ok((cell.record(), WireConn::shared(&cell, conn, outbox)))
    }

    pub(in crate::host) async fn websocket_admitted(
        self: Arc<Self>,
        admission: AdmissionRequest,
        socket: RawSocket,
    ) -> Result<(ActorRecord, HangUp), Denied> {
        if !A::HOOKS.on_websocket {
            self.let_in(admission, Errand::Look).await?;
            return Err(Denied::Rejected(faults::no_socket_handler()));
        }
        let peer = Peer::Raw(Arc::clone(socket.closing()));
        let (cell, conn) = self.stay(admission, peer, Some(socket)).await?;
        Ok((cell.record(), Box::new(RawLine::new(&cell, conn))))
    }

    /// Lets somebody in who stays.
    pub(in crate::host) async fn stay(
        self: &Arc<Self>,
        admission: AdmissionRequest,
        peer: Peer<A>,
        socket: Option<RawSocket>,
    ) -> Result<(Arc<ActorCell<A>>, Conn<A>), Denied> {
        let LetIn { cell, conn, .. } = self.let_in(admission, Errand::Stay(peer, socket)).await?;
        let conn = conn.ok_or_else(|| Denied::Rejected(faults::unanswered()))?;
        Ok((cell, conn))
    }

    pub(in crate::host) async fn request_admitted(
        self: Arc<Self>,
        admission: AdmissionRequest,
        request: http::Request<Body>,
    ) -> Result<Answered<http::Response<Body>>, Denied> {
        let source = admission.info.source;
        let LetIn { cell, conn, .. } = self.let_in(admission, Errand::Look).await?;
        Ok((cell.record(), RawRequests::of(&cell).send(request, conn, source).await))
    }

    pub(in crate::host) async fn send_admitted(
        self: Arc<Self>,
        admission: AdmissionRequest,
        mail: WireEnqueue,
    ) -> Result<Answered<Option<HandledFuture>>, Denied> {
        let LetIn { cell, .. } = self.let_in(admission, Errand::Call).await?;
        Ok((cell.record(), cell.queues().enqueue_wire(mail).await))
    }
}
