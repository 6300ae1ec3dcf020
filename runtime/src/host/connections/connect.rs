//! How connections come and go.

use std::{marker::PhantomData, sync::Arc};

use crate::{
    Actor, Conn, Fault, Mode, ParamsOf,
    actor::conn::Peer,
    error::faults,
    host::{
        ActorCell, ConnectInfo, Denied, Source,
        cell::{
            envelope::{Connect, Opened},
            greet,
            start::decode_params,
        },
        turn::hooks::Hook,
    },
};

/// Somebody whom `#[on_before_connect]` lets in.
pub(in crate::host) struct Judged<A: Actor> {
    params: ParamsOf<A>,
    state: A::ConnState,
    source: Source,
}

impl<A: Actor> ActorCell<A> {
    pub(in crate::host) async fn take_connect(self: &Arc<Self>, mut connect: Box<Connect<A>>) {
        match self.judge(&mut connect).await {
            Ok(judged) => self.open(connect, judged, false).await,
            Err(fault) => connect.deny(Denied::Rejected(fault)),
        }
    }

    /// `#[on_before_connect]`: who is let in, and with what.
    pub(in crate::host) async fn judge(
        self: &Arc<Self>,
        connect: &mut Connect<A>,
    ) -> Result<Judged<A>, Fault> {
        let Connect { guest: ConnectInfo { params, claims, source }, pass, .. } = connect;
        let source = *source;
        let decode = || decode_params(params.as_ref()).map_err(|error| faults::invalid_params(&error));
        if let Some(state) = pass.take() {
            return Ok(Judged { params: decode()?, state, source });
        }
        // Twice: one is the hook's to take apart, the other stays with the connection.
        let (given, params) = (decode()?, decode()?);
        let claims = claims.clone();
        let hook = Hook::short("on_before_connect", A::HOOKS.before_connect.unwrap_or(Mode::Read));
        let state = self
            .run_hook(hook, None, async |actor, ctx| {
                actor.before_connect(&ctx.of_request(claims), given).await
            })
            .await?;
        Ok(Judged { params, state, source })
    }

    /// Makes the connection, and hands it to whoever asked. `created` says whether the actor was made for it.
    pub(in crate::host) async fn open(
        self: &Arc<Self>,
        connect: Box<Connect<A>>,
        judged: Judged<A>,
        created: bool,
    ) {
        let Connect { peer, socket, opened, .. } = *connect;
        let conn = match self.welcome(self.conn(judged, peer)).await {
            Ok(conn) => conn,
            Err(fault) => return drop(opened.send(Err(Denied::Rejected(fault)))),
        };
        if let Some(socket) = socket {
            // Before anything else can come between, such as sleep.
            self.start_socket(conn.clone(), socket);
        }
        if let Err(Ok(Opened { conn, .. })) =
            opened.send(Ok(Opened { cell: Arc::clone(self), conn, created }))
        {
            // Whoever asked has gone away meanwhile.
            conn.mark_closed();
            if self.roster().remove(conn.id()).is_some() {
                self.take_disconnect(conn).await;
            }
        }
    }

    fn conn(&self, judged: Judged<A>, peer: Peer<A>) -> Conn<A> {
        let Judged { params, state, source } = judged;
        let ways = (self.gate.clone(), Arc::clone(self.roster().fan()));
        let (limits, meters) = (Arc::clone(self.shared().limits()), Arc::clone(self.kind.meters()));
        let who = (self.shared().next_conn_id(), source);
        Conn::new(who, params, state, peer, ways, limits, meters)
    }

    /// A connection that lasts for one call, of somebody who needs no turn to be let in.
    pub(in crate::host) fn conn_for_call(
        self: &Arc<Self>,
        guest: &ConnectInfo,
        state: A::ConnState,
    ) -> Result<Opened<A>, Fault> {
        let params = decode_params(guest.params.as_ref()).map_err(|error| faults::invalid_params(&error))?;
        let conn = self.conn(Judged { params, state, source: guest.source }, Peer::Call(PhantomData));
        Ok(Opened { cell: Arc::clone(self), conn, created: false })
    }

    /// The connection's first message, its place in the list, and `#[on_connect]`.
    async fn welcome(self: &Arc<Self>, conn: Conn<A>) -> Result<Conn<A>, Fault> {
        if conn.is_call() {
            return Ok(conn);
        }
        greet(conn.peer(), self.record().id, conn.id());
        self.roster().add(conn.clone());
        let Some(mode) = A::HOOKS.on_connect else { return Ok(conn) };
        let hook = Hook::short("on_connect", mode);
        let result =
            self.run_hook(hook, Some(conn.clone()), async |actor, ctx| actor.on_connect(ctx, &conn).await);
        if let Err(fault) = result.await {
            self.roster().remove(conn.id());
            conn.mark_closed();
            return Err(fault);
        }
        Ok(conn)
    }

    /// `#[on_disconnect]`. The connection has left the list already.
    pub(in crate::host) async fn take_disconnect(self: &Arc<Self>, conn: Conn<A>) {
        let Some(mode) = A::HOOKS.on_disconnect else { return };
        let hook = Hook::short("on_disconnect", mode);
        let result =
            self.run_hook(hook, Some(conn.clone()), async |actor, ctx| actor.on_disconnect(ctx, &conn).await);
        // Nobody is left to be told; a fault has its line in the log.
        drop(result.await);
    }
}
