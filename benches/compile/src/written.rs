//! The same actors, written in three ways.

use std::{fmt::Write as _, path::Path};

/// Each actor has so many.
pub const ACTIONS: usize = 10;

/// A way to write an actor.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Contender {
    Callboard,
    /// With its `#[messages]`: an actor in this process.
    Kameo,
    /// An enum, a channel and a task; axum and serde at the door, a client for what it offers.
    ByHand,
}

impl Contender {
    pub const ALL: [Self; 3] = [Self::Callboard, Self::Kameo, Self::ByHand];

    pub fn name(self) -> &'static str {
        match self {
            Self::Callboard => "callboard",
            Self::Kameo => "kameo",
            Self::ByHand => "by-hand",
        }
    }

    pub fn package(self, size: usize) -> String {
        format!("{}-{size}", self.name())
    }

    pub fn manifest(self, size: usize, here: &Path) -> String {
        let package = self.package(size);
        let dependencies = match self {
            Self::Callboard => format!("callboard = {{ path = {:?} }}", here.join("../../runtime")),
            Self::Kameo => {
                "kameo = { version = \"0.22\", default-features = false, features = [\"macros\"] }".to_owned()
            }
            Self::ByHand => "axum = \"0.8\"\nserde_json = \"1\"".to_owned(),
        };
        format!(
            "[package]\nname = \"{package}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n\
             {dependencies}\nserde = {{ version = \"1\", features = [\"derive\"] }}\nthiserror = \"2\"\n\
             tokio = {{ version = \"1\", features = [\"sync\", \"rt\", \"macros\"] }}\n"
        )
    }

    pub fn root(self, size: usize) -> String {
        let mut text = "#![allow(clippy::all)]\n".to_owned();
        for index in 0..size {
            let _ = writeln!(text, "pub mod actor_{index};");
        }
        if self == Self::ByHand {
            text += BY_HAND_SHARED;
        }
        text
    }

    /// An actor with its actions, and a client that calls each of them.
    pub fn actor(self, index: usize) -> String {
        let (mut each, mut calls) = (Parts::default(), String::new());
        for action in 0..ACTIONS {
            each.add(self, index, action);
            calls += &self.call(action);
        }
        let text = match self {
            Self::Callboard => CALLBOARD,
            Self::Kameo => KAMEO,
            Self::ByHand => BY_HAND,
        };
        text.replace("ACTIONS_HERE", &each.methods)
            .replace("VARIANTS_HERE", &each.variants)
            .replace("MESSAGES_HERE", &each.messages)
            .replace("ARMS_HERE", &each.arms)
            .replace("ROUTES_HERE", &each.routes)
            .replace("STUBS_HERE", &each.stubs)
            .replace("REMOTE_HERE", &each.remote)
            .replace("CALLS_HERE", &calls)
            .replace("Room", &format!("Room{index}"))
    }

    fn call(self, action: usize) -> String {
        match (self, action % 2) {
            (Self::Kameo, 0) => {
                format!("room.ask(Write{action} {{ name: name(), amount: 1 }}).await.ok();\n")
            }
            (Self::Kameo, _) => format!("room.ask(Read{action} {{ prefix: name() }}).await.ok();\n"),
            (_, 0) => format!("room.write{action}(name(), 1).await.ok();\n"),
            (_, _) => format!("room.read{action}(name()).await.ok();\n"),
        }
    }
}

/// What an action is made of, in all the places where it is written.
#[derive(Default)]
struct Parts {
    methods: String,
    variants: String,
    messages: String,
    arms: String,
    routes: String,
    stubs: String,
    remote: String,
}

impl Parts {
    fn add(&mut self, contender: Contender, index: usize, action: usize) {
        let n = action;
        let limit = index * 1000 + action;
        let changed = match contender {
            Contender::Callboard => "ctx.broadcast(&Changed { total: self.total });",
            Contender::Kameo => "",
            Contender::ByHand => "events.send(Event::Changed(Changed { total: self.total })).ok();",
        };
        let write = format!(
            "{{ if amount > {limit} {{ return Err(RoomError::TooMuch {{ amount }}); }} self.total += amount; \
             self.names.push(name); {changed} Ok(self.total) }}"
        );
        let read = "{ self.names.iter().filter(|name| name.starts_with(&prefix)).cloned().collect() }";
        match (contender, n % 2) {
            (Contender::Callboard, 0) => {
                let _ = write!(
                    self.methods,
                    "/// Writes.\n#[action] async fn write{n}(&mut self, ctx: &Ctx<Self>, name: String, amount: u64) \
                     -> Result<u64, RoomError> {write}\n"
                );
            }
            (Contender::Callboard, _) => {
                let _ = write!(
                    self.methods,
                    "/// Reads.\n#[action] fn read{n}(&self, prefix: String) -> Vec<String> {read}\n"
                );
            }
            (Contender::Kameo, 0) => {
                let _ = write!(
                    self.methods,
                    "/// Writes.\n#[message] pub async fn write{n}(&mut self, name: String, amount: u64) \
                     -> Result<u64, RoomError> {write}\n"
                );
            }
            (Contender::Kameo, _) => {
                let _ = write!(
                    self.methods,
                    "/// Reads.\n#[message] pub fn read{n}(&self, prefix: String) -> Vec<String> {read}\n"
                );
            }
            (Contender::ByHand, 0) => {
                self.by_hand(n, "name: String, amount: u64", "name, amount", "Result<u64, RoomError>");
                let _ = write!(
                    self.methods,
                    "/// Writes.\nasync fn write{n}(&mut self, events: &broadcast::Sender<Event>, name: String, \
                     amount: u64) -> Result<u64, RoomError> {write}\n"
                );
                let _ = write!(
                    self.arms,
                    "Message::Write{n} {{ name, amount, reply }} => {{ \
                     let _ = reply.send(self.write{n}(&events, name, amount).await); }}\n"
                );
            }
            (Contender::ByHand, _) => {
                self.by_hand(n, "prefix: String", "prefix", "Vec<String>");
                let _ = write!(
                    self.methods,
                    "/// Reads.\nfn read{n}(&self, prefix: String) -> Vec<String> {read}\n"
                );
                let _ = write!(
                    self.arms,
                    "Message::Read{n} {{ prefix, reply }} => {{ let _ = reply.send(self.read{n}(prefix)); }}\n"
                );
            }
        }
    }

    /// Everything about an action but its method and how it is dispatched.
    fn by_hand(&mut self, n: usize, parameters: &str, names: &str, output: &str) {
        let (method, variant) = if n % 2 == 0 { ("write", "Write") } else { ("read", "Read") };
        let _ = writeln!(self.variants, "/// The call.\n{variant}{n} {{ {parameters} }},");
        let _ = writeln!(
            self.messages,
            "/// The call, and where its answer goes.\n{variant}{n} {{ {parameters}, reply: oneshot::Sender<{output}> }},"
        );
        let _ = writeln!(
            self.routes,
            "Call::{variant}{n} {{ {names} }} => answer(handle.{method}{n}({names}).await),"
        );
        let _ = writeln!(
            self.stubs,
            "/// Calls it here.\npub async fn {method}{n}(&self, {parameters}) -> Result<{output}, Gone> {{ \
             let (reply, answer) = oneshot::channel(); \
             self.messages.send(Message::{variant}{n} {{ {names}, reply }}).await.map_err(|_| Gone)?; \
             answer.await.map_err(|_| Gone) }}"
        );
        let _ = writeln!(
            self.remote,
            "/// Calls it elsewhere.\npub async fn {method}{n}(&self, {parameters}) -> Result<{output}, Gone> {{ \
             let call = serde_json::to_vec(&Call::{variant}{n} {{ {names} }}).map_err(|_| Gone)?; \
             let answer = self.0.post(call).await.map_err(|_| Gone)?; \
             serde_json::from_slice(&answer).map_err(|_| Gone) }}"
        );
    }
}

const CALLBOARD: &str = r#"
use callboard::prelude::*;

/// An event.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Changed { pub total: u64 }

/// An error.
#[derive(Debug, thiserror::Error, ActorError)]
pub enum RoomError {
    /// It is.
    #[error("{amount} is too much")]
    TooMuch { amount: u64 },
}

/// The state.
#[derive(Default, Serialize, Deserialize)]
pub struct Room { total: u64, names: Vec<String> }

#[actor(events(Changed))]
impl Room { ACTIONS_HERE }

/// A client.
pub async fn client(room: &RoomConn) {
    let name = || String::from("ann");
    room.on(|changed: Changed| drop(changed));
    CALLS_HERE
}
"#;

const KAMEO: &str = r#"
use kameo::prelude::*;

/// An error.
#[derive(Debug, thiserror::Error)]
pub enum RoomError {
    /// It is.
    #[error("{amount} is too much")]
    TooMuch { amount: u64 },
}

/// The state.
#[derive(Default, Actor)]
pub struct Room { total: u64, names: Vec<String> }

#[messages]
impl Room { ACTIONS_HERE }

/// A client.
pub async fn client(room: &ActorRef<Room>) {
    let name = || String::from("ann");
    CALLS_HERE
}
"#;

const BY_HAND: &str = r#"
use axum::{Json, Router, extract::State, routing::post};
use serde::{Deserialize, Serialize};
use tokio::sync::{broadcast, mpsc, oneshot};

use crate::{Gone, Post, answer};

/// An event.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Changed { pub total: u64 }

/// Every event.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "event", content = "payload")]
pub enum Event {
    /// The one there is.
    Changed(Changed),
}

/// An error.
#[derive(Debug, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "code", content = "metadata")]
pub enum RoomError {
    /// It is.
    #[error("{amount} is too much")]
    TooMuch { amount: u64 },
}

/// The state.
#[derive(Default, Serialize, Deserialize)]
pub struct Room { total: u64, names: Vec<String> }

impl Room {
    ACTIONS_HERE

    /// Runs until its last handle is gone.
    pub async fn run(mut self, mut inbox: mpsc::Receiver<Message>, events: broadcast::Sender<Event>) {
        while let Some(message) = inbox.recv().await {
            match message { ARMS_HERE }
        }
    }
}

/// Every call, as it travels.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "action", content = "args")]
pub enum Call { VARIANTS_HERE }

/// Every call, as it waits.
pub enum Message { MESSAGES_HERE }

/// A client in this process.
#[derive(Clone)]
pub struct Handle { messages: mpsc::Sender<Message>, events: broadcast::Sender<Event> }

impl Handle {
    STUBS_HERE

    /// What happens from now on.
    pub fn events(&self) -> broadcast::Receiver<Event> { self.events.subscribe() }
}

/// A client in another process.
pub struct Remote<P>(P);

impl<P: Post> Remote<P> { REMOTE_HERE }

async fn call(State(handle): State<Handle>, Json(call): Json<Call>) -> axum::response::Response {
    match call { ROUTES_HERE }
}

/// The door for clients in other processes.
pub fn router(handle: Handle) -> Router { Router::new().route("/call", post(call)).with_state(handle) }

/// A client.
pub async fn client<P: Post>(room: &Remote<P>) {
    let name = || String::from("ann");
    CALLS_HERE
}
"#;

const BY_HAND_SHARED: &str = r"
/// The actor or its process is gone.
#[derive(Debug)]
pub struct Gone;

/// What carries calls to other processes.
pub trait Post {
    /// Sends a call and waits for its answer.
    fn post(&self, body: Vec<u8>) -> impl Future<Output = Result<Vec<u8>, Gone>> + Send;
}

fn answer<T: serde::Serialize>(answer: Result<T, Gone>) -> axum::response::Response {
    use axum::response::IntoResponse;
    match answer {
        Ok(value) => axum::Json(value).into_response(),
        Err(Gone) => axum::http::StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}
";
