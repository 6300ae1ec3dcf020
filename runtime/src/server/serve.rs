//! Serving on a listener, and stopping without loss.

use std::{future::Future, io, pin::pin, sync::Arc, time::Duration};

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    time::{sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Gateway, limits, routes};
use crate::host::Runtime;

/// Serves until `signal`, then stops: no new connections, an end to what is under way, and a close for every
/// WebSocket that tells clients to come back. Routes of the app's own are served beside the protocol's.
pub(crate) async fn serve(
    runtime: Arc<Runtime>,
    own: Router,
    listener: TcpListener,
    signal: impl Future<Output = ()> + Send,
) -> io::Result<()> {
    let gateway = Arc::new(Gateway { runtime: Arc::clone(&runtime) });
    let sockets = TaskTracker::new();
    {
        let router = own.merge(routes(Arc::clone(&gateway)));
        let mut signal = pin!(signal);
        loop {
            let socket = tokio::select! {
                socket = accept(&listener) => socket,
                () = &mut signal => break,
            };
            sockets.spawn(talk(socket, router.clone(), runtime.stopping().child_token()));
        }
    }
    drop(listener);
    tracing::info!("stopping");
    sockets.close();
    let (ended, ()) = tokio::join!(timeout(limits::GRACE, sockets.wait()), runtime.stop());
    if ended.is_err() {
        tracing::warn!(sockets = sockets.len(), "stopped before every peer was done");
    }
    Ok(())
}

/// The next socket. An error is about one that was lost, or about a want of file descriptors that will pass.
async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((socket, _peer)) => return socket,
            Err(error) => {
                tracing::warn!(%error, "a socket was not accepted");
                sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// Speaks HTTP on one socket until it is closed, upgraded, or idle when the server stops.
async fn talk(socket: TcpStream, router: Router, stop: CancellationToken) {
    // Small frames in bursts would wait for each other's acknowledgement.
    if let Err(error) = socket.set_nodelay(true) {
        tracing::debug!(%error, "a socket was lost");
        return;
    }
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(limits::HEAD_TIME).max_buf_size(limits::HEAD);
    let connection =
        server.serve_connection(TokioIo::new(socket), TowerToHyperService::new(router)).with_upgrades();
    let mut connection = pin!(connection);
    let result = tokio::select! {
        result = connection.as_mut() => result,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = result {
        tracing::debug!(%error, "a socket ended early");
    }
}

/// Resolves at SIGINT or SIGTERM: what [`Registry::serve`](crate::Registry::serve) stops at, for those who pass a
/// stop of their own. Another one then ends the process at once.
pub async fn shutdown_signal() {
    interrupt().await;
    tokio::spawn(async {
        interrupt().await;
        std::process::exit(130);
    });
}

#[cfg(unix)]
async fn interrupt() {
    use tokio::signal::unix::{SignalKind, signal};
    let mut signals = [SignalKind::interrupt(), SignalKind::terminate()].map(|kind| {
        signal(kind).inspect_err(|error| tracing::error!(%error, "a signal cannot be listened to"))
    });
    let [interrupt, terminate] = &mut signals;
    tokio::select! {
        () = next(interrupt) => {}
        () = next(terminate) => {}
    }
}

/// The next signal; never, where there is no listening to it.
#[cfg(unix)]
async fn next(signal: &mut io::Result<tokio::signal::unix::Signal>) {
    match signal {
        Ok(signal) => drop(signal.recv().await),
        Err(_) => std::future::pending().await,
    }
}

#[cfg(not(unix))]
async fn interrupt() {
    if let Err(error) = tokio::signal::ctrl_c().await {
        tracing::error!(%error, "a signal cannot be listened to");
        std::future::pending::<()>().await;
    }
}
