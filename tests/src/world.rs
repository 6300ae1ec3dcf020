//! A world: actors that run, and a client to reach them, in this process or through a socket.

use std::{future::Future, sync::Arc, time::Duration};

use callboard::{Client, Registry};
use tokio::{net::TcpListener, sync::mpsc, sync::oneshot, task::JoinHandle};

/// Running actors, and a client of theirs.
pub struct World {
    /// Reaches the actors in the way that the test is run for.
    pub client: Client,
    /// Where the server listens, for a world behind a socket.
    pub url: Option<String>,
    server: Option<Server>,
    registry: Option<Arc<Registry>>,
}

struct Server {
    stop: oneshot::Sender<()>,
    ended: JoinHandle<()>,
}

impl World {
    /// The client and the actors in one process, with no socket between them.
    pub fn in_process(registry: Registry) -> Self {
        Self { client: registry.client(), url: None, server: None, registry: Some(Arc::new(registry)) }
    }

    /// A server on a port of this machine, and a client that connects to it.
    pub async fn network(registry: Registry) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("a bound address"));
        let (stop, stopped) = oneshot::channel();
        let ended = tokio::spawn(async move {
            let stopped = async { stopped.await.unwrap_or(()) };
            registry.serve_listener(listener, stopped).await.expect("the server serves");
        });
        let client = Client::new(&url).expect("a valid URL");
        Self { client, url: Some(url), server: Some(Server { stop, ended }), registry: None }
    }

    /// Stops the actors gracefully.
    pub async fn stop(self) {
        if let Some(server) = self.server {
            // It may have stopped by itself.
            let _ = server.stop.send(());
            server.ended.await.expect("the server ends without a panic");
        }
        if let Some(registry) = self.registry {
            registry.stop().await;
        }
    }
}

/// Runs one test in both worlds: `both_worlds!(l04_name, |world| async move { .. });`
#[macro_export]
macro_rules! both_worlds {
    ($(#[$attribute:meta])* $name:ident, $registry:expr, $body:expr) => {
        $(#[$attribute])*
        mod $name {
            use super::*;

            #[tokio::test]
            async fn in_process() {
                let world = $crate::World::in_process($registry);
                $crate::in_time($body(&world)).await;
                world.stop().await;
            }

            #[tokio::test]
            async fn over_the_network() {
                let world = $crate::World::network($registry).await;
                $crate::in_time($body(&world)).await;
                world.stop().await;
            }
        }
    };
}

/// Runs one test in one process, on a clock that stands still while anything runs and jumps when everything waits:
/// `paused_world!(name, registry, async |world: &World| { .. });`
#[macro_export]
macro_rules! paused_world {
    ($(#[$attribute:meta])* $name:ident, $registry:expr, $body:expr) => {
        $(#[$attribute])*
        #[tokio::test(start_paused = true)]
        async fn $name() {
            let world = $crate::World::in_process($registry);
            $crate::in_a_week($body(&world)).await;
            world.stop().await;
        }
    };
}

/// Ends a test that hangs.
pub async fn in_time<T>(test: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), test).await.expect("the test ends in time")
}

/// Ends a test on a paused clock that hangs: it gets there at once.
pub async fn in_a_week<T>(test: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_hours(24 * 7), test).await.expect("the test does not hang")
}

/// A mailbox for what listeners hear.
pub struct Heard<T>(mpsc::UnboundedReceiver<T>);

/// A mailbox, and the way into it.
pub fn heard<T>() -> (mpsc::UnboundedSender<T>, Heard<T>) {
    let (sender, receiver) = mpsc::unbounded_channel();
    (sender, Heard(receiver))
}

impl<T> Heard<T> {
    /// The next thing heard.
    pub async fn next(&mut self) -> T {
        self.0.recv().await.expect("somebody still listens")
    }

    /// What was heard and not taken yet.
    pub fn so_far(&mut self) -> Vec<T> {
        std::iter::from_fn(|| self.0.try_recv().ok()).collect()
    }
}
