//! The chat room that the conformance driver expects.

// Actions take `self`, whether they need it or not.
#![allow(clippy::unused_self)]

use std::{error::Error, io};

use callboard::{Body, Queue, RawSocket, prelude::*, raw::RawSendError};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};

/// One posted message, and the event that announces it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MessageReceived {
    /// Unique among all messages.
    pub id: Uuid,
    /// Who posted it.
    pub user_id: String,
    /// What it says.
    pub text: String,
    /// When it was posted, in milliseconds since 1970.
    pub timestamp: u64,
}

/// A message to one player.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PrivateMessage {
    /// The sender; empty for a stateless call.
    pub from: String,
    /// What it says.
    pub message: String,
    /// When it was sent, in milliseconds since 1970.
    pub timestamp: u64,
}

/// A player moved: the event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlayerMoved {
    /// Who moved.
    pub player_id: String,
    /// Where to.
    pub position: Position,
}

/// A place in the room.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Position {
    /// To the right.
    pub x: f64,
    /// Up.
    pub y: f64,
}

/// What a client passes to `connect`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JoinParams {
    /// Who connects.
    pub player_id: String,
    /// What the player may do.
    pub role: Option<String>,
}

/// What the room remembers about a connection.
#[derive(Clone, Debug, Default)]
pub struct Player {
    /// Who is connected; empty for a client that did not say.
    pub player_id: String,
}

/// What a client may do wrong.
#[derive(Debug, thiserror::Error, ActorError)]
pub enum ChatError {
    /// A private message to somebody who is not there.
    #[error("player {player_id} is not connected")]
    PlayerNotFound {
        /// Who is not there.
        player_id: String,
    },
    /// A move outside of any connection.
    #[error("only a connected player can move")]
    NotConnected,
}

/// A piece of work for the room: any value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Job(pub Value);

/// A message to be posted, in its turn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Post {
    /// Who posts it.
    pub user_id: String,
    /// What it says.
    pub text: String,
}

/// Something for later, which nobody looks at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Later(pub Value);

/// What has become of a [`Job`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Done {
    /// The job itself.
    pub done: Value,
}

macro_rules! chat_room {
    ($(#[$doc:meta])+ $room:ident $(, $option:ident)?) => {
        $(#[$doc])+
        #[derive(Debug, Default, Serialize, Deserialize)]
        pub struct $room {
            messages: Vec<MessageReceived>,
        }

        #[actor(
            name = "chatRoom",
            events(MessageReceived, PrivateMessage, PlayerMoved),
            queues(Job -> Done = "jobs", Post -> usize, Later)
            $(, $option)?
        )]
        impl $room {
            /// Handles messages as they come. One that could not be saved as handled is handed out again.
            #[run]
            async fn handle_messages(ctx: Ctx<Self>) {
                side_by_side(Self::do_jobs(ctx.queue()), Self::post_messages(ctx.queue())).await;
            }

            #[on_before_connect]
            fn admit(&self, params: Option<JoinParams>) -> Player {
                Player { player_id: params.map(|params| params.player_id).unwrap_or_default() }
            }

            /// Posts a message to everyone in the room.
            #[action]
            fn send_message(&mut self, ctx: &Ctx<Self>, user_id: String, text: String) -> MessageReceived {
                let message = MessageReceived { id: Uuid::now_v7(), user_id, text, timestamp: ctx.now_ms() };
                self.messages.push(message.clone());
                ctx.broadcast(&message);
                message
            }

            /// Sends a message to one player.
            #[action]
            fn send_private_message(&self, ctx: &Ctx<Self>, to: String, message: String) -> Result<(), ChatError> {
                let target = ctx.conns().find(|conn| conn.state().player_id == to);
                let target = target.ok_or(ChatError::PlayerNotFound { player_id: to })?;
                let from = ctx.conn().map(|conn| conn.state().player_id.clone()).unwrap_or_default();
                target.send(&PrivateMessage { from, message, timestamp: ctx.now_ms() });
                Ok(())
            }

            /// Tells everybody else where the caller is now.
            #[action]
            fn update_player_position(&self, ctx: &Ctx<Self>, position: Position) -> Result<(), ChatError> {
                let caller = ctx.conn().ok_or(ChatError::NotConnected)?;
                let player_id = caller.state().player_id.clone();
                ctx.broadcast_except(caller, &PlayerMoved { player_id, position });
                Ok(())
            }

            /// Everything posted so far.
            #[action]
            fn get_messages(&self) -> Vec<MessageReceived> {
                self.messages.clone()
            }

            /// Answers with its argument.
            #[action]
            fn echo(&self, value: Value) -> Value {
                value
            }

            /// Answers a raw request with what it was.
            #[on_request]
            async fn describe(
                request: http::Request<Body>,
            ) -> Result<http::Response<String>, Box<dyn Error + Send + Sync>> {
                let (head, body) = request.into_parts();
                let has_body = !matches!(head.method, http::Method::GET | http::Method::HEAD);
                let body = if has_body { body.collect().await?.to_bytes() } else { <_>::default() };
                let body = has_body.then(|| String::from_utf8_lossy(&body));
                let search = head.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
                let method = head.method.as_str();
                let answer = json!({ "method": method, "path": head.uri.path(), "search": search, "body": body });
                let response = http::Response::builder().header(http::header::CONTENT_TYPE, "application/json");
                Ok(response.body(answer.to_string())?)
            }

            /// Greets with the path, then echoes each frame as it came, until told to close.
            #[on_websocket]
            async fn echo_frames(mut socket: RawSocket) -> Result<(), RawSendError> {
                socket.send(format!("hi {}", socket.path())).await?;
                while let Some(message) = socket.recv().await {
                    if message.as_text() == Some("close-me") {
                        socket.close(4001, "app.bye").await;
                        break;
                    }
                    socket.send(message).await?;
                }
                Ok(())
            }

            /// Fails with an error that clients must not see.
            #[action]
            fn fail(&self) -> Result<(), io::Error> {
                Err(io::Error::other("secret: the database is on fire"))
            }
        }

        impl $room {
            async fn do_jobs(jobs: Queue<Self, Job>) {
                while let Some(job) = jobs.next().await {
                    let done = job.body.0.clone();
                    drop(job.complete(Done { done }).await);
                }
            }

            async fn post_messages(posts: Queue<Self, Post>) {
                while let Some(post) = posts.next().await {
                    let (id, timestamp) = (Uuid::now_v7(), post.sent_at_ms());
                    let posted = post.complete_with(move |room, Post { user_id, text }| {
                        room.messages.push(MessageReceived { id, user_id, text, timestamp });
                        room.messages.len()
                    });
                    drop(posted.await);
                }
            }
        }
    };
}

chat_room! {
    /// A room with a memory.
    ChatRoom
}

chat_room! {
    /// The same room, which is never saved.
    UnsavedChatRoom, ephemeral
}

async fn side_by_side(one: impl Future, other: impl Future) {
    tokio::join!(one, other);
}
