//! `Registry::health_at`: whether the process can take calls, told by a thread that no action can hold.
//!
//! The thread has a tokio runtime of its own, a listener, and one page. It looks whether the workers of the app's
//! runtime run anything ([`Observer`]). It has no part of the app but what all actors share, and ends when that is
//! over.

use std::{
    collections::VecDeque,
    convert::Infallible,
    io,
    net::{SocketAddr, TcpListener as Listener, ToSocketAddrs},
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};

use axum::response::{IntoResponse as _, Response};
use http::{Method, Request};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    runtime::{Builder, Runtime as Tokio},
    sync::oneshot,
    task::AbortHandle,
    time::{interval, sleep, timeout},
};

use super::{control::health_page, failure::Failure};
use crate::{
    error::faults,
    host::{Observer, Runtime, Shared},
    util::{log, shown::shown},
};

/// A thread that listens, and answers from when it is started.
pub(crate) struct HealthServer {
    start: oneshot::Sender<Arc<Shared>>,
}

/// Sockets at a time. For one more the oldest is closed: a request is answered at once, so an old socket has none.
const MOST: usize = 64;
/// How long one may take, over all.
const LONGEST: Duration = Duration::from_secs(1);

impl HealthServer {
    /// Listens. Clients that connect before it is started wait.
    pub(crate) fn listen(address: impl ToSocketAddrs) -> io::Result<Self> {
        let addresses: Vec<SocketAddr> = address.to_socket_addrs()?.collect();
        let listener = Listener::bind(&addresses[..]).and_then(|listener| {
            listener.set_nonblocking(true)?;
            Ok(listener)
        });
        let listener = listener.map_err(|error| {
            let addresses: Vec<_> = addresses.iter().map(ToString::to_string).collect();
            let text =
                format!("cannot listen for questions about health on {}: {error}", addresses.join(", "));
            io::Error::new(error.kind(), text)
        })?;
        let (start, started) = oneshot::channel();
        let (tell, told) = mpsc::sync_channel(1);
        thread::Builder::new()
            .name("callboard-health".to_owned())
            .spawn(move || run(listener, started, &tell))?;
        told.recv().unwrap_or_else(|_| Err(io::Error::other("the thread for health has ended")))?;
        Ok(Self { start })
    }

    pub(crate) fn start(self, runtime: &Runtime) {
        // It has ended only if it has panicked.
        let _ = self.start.send(Arc::clone(runtime.shared()));
    }
}

/// The thread, until what it tells of is over, or never begins.
fn run(listener: Listener, started: oneshot::Receiver<Arc<Shared>>, tell: &mpsc::SyncSender<io::Result<()>>) {
    let (tokio, listener) = match prepare(listener) {
        Ok(prepared) => prepared,
        // The caller that began it waits for that.
        Err(error) => return drop(tell.send(Err(error))),
    };
    let _ = tell.send(Ok(()));
    tokio.block_on(async {
        let Ok(shared) = started.await else { return };
        let over = shared.over().clone();
        over.run_until_cancelled(async { tokio::join!(observe(&shared), serve(&shared, listener)) }).await;
    });
}

fn prepare(listener: Listener) -> io::Result<(Tokio, TcpListener)> {
    let tokio = Builder::new_current_thread().enable_all().build()?;
    let listener = {
        let _inside = tokio.enter();
        TcpListener::from_std(listener)?
    };
    Ok((tokio, listener))
}

async fn observe(shared: &Shared) -> Infallible {
    let (mut observer, mut looks) = (Observer::default(), interval(Observer::PAUSE));
    // After a time in which nothing ran it looks once, not as often as it would have.
    looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        observer.look(shared);
    }
}

async fn serve(shared: &Arc<Shared>, listener: TcpListener) -> Infallible {
    let mut open: VecDeque<AbortHandle> = VecDeque::with_capacity(MOST);
    loop {
        let socket = match listener.accept().await {
            Ok((socket, _)) => socket,
            Err(error) => {
                log::warn!(error = shown(&error), "cannot accept a health check; trying again");
                sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        open.retain(|talk| !talk.is_finished());
        if open.len() == MOST
            && let Some(oldest) = open.pop_front()
        {
            oldest.abort();
        }
        let shared = Arc::clone(shared);
        let talk = tokio::spawn(async move {
            // A client that is not done in time is disconnected.
            let _ = timeout(LONGEST, talk(socket, &shared)).await;
        });
        open.push_back(talk.abort_handle());
    }
}

/// Answers one request.
async fn talk(socket: TcpStream, shared: &Shared) {
    let service =
        service_fn(async |request: Request<Incoming>| Ok::<_, Infallible>(answer(&request, shared)));
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(LONGEST).max_buf_size(16 * 1024).keep_alive(false);
    if let Err(error) = server.serve_connection(TokioIo::new(socket), service).await {
        log::debug!(error = shown(&error), "health check failed");
    }
}

fn answer(request: &Request<Incoming>, shared: &Shared) -> Response {
    match (request.method(), request.uri().path()) {
        (&Method::GET | &Method::HEAD, "/health") => health_page(shared.health()),
        (_, "/health") => Failure::from(faults::wrong_method()).into_response(),
        _ => Failure::from(faults::no_route()).into_response(),
    }
}
