//! How connections come and go.

use std::sync::Arc;

use super::{
    Cell,
    cell::{Connect, greet},
    guard::guarded_async,
    start::decode_params,
};
use crate::{Actor, Conn, Fault, Mode, conn::Peer, faults};

impl<A: Actor> Cell<A> {
    pub(super) async fn take_connect(self: &Arc<Self>, connect: Connect<A>) {
        let Connect { params, peer, opened } = connect;
        let admitted = match self.admit(params.as_ref(), peer).await {
            Ok(conn) => self.welcome(conn).await,
            Err(fault) => Err(fault),
        };
        if let Err(Ok(conn)) = opened.send(admitted) {
            // Whoever asked has gone away meanwhile.
            self.leave(&conn);
        }
    }

    /// `#[on_before_connect]`, and a connection if it says so.
    async fn admit(self: &Arc<Self>, params: Option<&bytes::Bytes>, peer: Peer<A>) -> Result<Conn<A>, Fault> {
        let decode = || decode_params(params).map_err(|error| faults::invalid_params(&error));
        // Twice: one is the hook's to take apart, the other stays with the connection.
        let (given, kept) = (decode()?, decode()?);
        let mut core = self.write().await?;
        let ctx = self.ctx(None);
        let judged = guarded_async(core.state_mut().before_connect(&ctx, given)).await;
        self.hook_ended(A::HOOKS.before_connect, judged.is_err());
        self.save_if_due(&core);
        Ok(Conn::new(self.runtime().next_conn_id(), kept, judged??, peer))
    }

    /// The connection's first message, its place in the list, and `#[on_connect]`.
    async fn welcome(self: &Arc<Self>, conn: Conn<A>) -> Result<Conn<A>, Fault> {
        if conn.is_call() {
            return Ok(conn);
        }
        greet(conn.peer(), self.record().id, conn.id());
        self.roster().add(conn.clone());
        if A::HOOKS.on_connect.is_none() {
            return Ok(conn);
        }
        let mut core = self.write().await?;
        let ctx = self.ctx(Some(conn.clone()));
        let result = guarded_async(core.state_mut().on_connect(&ctx, &conn)).await;
        self.hook_ended(A::HOOKS.on_connect, result.is_err());
        self.save_if_due(&core);
        if let Err(fault) = result.and_then(|result| result) {
            self.roster().remove(conn.id());
            conn.mark_closed();
            return Err(fault);
        }
        Ok(conn)
    }

    /// `#[on_disconnect]`. The connection has left the list already.
    pub(super) async fn take_disconnect(self: &Arc<Self>, conn: Conn<A>) {
        if A::HOOKS.on_disconnect.is_none() {
            return;
        }
        let Ok(mut core) = self.write().await else { return };
        let ctx = self.ctx(Some(conn.clone()));
        let result = guarded_async(core.state_mut().on_disconnect(&ctx, &conn)).await;
        self.hook_ended(A::HOOKS.on_disconnect, result.is_err());
        self.save_if_due(&core);
        // Nobody is left to be told; a fault has its line in the log.
        drop(result);
    }

    /// A hook ended: one that takes `&mut self` may have changed the state, one that panicked has spoilt it.
    fn hook_ended(self: &Arc<Self>, mode: Option<Mode>, panicked: bool) {
        if panicked {
            self.broke_off();
        } else if mode.is_some_and(Mode::is_exclusive) {
            self.changed();
        }
    }
}
