//! Serving on a listener, and stopping without loss.

pub(crate) mod byte_counter;
pub(in crate::server) mod counting_stream;
pub(crate) mod direct_writer;
pub(in crate::server) mod permits;
pub(in crate::server) mod refuse;
pub(in crate::server) mod seldom;
pub(in crate::server) mod stall;
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
    permits::{Permit, What},
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
    // A task like those it makes: on a thread of its own it would have a core for itself, however many wait for one.
    let mut receiving =
        AbortOnDropHandle::new(tokio::spawn(receive(gateway, own, listener, sockets.clone())));
    tokio::select! {
        () = signal => receiving.abort(),
        Err(error) = &mut receiving => return Err(io::Error::other(error)),
    }
    // The listener is closed with it.
    let _ = receiving.await;
    log::info!("stopping");
    sockets.close();
    let (ended, ()) = tokio::join!(timeout(timeouts::GRACE, sockets.wait()), runtime.stop());
    if ended.is_err() {
        log::warn!(sockets = sockets.len(), "stopped before every peer was done");
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

/// Lets in who comes, for ever.
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
        // Those who come in crowds shall not keep waiting who is here.
        yield_now().await;
        let place = match gateway.peers.enter(What::Socket, gateway.access.owner_of_socket(peer)) {
            Ok(place) => place,
            Err(fault) => {
                refuse(&socket, &fault);
                continue;
            }
        };
        let (router, gateway) = (router.clone(), Arc::clone(&gateway));
        let arrival = Arrival { at: socket.local_addr().ok().map(|local| local.ip()), is_loopback };
        let stop = gateway.runtime.stopping().child_token();
        sockets.spawn(talk(socket, peer, arrival, place, router, gateway, stop));
    }
}

/// The next socket. An error is about one that was lost, or about a want of file descriptors that will pass.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) => {
                log::warn!(error = shown(&error), "a socket was not accepted");
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
    place: Permit,
    router: Router,
    gateway: Arc<Gateway>,
    stop: CancellationToken,
) {
    let limits = gateway.limits();
    // Small frames in bursts would wait for each other's acknowledgement.
    if let Err(error) = socket.set_nodelay(true) {
        log::debug!(error = shown(&error), "a socket was lost");
        return;
    }
    let mut server = http1::Builder::new();
    server.timer(UptimeTimer::new(gateway.runtime.uptime())).header_read_timeout(limits.head_timeout);
    // More than a head may have: one that is somewhat too long is told so.
    server.max_buf_size((2 * limits.head).max(16 * 1024));
    let seat = HeadBudget::new(place);
    let waiting = Arc::clone(&seat);
    let socket = CountingStream::new(socket, Arc::clone(&seat));
    let stopping = stop.clone();
    let service = service_fn(move |request: Request<Incoming>| {
        seat.requested();
        let mut request = request.map(|body| stall::body(Body::new(body), &stopping));
        request.extensions_mut().insert(ConnectInfo(peer));
        request.extensions_mut().insert(arrival);
        let (answer, seat) = (router.clone().call(request), Arc::clone(&seat));
        async move {
            let response = answer.await;
            match &response {
                Ok(response) if response.status() == StatusCode::SWITCHING_PROTOCOLS => seat.upgraded(),
                _ => seat.answered(),
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
                () = stall::head(&waiting) => Ok(()),
            }
        }
    };
    if let Err(error) = result {
        log::debug!(error = shown(&error), "a socket ended early");
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

/// SIGINT and SIGTERM, from when it was made on.
#[cfg(unix)]
struct Signals([Option<Signal>; 2]);

#[cfg(unix)]
impl Signals {
    fn listen() -> Self {
        Self([SignalKind::interrupt(), SignalKind::terminate()].map(|kind| {
            signal(kind)
                .inspect_err(|error| log::error!(error = shown(&error), "a signal cannot be listened to"))
                .ok()
        }))
    }

    /// The next of them; never, where there is no listening to any.
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
            log::error!(error = shown(&error), "a signal cannot be listened to");
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
