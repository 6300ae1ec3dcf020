//! How a socket gets to its actor, for connections and raw sockets alike.
//!
//! Browsers cannot read why a handshake failed, so every handshake is completed, and what it asked for is a
//! [`ConnectRequest`] whose parts may be errors. [`ConnectRequest::open`] looks at them in this order, and ends at
//! the first that is wrong:
//!
//! 1. a permit: one more WebSocket of this address, and in all;
//! 2. the origin and the host (worked out by `http/access.rs` before);
//! 3. the encoding, which only connections have;
//! 4. the params;
//! 5. whether the server is stopping;
//! 6. the target: the actor's type, and the actor if it was named by its id;
//! 7. the actor itself: `#[on_before_connect]` judges, the actor is woken or made, and its hook or handler is asked.
//!
//! All of it has [`Limits::open_timeout`](crate::Limits). A [`ConnectRefusal`] has the close that says why, and, for
//! connections, whether the fault is sent as a message first.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::{session::Session, transport::Transport};
use crate::{
    Fault,
    delivery::outbox::{Close, Outbox},
    error::{Code, faults},
    host::{AdmissionRequest, Claims, ConnectInfo, Denied, HostedType, Runtime, Source},
    server::{
        gateway::Gateway,
        http::{
            access::CloseOnOpen,
            access_log::AccessLogEntry,
            request_context::{RequestContext, name_actor_in_span},
            target::Target,
        },
        net::{
            permits::{Address, Permit},
            tcp::LendWriter,
        },
    },
    store::ActorRecord,
    util::{log::Span, shown::shown},
    wire::{Encoding, PROTOCOL_VERSION, Params, ToClient},
};

/// What a handshake asked for.
pub(in crate::server) struct ConnectRequest {
    /// Set if the origin or the host is not allowed.
    pub(in crate::server) refused: Option<CloseOnOpen>,
    pub(in crate::server) target: Result<Target, Fault>,
    /// A raw socket has none, so it always has the default one here.
    pub(in crate::server) encoding: Result<Encoding, Fault>,
    pub(in crate::server) params: Result<Option<Params>, Fault>,
    /// What the request's extensions say of its sender.
    pub(in crate::server) claims: Claims,
    pub(in crate::server) context: RequestContext,
}

/// Why a socket is closed instead of being connected.
pub(in crate::server) struct ConnectRefusal {
    fault: Fault,
    close: Close,
    /// Whether the fault is also sent as a message. It is not where clients try again by themselves.
    is_sent: bool,
}

/// Opens a connection, or has a session that says why there is none. It keeps its permit until its end.
pub(in crate::server) async fn open<S: LendWriter>(
    mut transport: Transport<S>,
    request: ConnectRequest,
    permit: Result<Permit, Fault>,
    log_entry: Option<Box<AccessLogEntry>>,
    gateway: &Gateway,
) -> Session<S> {
    let limits = gateway.limits();
    let context = request.context.clone();
    let encoding = *request.encoding.as_ref().unwrap_or(&Encoding::Json);
    let mut outbox = Outbox::new(encoding, PROTOCOL_VERSION, Arc::clone(limits));
    if let Ok(permit) = &permit {
        outbox = outbox.charged_to(permit.budget().clone());
    }
    let outbox = Arc::new(outbox);
    let connect =
        |actor_type: Arc<dyn HostedType>, admission| actor_type.connect(admission, Arc::clone(&outbox));
    let opened = request.open(gateway, &permit, connect).await;
    let conn = opened.map_err(|refusal| refusal.send(&outbox, &context)).ok();
    if let Some(conn) = &conn {
        Span::current().record("conn", shown(conn.id()));
    }
    if outbox.has_replaceable() {
        transport.io_mut().bound_unsent();
    }
    let until_end = Box::new((permit.ok(), log_entry));
    Session::new(transport, outbox, conn, until_end, limits, gateway.runtime.uptime())
}

impl ConnectRequest {
    /// Checks what was asked for, and has `connect` ask the actor, within the time limit.
    pub(in crate::server) async fn open<T>(
        self,
        gateway: &Gateway,
        permit: &Result<Permit, Fault>,
        connect: impl FnOnce(
            Arc<dyn HostedType>,
            AdmissionRequest,
        ) -> BoxFuture<'static, Result<(ActorRecord, T), Denied>>,
    ) -> Result<T, ConnectRefusal> {
        if let Err(fault) = permit {
            return Err(ConnectRefusal::crowded(fault));
        }
        let context = self.context.clone();
        let (uptime, limit) = (gateway.runtime.uptime(), gateway.limits().open_timeout);
        let opened = uptime.timeout(limit, self.connect(&gateway.runtime, connect)).await;
        let (actor, opened) = opened
            .unwrap_or_else(|_| Err(ConnectRefusal::unreached(faults::not_open_in_time(), &context)))?;
        name_actor_in_span(&actor);
        context.set_actor(actor);
        Ok(opened)
    }

    async fn connect<T>(
        self,
        runtime: &Runtime,
        connect: impl FnOnce(
            Arc<dyn HostedType>,
            AdmissionRequest,
        ) -> BoxFuture<'static, Result<(ActorRecord, T), Denied>>,
    ) -> Result<(ActorRecord, T), ConnectRefusal> {
        let Self { refused, target, encoding, params, claims, context } = self;
        if let Some(CloseOnOpen(fault)) = refused {
            return Err(ConnectRefusal::rejected(fault));
        }
        encoding.map_err(ConnectRefusal::unreadable)?;
        let params = params.map_err(ConnectRefusal::rejected)?;
        let unreached = |fault| ConnectRefusal::unreached(fault, &context);
        if runtime.is_stopping() {
            return Err(unreached(faults::service_unavailable()));
        }
        let source = claims.as_ref().map_or(Source::Unknown, |claims| Address::source(claims));
        let target = target.map_err(unreached)?;
        let found = target.admission(runtime, ConnectInfo { params, claims, source }).await;
        let (actor_type, admission) = found.map_err(unreached)?;
        connect(actor_type, admission).await.map_err(|denied| match denied {
            Denied::Unreached(fault) => unreached(fault),
            Denied::Rejected(fault) => ConnectRefusal::rejected(fault),
        })
    }
}

impl ConnectRefusal {
    /// The actor was not reached. The close names the request, so that its line in the log can be found.
    fn unreached(fault: Fault, context: &RequestContext) -> Self {
        let close = Close::new(1011, format!("{}#{}", fault.reason(), context.id()));
        let is_sent = !fault.has(Code::ActorNotFound) && fault.group() != "guard";
        Self { fault, close, is_sent }
    }

    /// There are as many sockets as there may be.
    fn crowded(fault: &Fault) -> Self {
        Self { fault: fault.clone(), close: Close::of_fault(fault), is_sent: false }
    }

    /// There is no encoding in which a message could be sent.
    fn unreadable(fault: Fault) -> Self {
        Self { close: Close::of_fault(&fault), fault, is_sent: false }
    }

    /// The actor, or the gateway for it, refuses this client.
    fn rejected(fault: Fault) -> Self {
        let is_sent = fault.group() != "guard";
        Self { close: Close::of_fault(&fault), fault, is_sent }
    }

    /// Says it on a connection.
    fn send(self, outbox: &Outbox, context: &RequestContext) {
        let Self { fault, close, is_sent } = self;
        context.set_error(fault.reason());
        if is_sent {
            outbox.send_message(&ToClient::Error { action_id: None, fault, actor: None });
        }
        outbox.close(close);
    }

    /// The close that says it on a raw socket, which has no other words.
    pub(in crate::server) fn into_close(self, context: &RequestContext) -> Close {
        context.set_error(self.fault.reason());
        self.close
    }
}
