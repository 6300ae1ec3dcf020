//! What the log tells: of requests, of what actors do for them, and of what goes wrong there.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../capture/mod.rs"]
mod capture;
mod errors;
#[path = "../gateway/mod.rs"]
mod gateway;
mod spans;
mod visits;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
    time::Duration,
};

use callboard::{Body, RawSocket, prelude::*, store::MemoryStore, testing::FaultyStore, wire::Encoding};
use capture::{Capture, Line};
use futures_util::SinkExt as _;
use gateway::{Server, next, next_close, next_json, until};
use tokio_websockets::Message;
use tracing::Level;

/// One for all tests of this file: what they look for they find by ids, and by keys of their own.
fn log() -> &'static Capture {
    static LOG: LazyLock<Capture> = LazyLock::new(Capture::install);
    &LOG
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Rung {
    times: u32,
}

#[derive(Debug, Serialize, Deserialize)]
struct Job {
    name: String,
}

/// Fails wherever it can.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Bell {
    times: u32,
}

#[actor(events(Rung), queues(Job))]
impl Bell {
    #[on_before_connect]
    fn admit(&self, params: Option<String>) -> Result<(), std::io::Error> {
        match params.as_deref() {
            Some("broken") => Err(std::io::Error::other("no door")),
            _ => Ok(()),
        }
    }

    #[run]
    async fn run(ctx: Ctx<Self>) -> Result<(), Fault> {
        while let Some(job) = ctx.queue::<Job>().next().await {
            job.complete(()).await?;
        }
        Ok(())
    }

    #[action]
    fn ring(&mut self, ctx: &Ctx<Self>) -> u32 {
        self.times += 1;
        ctx.broadcast(&Rung { times: self.times });
        self.times
    }

    #[action]
    fn ring_for_me(&self, ctx: &Ctx<Self>, conn: &Conn<Self>) {
        let _ = ctx;
        conn.send(&Rung { times: 0 });
    }

    #[action]
    fn crack(&self) -> Result<(), std::io::Error> {
        Err(std::io::Error::other("a crack"))
    }

    #[action]
    fn burst(&mut self) {
        panic!("a burst");
    }

    #[action]
    fn toll(&self, ms: u64) {
        std::thread::sleep(Duration::from_millis(ms));
    }

    #[action]
    async fn toll_later(&mut self, ms: u64) {
        tokio::task::yield_now().await;
        std::thread::sleep(Duration::from_millis(ms));
    }

    #[action]
    async fn burst_later(&mut self, ms: u64) {
        tracing::info!("going to burst");
        tokio::time::sleep(Duration::from_millis(ms)).await;
        panic!("a late burst");
    }

    #[action]
    async fn crack_later(&self, ms: u64) -> Result<(), std::io::Error> {
        tokio::time::sleep(Duration::from_millis(ms)).await;
        Err(std::io::Error::other("a late crack"))
    }

    #[action]
    fn crack_at_once_by_schedule(&mut self, ctx: &Ctx<Self>) {
        ctx.after(Duration::ZERO, BellAction::Burst {}).unwrap();
    }

    #[on_request]
    fn answer(&self, request: http::Request<Body>) -> Result<String, std::io::Error> {
        match request.uri().path() {
            "/broken" => Err(std::io::Error::other("no clapper")),
            path => Ok(format!("you asked for {path}")),
        }
    }

    #[on_websocket]
    async fn socket(_ctx: Ctx<Self>, mut socket: RawSocket) -> Result<(), std::io::Error> {
        match socket.recv().await {
            Some(_) => Err(std::io::Error::other("no rope")),
            None => Ok(()),
        }
    }
}

async fn bell() -> Server {
    log();
    Server::host(Registry::new().in_memory().register::<Bell>()).await
}

fn query(key: &str) -> String {
    format!("rvt-namespace=default&rvt-method=getOrCreate&rvt-key={key}")
}

fn call(id: u64, name: &str, args: &str) -> Message {
    let args = args.as_bytes().to_vec().into();
    let call = callboard::wire::ToServer::ActionRequest { id, name: name.to_owned(), args };
    Message::text(call.encode(Encoding::Json).unwrap())
}
