//! Serving on a listener, and stopping without loss.
//!
//! The stack of a socket, from the listener up:
//!
//! ```text
//! accept              `receive`: one task for the listener, which yields after each socket
//!   Permit            `permits.rs`: one more socket of its address, and in all; refused with a 503 (`refuse.rs`)
//!   otherwise CountingStream    `counting_stream.rs`: bytes of heads that are not whole are charged to the address
//!   hyper             HTTP/1.1, with time-outs that do not count time in which the process was frozen (`timer.rs`)
//!   router            `middleware.rs` and `routes.rs`, for each request upgrade             a WebSocket: `ServerTcp`
//!   (`tcp.rs`) takes the socket out of the layers above it CountedIo         `byte_counter.rs`: bytes for the access
//!   log and the metrics, if those are on Transport         `ws/transport.rs`, and everything above it in `ws/`
//!   DirectWriter      `direct_writer.rs`: the write half, which an idle session lends to its outbox
//! ```
//!
//! To stop, in this order: the listener is closed; sockets that are between two requests are closed; requests under
//! way are answered, and what is half sent is waited for while it keeps coming (`stop_timeout.rs`); the host stops
//! its actors and tells every connection (`Runtime::stop`). After `timeouts::STOP_GRACE` what is left is dropped.

pub(crate) mod byte_counter;
pub(in crate::server) mod counting_stream;
pub(crate) mod direct_writer;
pub(in crate::server) mod log_throttle;
pub(in crate::server) mod permits;
pub(in crate::server) mod refuse;
pub(in crate::server) mod stop_timeout;
pub(in crate::server) mod tcp;
pub(in crate::server) mod timeouts;
pub(in crate::server) mod timer;

use std::{convert::Infallible, future::Future, io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo, middleware::from_fn_with_state};
use http::{Request, StatusCode};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::{
    net::{TcpListener, TcpStream, ToSocketAddrs, lookup_host},
    task::yield_now,
    time::{sleep, timeout},
};
use tokio_util::{
    sync::CancellationToken,
    task::{AbortOnDropHandle, TaskTracker},
};
use tower_service::Service as _;

use self::{
    counting_stream::{CountingStream, HeadBudget},
    permits::{Permit, Resource},
    refuse::refuse,
    timer::UptimeTimer,
};
use super::{Gateway, http::hosts::Arrival, middleware::front_of_own, router};
use crate::util::{log, shown::shown};

/// Serves until `signal`, then stops: no new connections, an end to what is under way, and a close for every
/// WebSocket that tells clients to come back. Routes of the app's own are served beside the protocol's.
pub(crate) async fn serve(
    gateway: Arc<Gateway>,
    own: Router,
    listener: TcpListener,
    signal: impl Future<Output = ()> + Send,
) -> io::Result<()> {
    let runtime = Arc::clone(&gateway.runtime);
    let sockets = TaskTracker::new();
    // A task like those that it spawns: on a thread of its own it would have a core for itself, whatever else waits.
    let mut receiving =
        AbortOnDropHandle::new(tokio::spawn(receive(gateway, own, listener, sockets.clone())));
    tokio::select! {
        () = signal => receiving.abort(),
        Err(error) = &mut receiving => return Err(io::Error::other(error)),
    }
    // The listener is closed with it.
    let _ = receiving.await;
    log::info!("server is stopping");
    sockets.close();
    let (ended, ()) = tokio::join!(timeout(timeouts::STOP_GRACE, sockets.wait()), runtime.stop());
    if ended.is_err() {
        log::warn!(sockets = sockets.len(), "stop timed out; open sockets were dropped");
    }
    Ok(())
}

/// Listens on this address; the error names it.
pub(crate) async fn listen(address: impl ToSocketAddrs) -> io::Result<TcpListener> {
    let addresses: Vec<SocketAddr> = lookup_host(address).await?.collect();
    TcpListener::bind(&addresses[..]).await.map_err(|error| {
        let addresses: Vec<_> = addresses.iter().map(ToString::to_string).collect();
        io::Error::new(error.kind(), format!("cannot listen on {}: {error}", addresses.join(", ")))
    })
}

/// Accepts sockets, for ever.
async fn receive(
    gateway: Arc<Gateway>,
    own: Router,
    listener: TcpListener,
    sockets: TaskTracker,
) -> Infallible {
    let own = own.layer(from_fn_with_state(Arc::clone(&gateway), front_of_own));
    let router = own.merge(router(Arc::clone(&gateway)));
    let is_loopback = listener.local_addr().is_ok_and(|local| local.ip().to_canonical().is_loopback());
    loop {
        let (socket, peer) = accept(&listener).await;
        // A crowd of new clients must not keep the others waiting.
        yield_now().await;
        let permit = match gateway.permits.acquire(Resource::Socket, gateway.access.owner_of_socket(peer)) {
            Ok(permit) => permit,
            Err(fault) => {
                refuse(&socket, &fault);
                continue;
            }
        };
        let (router, gateway) = (router.clone(), Arc::clone(&gateway));
        let arrival = Arrival { at: socket.local_addr().ok().map(|local| local.ip()), is_loopback };
        let stop = gateway.runtime.stopping().child_token();
        sockets.spawn(talk(socket, peer, arrival, permit, router, gateway, stop));
    }
}

/// The next socket. An error means that one was lost, or that there are no file descriptors, which passes.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) => {
                log::warn!(error = shown(&error), "cannot accept a connection; trying again");
                sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// Speaks HTTP on one socket until it is closed, upgraded, or idle when the server stops.
async fn talk(
    socket: TcpStream,
    peer: SocketAddr,
    arrival: Arrival,
    permit: Permit,
    router: Router,
    gateway: Arc<Gateway>,
    stop: CancellationToken,
) {
    let limits = gateway.limits();
    // Small frames one after the other would wait for each other's acknowledgement.
    if let Err(error) = socket.set_nodelay(true) {
        log::debug!(error = shown(&error), "client disconnected before its first request");
        return;
    }
    let mut server = http1::Builder::new();
    server.timer(UptimeTimer::new(gateway.runtime.uptime())).header_read_timeout(limits.head_timeout);
    // More than a head may have: one that is somewhat too long is to get an answer.
    server.max_buf_size((2 * limits.head).max(16 * 1024));
    let budget = HeadBudget::new(permit);
    let unfinished = Arc::clone(&budget);
    let socket = CountingStream::new(socket, Arc::clone(&budget));
    let stopping = stop.clone();
    let service = service_fn(move |request: Request<Incoming>| {
        budget.requested();
        let mut request = request.map(|body| stop_timeout::body(Body::new(body), &stopping));
        request.extensions_mut().insert(ConnectInfo(peer));
        request.extensions_mut().insert(arrival);
        let (answer, budget) = (router.clone().call(request), Arc::clone(&budget));
        async move {
            let response = answer.await;
            match &response {
                Ok(response) if response.status() == StatusCode::SWITCHING_PROTOCOLS => budget.upgraded(),
                _ => budget.answered(),
            }
            response
        }
    });
    let connection = server.serve_connection(TokioIo::new(socket), service).with_upgrades();
    let mut connection = pin!(connection);
    let result = tokio::select! {
        result = connection.as_mut() => result,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            tokio::select! {
                result = connection => result,
                () = stop_timeout::head(&unfinished) => Ok(()),
            }
        }
    };
    if let Err(error) = result {
        log::debug!(error = shown(&error), "client connection failed");
    }
}

/// Resolves at SIGINT or SIGTERM: what [`Registry::serve`](crate::Registry::serve) stops at, for those who pass a
/// stop of their own. Another one then ends the process at once.
///
/// It listens from this call on, not from the first time it is awaited: a program that calls it before it says that
/// it is ready can be stopped by whoever heard that.
///
/// # Panics
///
/// Outside of a tokio runtime.
pub fn shutdown_signal() -> impl Future<Output = ()> + Send + 'static {
    let mut signals = Signals::listen();
    async move {
        signals.next().await;
        tokio::spawn(async move {
            signals.next().await;
            std::process::exit(130);
        });
    }
}

/// SIGINT and SIGTERM, as of its making.
#[cfg(unix)]
struct Signals([Option<Signal>; 2]);

#[cfg(unix)]
impl Signals {
    fn listen() -> Self {
        Self([SignalKind::interrupt(), SignalKind::terminate()].map(|kind| {
            signal(kind)
                .inspect_err(|error| log::error!(error = shown(&error), "cannot listen for a signal"))
                .ok()
        }))
    }

    /// The next of them; never, if neither can be listened for.
    async fn next(&mut self) {
        let [interrupt, terminate] = self.0.each_mut().map(async |signal| match signal {
            Some(signal) => drop(signal.recv().await),
            None => std::future::pending().await,
        });
        tokio::select! {
            () = interrupt => {}
            () = terminate => {}
        }
    }
}

/// Ctrl-C; the system stops a program that was not asked for one yet.
#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> Self {
        Self
    }

    async fn next(&mut self) {
        if let Err(error) = tokio::signal::ctrl_c().await {
            log::error!(error = shown(&error), "cannot listen for a signal");
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Registry;

    #[tokio::test]
    async fn a_crowd_that_comes_at_once_leaves_turns_to_who_is_here() {
        const CROWD: usize = 50;
        let registry = Registry::new().in_memory();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        // They wait to be accepted: this thread is the only one that could.
        let crowd = [(); CROWD].map(|()| std::net::TcpStream::connect(address).expect("it listens"));
        let (gateway, sockets) = (Arc::clone(registry.gateway()), TaskTracker::new());
        let receiving = receive(gateway, Router::new(), listener, sockets.clone());
        let receiving = AbortOnDropHandle::new(tokio::spawn(receiving));
        let mut turns = 0;
        while sockets.len() < CROWD {
            yield_now().await;
            turns += 1;
        }
        assert!(turns >= CROWD, "{turns}");
        drop((receiving, crowd));
    }
}
