//! How connections open: the actor is reached and asked, and a refusal is told.

use std::sync::Arc;

use super::{session::Session, transport::Transport};
use crate::{
    Fault,
    delivery::outbox::{Close, Outbox},
    error::faults,
    host::{Claims, ConnectInfo, Denied, HostedConn, Runtime, Source},
    server::{
        Gateway,
        http::{
            access::Unwanted,
            access_log::AccessLogEntry,
            errors,
            request_context::{RequestContext, name_actor_in_span},
            target::Target,
        },
        net::{
            permits::{Address, Permit},
            tcp::LendWriter,
        },
    },
    util::{log::Span, shown::shown},
    wire::{Encoding, PROTOCOL_VERSION, Params, ToClient},
};

/// What a handshake asked for.
pub(in crate::server) struct Opening {
    /// Nothing else of it is looked at then.
    pub(in crate::server) unwanted: Option<Unwanted>,
    pub(in crate::server) target: Result<Target, Fault>,
    pub(in crate::server) encoding: Result<Encoding, Fault>,
    pub(in crate::server) params: Result<Option<Params>, Fault>,
    pub(in crate::server) claims: Claims,
    pub(in crate::server) ray: RequestContext,
}

/// Opens a connection, or has a session that says why there is none. It has its place until its end.
pub(in crate::server) async fn open<S: LendWriter>(
    mut transport: Transport<S>,
    opening: Opening,
    place: Result<Permit, Fault>,
    visit: Option<Box<AccessLogEntry>>,
    gateway: &Gateway,
) -> Session<S> {
    let limits = gateway.limits();
    let ray = opening.ray.clone();
    let encoding = *opening.encoding.as_ref().unwrap_or(&Encoding::Json);
    let mut outbox = Outbox::new(encoding, PROTOCOL_VERSION, Arc::clone(limits));
    if let Ok(place) = &place {
        outbox = outbox.charged_to(place.account().clone());
    }
    let outbox = Arc::new(outbox);
    let opened = match &place {
        Ok(_) => opening.open_in_time(gateway, &outbox).await,
        Err(fault) => Err(Refusal::crowded(fault)),
    };
    let conn = opened.map_err(|refusal| refusal.tell(&outbox, &ray)).ok();
    if outbox.has_values() {
        transport.io_mut().bound_unsent();
    }
    let until_end = Box::new((place.ok(), visit));
    Session::new(transport, outbox, conn, until_end, limits, gateway.runtime.uptime())
}

/// Why a connection did not open.
struct Refusal {
    fault: Fault,
    close: Close,
    /// Whether the fault is told in a frame as well. Not where clients are to come back by themselves.
    framed: bool,
}

impl Opening {
    async fn open_in_time(
        self,
        gateway: &Gateway,
        outbox: &Arc<Outbox>,
    ) -> Result<Arc<dyn HostedConn>, Refusal> {
        let ray = self.ray.clone();
        let uptime = gateway.runtime.uptime();
        let opened = uptime.timeout(gateway.limits().open_timeout, self.open(&gateway.runtime, outbox)).await;
        opened.unwrap_or_else(|_| Err(Refusal::unreached(errors::not_open_in_time(), &ray)))
    }

    async fn open(self, runtime: &Runtime, outbox: &Arc<Outbox>) -> Result<Arc<dyn HostedConn>, Refusal> {
        let Self { unwanted, target, encoding, params, claims, ray } = self;
        if let Some(Unwanted(fault)) = unwanted {
            return Err(Refusal::rejected(fault));
        }
        if let Err(fault) = encoding {
            let close = Close::new(1003, format!("{}.{}", fault.group(), fault.code()));
            return Err(Refusal { fault, close, framed: false });
        }
        let params = params.map_err(Refusal::rejected)?;
        if runtime.is_stopping() {
            return Err(Refusal::unreached(faults::service_unavailable(), &ray));
        }
        let source = claims.as_ref().map_or(Source::Unknown, |claims| Address::source(claims));
        let visit = match target {
            Ok(target) => target.visit(runtime, ConnectInfo { params, claims, source }).await,
            Err(fault) => Err(fault),
        };
        let (kind, visit) = visit.map_err(|fault| Refusal::unreached(fault, &ray))?;
        let (actor, conn) = kind.connect(visit, Arc::clone(outbox)).await.map_err(|denied| match denied {
            Denied::Unreached(fault) => Refusal::unreached(fault, &ray),
            Denied::Rejected(fault) => Refusal::rejected(fault),
        })?;
        name_actor_in_span(&actor);
        ray.tell(Some(actor), None);
        Span::current().record("conn", shown(conn.id()));
        Ok(conn)
    }
}

impl Refusal {
    fn unreached(fault: Fault, ray: &RequestContext) -> Self {
        let close = unreached(&fault, ray);
        let framed = !fault.is("actor", "not_found") && fault.group() != "guard";
        Self { fault, close, framed }
    }

    /// There is no place for it.
    fn crowded(fault: &Fault) -> Self {
        Self { fault: fault.clone(), close: crowded(fault), framed: false }
    }

    fn rejected(fault: Fault) -> Self {
        let close = rejected(&fault);
        let framed = fault.group() != "guard";
        Self { fault, close, framed }
    }

    fn tell(self, outbox: &Outbox, ray: &RequestContext) {
        ray.tell(None, Some(format!("{}.{}", self.fault.group(), self.fault.code())));
        if self.framed {
            outbox.send(&ToClient::Error { action_id: None, fault: self.fault, actor: None });
        }
        outbox.close(self.close);
    }
}

/// The close of a connection whose actor was not reached.
pub(in crate::server) fn unreached(fault: &Fault, ray: &RequestContext) -> Close {
    Close::new(1011, format!("{}.{}#{}", fault.group(), fault.code(), ray.as_str()))
}

/// The close of a connection that its actor does not want.
pub(in crate::server) fn rejected(fault: &Fault) -> Close {
    Close::new(1011, format!("{}.{}", fault.group(), fault.code()))
}

/// The close of a connection that there is no place for.
pub(in crate::server) fn crowded(fault: &Fault) -> Close {
    Close::new(1013, format!("{}.{}", fault.group(), fault.code()))
}
