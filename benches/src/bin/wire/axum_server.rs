//! axum as a good engineer would tune it for this: no delay of small packets, small buffers, borrowed decoding, an event
//! encoded once for all who get it, and one flush for whatever is ready.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use axum::{
    Router,
    body::Bytes,
    extract::{
        Path, RawQuery, State, WebSocketUpgrade,
        ws::{Message, Utf8Bytes, WebSocket},
    },
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse as _, Response},
    routing::{any, post},
    serve::ListenerExt as _,
};
use futures_util::{FutureExt as _, SinkExt as _, StreamExt as _};
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::{net::TcpListener, sync::mpsc};

use crate::axum_room::{Body, Frame, Room, Rooms, answer};

/// Messages that may wait for one connection.
const QUEUE: usize = 1_024;
/// Messages of a client that are read before what they cause is written.
const READS: usize = 64;

pub async fn serve(listener: TcpListener) {
    let routes = Router::new()
        .route("/gateway/{actor}/connect", any(connect))
        .route("/gateway/{actor}/action/{action}", post(call))
        .with_state(Arc::<Rooms>::default());
    let listener = listener.tap_io(|stream| stream.set_nodelay(true).unwrap());
    axum::serve(listener, routes).await.unwrap();
}

async fn call(
    State(rooms): State<Arc<Rooms>>,
    Path((_, action)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Response {
    #[derive(Deserialize)]
    struct Request<'a> {
        #[serde(borrow)]
        args: &'a RawValue,
    }

    let Ok(Request { args }) = serde_json::from_slice(&body) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    match rooms.room(key_of(query.as_deref())).call(&action, args.get()) {
        Ok(output) => {
            ([(CONTENT_TYPE, "application/json")], format!(r#"{{"output":{output}}}"#)).into_response()
        }
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn connect(
    State(rooms): State<Arc<Rooms>>,
    RawQuery(query): RawQuery,
    upgrade: WebSocketUpgrade,
) -> Response {
    let room = rooms.room(key_of(query.as_deref()));
    let upgrade = upgrade.protocols(["rivet"]).read_buffer_size(4 << 10);
    upgrade.on_upgrade(|socket| async move {
        static CONNECTIONS: AtomicU64 = AtomicU64::new(1);
        let id = CONNECTIONS.fetch_add(1, Ordering::Relaxed);
        let (sender, events) = mpsc::channel(QUEUE);
        let mut connection = Connection { id, room, socket, sender: Some(sender), events };
        // The client is gone, or spoke another protocol: there is nobody to tell.
        let _ = connection.run().await;
        connection.room.unsubscribe(id);
    })
}

fn key_of(query: Option<&str>) -> &str {
    let mut pairs = query.unwrap_or_default().split('&');
    pairs.find_map(|pair| pair.strip_prefix("rvt-key=")).unwrap_or_default()
}

struct Connection {
    id: u64,
    room: Arc<Room>,
    socket: WebSocket,
    /// While it is not subscribed.
    sender: Option<mpsc::Sender<Utf8Bytes>>,
    events: mpsc::Receiver<Utf8Bytes>,
}

/// Why a connection ends.
struct Gone;

impl From<axum::Error> for Gone {
    fn from(_: axum::Error) -> Self {
        Self
    }
}

impl Connection {
    async fn run(&mut self) -> Result<(), Gone> {
        let id = self.id;
        let init = format!(r#"{{"body":{{"tag":"Init","val":{{"actorId":"room","connectionId":"{id}"}}}}}}"#);
        self.socket.send(Message::Text(init.into())).await?;
        loop {
            tokio::select! {
                message = self.socket.recv() => self.take(message.ok_or(Gone)??).await?,
                event = self.events.recv() => self.socket.feed(Message::Text(event.ok_or(Gone)?)).await?,
            }
            for _ in 1..READS {
                let Some(message) = self.socket.next().now_or_never() else { break };
                self.take(message.ok_or(Gone)??).await?;
            }
            self.feed_events().await?;
            self.socket.flush().await?;
        }
    }

    async fn take(&mut self, message: Message) -> Result<(), Gone> {
        let Message::Text(text) = message else { return Ok(()) };
        let Frame { body } = serde_json::from_str(&text).map_err(|_| Gone)?;
        match body {
            Body::ActionRequest { id, name, args } => {
                let answer = answer(id, self.room.call(&name, args.get())).ok_or(Gone)?;
                // What the call has sent to its caller comes before its answer.
                self.feed_events().await?;
                self.socket.feed(Message::Text(answer)).await?;
            }
            Body::SubscriptionRequest { event_name, subscribe: true } if event_name == "message" => {
                if let Some(sender) = self.sender.take() {
                    self.room.subscribe(self.id, sender);
                }
            }
            Body::SubscriptionRequest { .. } => {
                if let Some(sender) = self.room.unsubscribe(self.id) {
                    self.sender = Some(sender);
                }
            }
        }
        Ok(())
    }

    async fn feed_events(&mut self) -> Result<(), Gone> {
        while let Ok(event) = self.events.try_recv() {
            self.socket.feed(Message::Text(event)).await?;
        }
        Ok(())
    }
}
