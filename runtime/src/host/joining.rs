//! How connections come and go.

use std::sync::Arc;

use super::{Cell, Guest, cell::greet, envelope::Connect, hooks::Hook, start::decode_params};
use crate::{Actor, Conn, Fault, Mode, conn::Peer, faults};

impl<A: Actor> Cell<A> {
    pub(super) async fn take_connect(self: &Arc<Self>, connect: Connect<A>) {
        let Connect { guest, peer, socket, opened, .. } = connect;
        let admitted = match self.admit(guest, peer).await {
            Ok(conn) => self.welcome(conn).await,
            Err(fault) => Err(fault),
        };
        if let (Ok(conn), Some(socket)) = (&admitted, socket) {
            // Before anything else can come between, such as sleep.
            self.start_socket(conn.clone(), socket);
        }
        if let Err(Ok(conn)) = opened.send(admitted) {
            // Whoever asked has gone away meanwhile.
            conn.mark_closed();
            if self.roster().remove(conn.id()).is_some() {
                self.take_disconnect(conn).await;
            }
        }
    }

    /// `#[on_before_connect]`, and a connection if it says so.
    async fn admit(self: &Arc<Self>, guest: Guest, peer: Peer<A>) -> Result<Conn<A>, Fault> {
        let Guest { params, claims, source } = guest;
        let decode = || decode_params(params.as_ref()).map_err(|error| faults::invalid_params(&error));
        // Twice: one is the hook's to take apart, the other stays with the connection.
        let (given, kept) = (decode()?, decode()?);
        let hook = Hook::short("on_before_connect", A::HOOKS.before_connect.unwrap_or(Mode::Read));
        let state = self
            .run_hook(hook, None, async |actor, ctx| {
                actor.before_connect(&ctx.of_request(claims), given).await
            })
            .await?;
        let ways = (Arc::clone(&self.gate), Arc::clone(self.roster().fan()));
        let (limits, meters) = (Arc::clone(self.shared().limits()), Arc::clone(self.kind.meters()));
        let who = (self.shared().next_conn_id(), source);
        Ok(Conn::new(who, kept, state, peer, ways, limits, meters))
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
    pub(super) async fn take_disconnect(self: &Arc<Self>, conn: Conn<A>) {
        let Some(mode) = A::HOOKS.on_disconnect else { return };
        let hook = Hook::short("on_disconnect", mode);
        let result =
            self.run_hook(hook, Some(conn.clone()), async |actor, ctx| actor.on_disconnect(ctx, &conn).await);
        // Nobody is left to be told; a fault has its line in the log.
        drop(result.await);
    }
}
