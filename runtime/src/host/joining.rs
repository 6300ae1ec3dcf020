//! How connections come and go.

use std::{sync::Arc, time::Duration};

use super::{
    Cell,
    cell::{Connect, greet},
    guard::guarded_async,
    start::decode_params,
};
use crate::{Actor, Conn, Fault, Mode, conn::Peer, faults};

impl<A: Actor> Cell<A> {
    /// How long a hook around a connection or a start may take.
    pub(super) const HOOK_TIMEOUT: Duration = Duration::from_secs(5);

    pub(super) async fn take_connect(self: &Arc<Self>, connect: Connect<A>) {
        let Connect { params, peer, opened } = connect;
        let admitted = match self.admit(params.as_ref(), peer).await {
            Ok(conn) => self.welcome(conn).await,
            Err(fault) => Err(fault),
        };
        if let Err(Ok(conn)) = opened.send(admitted) {
            // Whoever asked has gone away meanwhile.
            conn.mark_closed();
            if self.roster().remove(conn.id()).is_some() {
                self.take_disconnect(conn).await;
            }
        }
    }

    /// `#[on_before_connect]`, and a connection if it says so.
    async fn admit(self: &Arc<Self>, params: Option<&bytes::Bytes>, peer: Peer<A>) -> Result<Conn<A>, Fault> {
        let decode = || decode_params(params).map_err(|error| faults::invalid_params(&error));
        // Twice: one is the hook's to take apart, the other stays with the connection.
        let (given, kept) = (decode()?, decode()?);
        let mut core = self.write().await?;
        let ctx = self.ctx(None);
        self.gate.lock().begin_write();
        let judged = guarded_async(Self::HOOK_TIMEOUT, core.state_mut().before_connect(&ctx, given)).await;
        self.hook_ended(A::HOOKS.before_connect, judged.is_err());
        self.save_if_due(&core);
        let gate = Arc::clone(&self.gate);
        Ok(Conn::new(self.runtime().next_conn_id(), kept, judged??, peer, gate))
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
        self.gate.lock().begin_write();
        let result = guarded_async(Self::HOOK_TIMEOUT, core.state_mut().on_connect(&ctx, &conn)).await;
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
        self.gate.lock().begin_write();
        let result = guarded_async(Self::HOOK_TIMEOUT, core.state_mut().on_disconnect(&ctx, &conn)).await;
        self.hook_ended(A::HOOKS.on_disconnect, result.is_err());
        self.save_if_due(&core);
        // Nobody is left to be told; a fault has its line in the log.
        drop(result);
    }

    /// A hook ended: one that takes `&mut self` may have changed the state, one that broke off has spoilt it.
    pub(super) fn hook_ended(self: &Arc<Self>, mode: Option<Mode>, broke_off: bool) {
        if broke_off {
            self.broke_off();
        } else if mode.is_some_and(Mode::is_exclusive) {
            self.gate.lock().end_write();
        } else {
            let alarms_changed = self.alarms.lock().has_changes();
            self.gate.lock().end_unchanged(alarms_changed);
        }
    }
}
