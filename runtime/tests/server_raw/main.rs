//! Raw requests and raw sockets, in bytes: what their handlers see, their turns, their ends.

#[path = "../gateway/mod.rs"]
mod gateway;
mod requests;
mod routing;
mod sockets;

use std::{
    convert::Infallible,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    body::to_bytes,
    response::{IntoResponse, Response},
};
use callboard::{
    Body, Limits, RawSocket, Registry, prelude::*, raw::RawMessage, store::MemoryStore, testing::FaultyStore,
};
use futures_util::{SinkExt as _, StreamExt as _, stream};
use gateway::{Server, next, next_close, until};
use http::{Request, StatusCode};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::{Notify, Semaphore},
};
use tokio_websockets::Message;

#[derive(Debug, Serialize, Deserialize)]
struct Badge {
    name: String,
}

#[derive(Debug, thiserror::Error, ActorError)]
enum GateError {
    #[error("{name} may not come in")]
    Banned { name: String },
    #[error("there is no page {page}")]
    NoPage { page: String },
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Rung {
    by: String,
}

/// A gate with a doorbell: a request for each thing that a handler may do.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Gate {
    count: u32,
    naps: u32,
    left: u32,
}

#[actor(events(Rung), name = "gate")]
impl Gate {
    #[on_before_connect]
    fn admit(&self, params: Option<Badge>) -> Result<String, GateError> {
        match params {
            Some(Badge { name }) if name == "banned" => Err(GateError::Banned { name }),
            Some(Badge { name }) => Ok(name),
            None => Ok("nobody".to_owned()),
        }
    }

    #[on_disconnect]
    fn gone(&mut self) {
        self.left += 1;
    }

    #[on_sleep]
    fn sleep(&mut self) {
        self.naps += 1;
    }

    #[on_request]
    async fn serve(&mut self, ctx: &Ctx<Self>, request: Request<Body>) -> Result<Response, GateError> {
        self.count += 1;
        let path = request.uri().path().to_owned();
        Ok(match path.as_str() {
            "/who" => ctx.conn().expect("the hook made one").state().to_string().into_response(),
            "/count" => self.count.to_string().into_response(),
            "/length" => {
                let length = request
                    .into_body()
                    .into_data_stream()
                    .fold(Ok(0), async |sum, chunk| Ok::<_, axum::Error>(sum? + chunk?.len()));
                match length.await {
                    Ok(length) => length.to_string().into_response(),
                    Err(_) => return Err(GateError::NoPage { page: "too long".to_owned() }),
                }
            }
            "/echo" => Body::new(request.into_body()).into_response(),
            "/slow-body" => {
                let chunks = stream::iter(0..).then(async |n| {
                    BODY_MAY_GO_ON.acquire().await.expect("it is never closed").forget();
                    Ok::<_, Infallible>(format!("{n};"))
                });
                Body::from_stream(chunks.take(3)).into_response()
            }
            "/never" => std::future::pending().await,
            "/boom" => panic!("the secret is swordfish"),
            page => return Err(GateError::NoPage { page: page.to_owned() }),
        })
    }

    #[on_websocket]
    async fn socket(ctx: Ctx<Self>, mut socket: RawSocket) -> Result<(), GateError> {
        let _ = socket
            .send(format!(
                "{} at {}",
                ctx.conn().map_or_else(String::new, |conn| conn.state().to_string()),
                socket.path()
            ))
            .await;
        while let Some(message) = socket.recv().await {
            match message.as_text() {
                Some("count") => {
                    let count = ctx
                        .turn(|this| {
                            this.count += 1;
                            this.count
                        })
                        .await
                        .unwrap_or_default();
                    let _ = socket.send(count.to_string()).await;
                }
                Some("fail") => return Err(GateError::NoPage { page: "any".to_owned() }),
                Some("boom") => panic!("the secret is swordfish"),
                Some("return") => return Ok(()),
                Some("deaf") => {
                    IS_DEAF.notify_one();
                    MAY_HEAR.notified().await;
                }
                Some("too long") => {
                    let refused = socket.send(vec![0; RawSocket::MAX_MESSAGE + 1]).await;
                    let _ = socket.send(refused.expect_err("it is too long").to_string()).await;
                }
                _ => drop(socket.send(message).await),
            }
        }
        if let Some((code, reason)) = socket.closed_by_client() {
            let _ = ctx
                .turn(move |this| this.count += u32::from(code == 4007 && reason == "enough") * 1000)
                .await;
        }
        Ok(())
    }

    #[action]
    fn ring(&mut self, ctx: &Ctx<Self>) -> (usize, usize) {
        let rung = Rung { by: "all".to_owned() };
        ctx.broadcast(&rung);
        (ctx.conns().count(), ctx.conns().filter(|conn| conn.send(&rung)).count())
    }

    #[action]
    fn show_out(&self, ctx: &Ctx<Self>, reason: String) {
        ctx.conns().for_each(|conn| conn.disconnect(&reason));
    }

    #[action]
    fn nap(&self, ctx: &Ctx<Self>) {
        ctx.sleep();
    }

    #[action]
    fn numbers(&self) -> (u32, u32, u32) {
        (self.count, self.naps, self.left)
    }

    #[action]
    fn end(&self, ctx: &Ctx<Self>) {
        ctx.destroy();
    }
}

static BODY_MAY_GO_ON: Semaphore = Semaphore::const_new(0);
static IS_DEAF: Notify = Notify::const_new();
static MAY_HEAR: Notify = Notify::const_new();

fn at(actor: &str, path: &str) -> String {
    format!("/gateway/{actor}/{path}?rvt-namespace=default&rvt-method=getOrCreate&rvt-key=test")
}

async fn serve_gate() -> Server {
    serve_gate_with(Limits::new()).await
}

async fn serve_gate_with(limits: Limits) -> Server {
    Server::host(Registry::new().in_memory().register::<Gate>().limits(limits)).await
}

async fn get(server: &Server, path: &str) -> gateway::Reply {
    server.http(&format!("GET {}", at("gate", &format!("request{path}"))), &[], b"").await
}

async fn call(server: &Server, action: &str, args: &str) -> serde_json::Value {
    let request = format!("POST {}", at("gate", &format!("action/{action}")));
    let reply = server.http(&request, &[], format!("{{\"args\":{args}}}").as_bytes()).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()["output"].clone()
}
