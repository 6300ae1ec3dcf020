//! How connections open: the actor is reached and asked, and a refusal is told.

use std::sync::Arc;

use bytes::Bytes;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::timeout,
};

use super::{Gateway, identity::Ray, limits, session::Session, socket, target::Target};
use crate::{
    Fault, faults,
    host::{HostedConn, Runtime},
    outbox::{Close, Outbox},
    wire::{Encoding, PROTOCOL_VERSION, ToClient},
};

/// What a handshake asked for.
pub(super) struct Opening {
    pub(super) target: Result<Target, Fault>,
    pub(super) encoding: Result<Encoding, Fault>,
    pub(super) params: Option<Bytes>,
    pub(super) ray: Ray,
}

/// Carries a connection until its end.
pub(super) async fn run<S: AsyncRead + AsyncWrite + Unpin>(socket: S, opening: Opening, gateway: &Gateway) {
    let outbox =
        Arc::new(Outbox::new(*opening.encoding.as_ref().unwrap_or(&Encoding::Json), PROTOCOL_VERSION));
    // Boxed, so that it costs nothing afterwards.
    let conn = match Box::pin(opening.open(&gateway.runtime, &outbox)).await {
        Ok(conn) => Some(conn),
        Err(refusal) => {
            refusal.tell(&outbox);
            None
        }
    };
    let stop = gateway.runtime.stopping().child_token();
    let stopped = async {
        stop.cancelled().await;
        // What the actors have been given is ended and answered.
        let _ = Box::pin(timeout(limits::ANSWERS, gateway.runtime.tasks().wait())).await;
    };
    Session::new(socket, outbox, conn).run(stopped).await;
}

/// Completes nothing but a close.
pub(super) async fn refuse<S: AsyncRead + AsyncWrite + Unpin>(socket: S, close: Close) {
    let _ = timeout(limits::CLOSE_TIME, socket::goodbye(socket::speak(socket), Some(close))).await;
}

/// Why a connection did not open.
struct Refusal {
    fault: Fault,
    close: Close,
    /// Whether the fault is told in a frame as well. Not where clients are to come back by themselves.
    framed: bool,
}

impl Opening {
    async fn open(self, runtime: &Runtime, outbox: &Arc<Outbox>) -> Result<Arc<dyn HostedConn>, Refusal> {
        let Self { target, encoding, params, ray } = self;
        if let Err(fault) = encoding {
            let close = Close::new(1003, format!("{}.{}", fault.group(), fault.code()));
            return Err(Refusal { fault, close, framed: false });
        }
        if runtime.is_stopping() {
            return Err(Refusal::unreached(faults::service_unavailable(), &ray));
        }
        let reached = match target {
            Ok(target) => target.reach(runtime).await,
            Err(fault) => Err(fault),
        };
        let actor = reached.map_err(|fault| Refusal::unreached(fault, &ray))?;
        actor.connect(params, Arc::clone(outbox)).await.map_err(Refusal::rejected)
    }
}

impl Refusal {
    fn unreached(fault: Fault, ray: &Ray) -> Self {
        let close = Close::new(1011, format!("{}.{}#{}", fault.group(), fault.code(), ray.as_str()));
        let framed = !fault.is("actor", "not_found") && fault.group() != "guard";
        Self { fault, close, framed }
    }

    fn rejected(fault: Fault) -> Self {
        let close = Close::new(1011, format!("{}.{}", fault.group(), fault.code()));
        let framed = fault.group() != "guard";
        Self { fault, close, framed }
    }

    fn tell(self, outbox: &Outbox) {
        if self.framed {
            outbox.send(&ToClient::Error { action_id: None, fault: self.fault, actor: None });
        }
        outbox.close(self.close);
    }
}
