//! How connections come and go.
//!
//! In order: [`join`] posts who wants in to the actor, whose task takes it ([`Connect::take`]): [`Connect::judge`] asks
//! `#[on_before_connect]`, [`Connect::open`] makes the connection, sends its first message, adds it to the actor's
//! [`Connections`](super::Connections) and runs `#[on_connect]`. A connection that is gone has left them already when
//! [`run_on_disconnect`] runs its hook.

use std::{marker::PhantomData, sync::Arc};

use tokio::sync::oneshot;

use crate::{
    Actor, ActorId, Conn, ConnId, Fault, Mode, ParamsOf, RawSocket,
    actor::conn::{NewConn, Peer},
    error::faults,
    host::{
        ActorCell, ConnectInfo, Denied, Lookup, Source,
        cell::{Connect, Envelope, Opened, input::decode_params},
        turn::{hooks::Hook, raw_socket::start_socket},
    },
    util::log::Span,
    wire::ToClient,
};

/// Opens a connection for somebody who has this pass, or whom the actor judges itself; `socket` is that of a raw one.
pub(in crate::host) async fn join<A: Actor>(
    cell: &Arc<ActorCell<A>>,
    info: ConnectInfo,
    pass: Option<A::ConnState>,
    peer: Peer<A>,
    socket: Option<RawSocket>,
) -> Result<Opened<A>, Denied> {
    let pass = match (&peer, pass) {
        (Peer::Call(_), Some(state)) => {
            return Opened::for_call(cell, &info, state).map_err(Denied::Rejected);
        }
        (_, pass) => pass,
    };
    let (opened, open) = oneshot::channel();
    let (id, lookup, span) = (None, Lookup::Get, Span::current());
    let connect = Box::new(Connect { id, lookup, maker: None, info, pass, peer, socket, opened, span });
    cell.sender().post_awake(Envelope::Connect(connect)).await.map_err(Denied::Rejected)?;
    open.await.unwrap_or_else(|_| Err(Denied::Rejected(faults::unanswered())))
}

/// A caller that `#[on_before_connect]` lets in.
pub(in crate::host) struct Judged<A: Actor> {
    params: ParamsOf<A>,
    state: A::ConnState,
    source: Source,
}

impl<A: Actor> Connect<A> {
    /// The turn of a caller that wants to connect.
    pub(in crate::host) async fn take(mut self: Box<Self>, cell: &Arc<ActorCell<A>>) {
        match self.judge(cell).await {
            Ok(judged) => self.open(cell, judged, false).await,
            Err(fault) => self.deny(Denied::Rejected(fault)),
        }
    }

    /// `#[on_before_connect]`: which callers are let in, and with what.
    pub(in crate::host) async fn judge(&mut self, cell: &Arc<ActorCell<A>>) -> Result<Judged<A>, Fault> {
        let Self { info: ConnectInfo { params, claims, source }, pass, .. } = self;
        let source = *source;
        let decode = || decode_params(params.as_ref()).map_err(|error| faults::invalid_params(&error));
        if let Some(state) = pass.take() {
            return Ok(Judged { params: decode()?, state, source });
        }
        // Twice: one is the hook's to take apart, the other stays with the connection.
        let (given, params) = (decode()?, decode()?);
        let claims = claims.clone();
        let hook = Hook::short("on_before_connect", A::HOOKS.before_connect.unwrap_or(Mode::Read));
        let state = hook
            .run(cell, None, async |actor, ctx| actor.before_connect(&ctx.of_request(claims), given).await)
            .await?;
        Ok(Judged { params, state, source })
    }

    /// Makes the connection, and hands it to the caller. `created` says whether the actor was made for it.
    pub(in crate::host) async fn open(
        self: Box<Self>,
        cell: &Arc<ActorCell<A>>,
        judged: Judged<A>,
        created: bool,
    ) {
        let Self { peer, socket, opened, .. } = *self;
        let conn = match add(cell, judged.into_conn(cell, peer)).await {
            Ok(conn) => conn,
            Err(fault) => return drop(opened.send(Err(Denied::Rejected(fault)))),
        };
        if let Some(socket) = socket {
            // Before anything else can come between, such as sleep.
            start_socket(cell, conn.clone(), socket);
        }
        if let Err(Ok(Opened { conn, .. })) =
            opened.send(Ok(Opened { cell: Arc::clone(cell), conn, created }))
        {
            // The caller has gone away meanwhile.
            conn.mark_closed();
            if cell.connections().remove(conn.id()).is_some() {
                run_on_disconnect(cell, conn).await;
            }
        }
    }
}

impl<A: Actor> Judged<A> {
    fn into_conn(self, cell: &ActorCell<A>, peer: Peer<A>) -> Conn<A> {
        let Self { params, state, source } = self;
        Conn::new(NewConn {
            id: cell.shared().next_conn_id(),
            source,
            params,
            state,
            peer,
            gate: cell.connections().gate().clone(),
            broadcasts: Arc::clone(cell.connections().broadcasts()),
            limits: Arc::clone(cell.shared().limits()),
            meters: Arc::clone(cell.resources().meters()),
        })
    }
}

impl<A: Actor> Opened<A> {
    /// A connection that lasts for one call, of a caller that needs no turn to be let in.
    pub(in crate::host) fn for_call(
        cell: &Arc<ActorCell<A>>,
        info: &ConnectInfo,
        state: A::ConnState,
    ) -> Result<Self, Fault> {
        let params = decode_params(info.params.as_ref()).map_err(|error| faults::invalid_params(&error))?;
        let judged = Judged { params, state, source: info.source };
        let conn = judged.into_conn(cell, Peer::Call(PhantomData));
        Ok(Self { cell: Arc::clone(cell), conn, created: false })
    }
}

/// The connection's first message, its place in the list, and `#[on_connect]`.
async fn add<A: Actor>(cell: &Arc<ActorCell<A>>, conn: Conn<A>) -> Result<Conn<A>, Fault> {
    if conn.is_call() {
        return Ok(conn);
    }
    greet(conn.peer(), cell.id(), conn.id());
    cell.connections().add(conn.clone());
    let Some(mode) = A::HOOKS.on_connect else { return Ok(conn) };
    let hook = Hook::short("on_connect", mode);
    let result = hook.run(cell, Some(conn.clone()), async |actor, ctx| actor.on_connect(ctx, &conn).await);
    if let Err(fault) = result.await {
        cell.connections().remove(conn.id());
        conn.mark_closed();
        return Err(fault);
    }
    Ok(conn)
}

/// `#[on_disconnect]`. The connection has left the list already.
pub(in crate::host) async fn run_on_disconnect<A: Actor>(cell: &Arc<ActorCell<A>>, conn: Conn<A>) {
    let Some(mode) = A::HOOKS.on_disconnect else { return };
    let hook = Hook::short("on_disconnect", mode);
    let result = hook.run(cell, Some(conn.clone()), async |actor, ctx| actor.on_disconnect(ctx, &conn).await);
    // Nobody is left to be told; a fault has its line in the log.
    drop(result.await);
}

/// The first message of a connection.
fn greet<A: Actor>(peer: &Peer<A>, actor: ActorId, conn: ConnId) {
    match peer {
        Peer::Wire(outbox) => {
            outbox.send_message(&ToClient::Init {
                actor_id: actor.to_string(),
                connection_id: conn.to_string(),
            });
        }
        #[cfg(feature = "client")]
        Peer::Local(peer) => peer.send_open(actor, conn),
        Peer::Raw(_) | Peer::Call(_) => {}
    }
}
