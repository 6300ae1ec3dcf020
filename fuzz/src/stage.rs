//! An actor with one of everything that a peer can reach, and a server of it without a socket.

use std::{cell::RefCell, sync::Arc, time::Duration};

use callboard::{Body, RawSocket, prelude::*, store::MemoryStore};
use http_body_util::BodyExt as _;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    runtime::{Builder, Runtime},
    time::{sleep, timeout},
};

use crate::Sample;

/// The actor.
#[derive(Debug, Default, Deserialize, Serialize)]
pub struct Stage {
    count: u64,
    kept: Option<Sample>,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Counted(u64, String);

#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Shown {
    sample: Sample,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Job(Sample);

#[actor(events(Counted, Shown), queues(Job -> Sample))]
impl Stage {
    #[run]
    async fn work(ctx: Ctx<Self>) {
        let jobs = ctx.queue::<Job>();
        while let Some(job) = jobs.next().await {
            let sample = job.body.0.clone();
            drop(job.complete(sample).await);
        }
    }

    #[on_create]
    fn set(input: Option<Sample>) -> Self {
        Self { count: 0, kept: input }
    }

    #[on_before_connect]
    fn admit(&self, _params: Option<Sample>) {}

    #[action]
    fn add(&mut self, ctx: &Ctx<Self>, amount: u64) -> u64 {
        self.count = self.count.wrapping_add(amount);
        ctx.broadcast(&Counted(self.count, "é".repeat(3)));
        self.count
    }

    #[action]
    fn keep(&mut self, ctx: &Ctx<Self>, sample: Sample) -> Option<Sample> {
        ctx.broadcast(&Shown { sample: sample.clone() });
        self.kept.replace(sample)
    }

    #[action]
    async fn wait(&self, ms: u16) -> Option<Sample> {
        sleep(Duration::from_millis(ms.into())).await;
        self.kept.clone()
    }

    /// The end of it.
    #[action]
    fn end(&mut self, ctx: &Ctx<Self>) {
        ctx.destroy();
    }

    #[on_request]
    async fn answer(request: http::Request<Body>) -> http::Response<Body> {
        let body = request.into_body().collect().await.map(|body| body.to_bytes()).unwrap_or_default();
        http::Response::new(body.into())
    }

    #[on_websocket]
    async fn echo(mut socket: RawSocket) {
        while let Some(message) = socket.recv().await {
            if socket.send(message).await.is_err() {
                break;
            }
        }
    }
}

/// A server's actors, without a socket.
pub struct World {
    pub registry: Registry,
    /// Where they are kept.
    pub store: Arc<MemoryStore>,
    runtime: Runtime,
    /// Inputs that it has seen.
    seen: u32,
}

thread_local! {
    static WORLD: RefCell<World> = RefCell::new(World::new());
}

impl World {
    /// After so many inputs there is a new one, so that what they leave behind does not add up.
    const INPUTS: u32 = 64;

    fn new() -> Self {
        let store = Arc::new(MemoryStore::new());
        let runtime = Builder::new_current_thread().enable_time().start_paused(true).build();
        let runtime = runtime.expect("a runtime");
        let registry = {
            let _inside = runtime.enter();
            Registry::new().store(Arc::clone(&store)).register::<Stage>()
        };
        Self { registry, store, runtime, seen: 0 }
    }
}

/// Runs something in a world where time passes only when nothing else does: no time-out is waited for.
pub fn in_world<T>(what: impl AsyncFnOnce(&World) -> T) -> T {
    WORLD.with_borrow_mut(|world| {
        if world.seen == World::INPUTS {
            *world = World::new();
        }
        world.seen += 1;
        world.runtime.block_on(async {
            // No time-out of the server is longer, nor are all of them together.
            timeout(Duration::from_secs(600), what(world)).await.expect("it ends")
        })
    })
}

/// Says this to a server, hangs up, and returns what it answered. A server ends a connection by itself once its peer
/// has nothing more to say.
pub async fn talk(world: &World, said: &[&[u8]]) -> Vec<u8> {
    let (peer, server) = tokio::io::duplex(64 * 1024);
    let service = TowerToHyperService::new(world.registry.router());
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(server), service)
        .with_upgrades();
    let (mut reader, mut writer) = tokio::io::split(peer);
    let talking = async move {
        for part in said {
            if writer.write_all(part).await.is_err() {
                return;
            }
        }
        // How it ends is the server's business.
        let _ = writer.shutdown().await;
    };
    let mut heard = Vec::new();
    let listening = reader.read_to_end(&mut heard);
    // An error is an end like another.
    let _ = tokio::join!(serving, talking, listening);
    heard
}
