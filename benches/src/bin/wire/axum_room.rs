//! Rooms behind locks, and the messages of the protocol as far as they need it.

use std::{
    borrow::Cow,
    collections::HashMap,
    fmt::Write as _,
    sync::{Arc, Mutex},
};

use axum::extract::ws::Utf8Bytes;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tokio::sync::mpsc;

use crate::messages::{Messages, recital};

/// All rooms by their keys.
#[derive(Default)]
pub struct Rooms(Mutex<HashMap<String, Arc<Room>>>);

#[derive(Default)]
pub struct Room {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    messages: Messages,
    subscribers: Vec<Subscriber>,
}

/// A connection that gets the messages. One whose queue is full loses its sender, which ends it.
struct Subscriber {
    connection: u64,
    events: mpsc::Sender<Utf8Bytes>,
}

/// What a client says on a connection.
#[derive(Deserialize)]
pub struct Frame<'a> {
    #[serde(borrow)]
    pub body: Body<'a>,
}

#[derive(Deserialize)]
#[serde(tag = "tag", content = "val")]
pub enum Body<'a> {
    ActionRequest {
        #[serde(borrow)]
        id: &'a RawValue,
        #[serde(borrow)]
        name: Cow<'a, str>,
        #[serde(borrow)]
        args: &'a RawValue,
    },
    #[serde(rename_all = "camelCase")]
    SubscriptionRequest {
        #[serde(borrow)]
        event_name: Cow<'a, str>,
        subscribe: bool,
    },
}

/// The group and code of an error.
pub struct Refusal(&'static str, &'static str);

impl Rooms {
    pub fn room(&self, key: &str) -> Arc<Room> {
        let mut rooms = self.0.lock().unwrap();
        if let Some(room) = rooms.get(key) {
            return Arc::clone(room);
        }
        Arc::clone(rooms.entry(key.to_owned()).or_default())
    }
}

impl Room {
    /// Runs an action. Returns its encoded answer.
    pub fn call(&self, name: &str, args: &str) -> Result<String, Refusal> {
        match name {
            "sendMessage" => {
                let (user, text) = decode(args)?;
                Ok(self.send(user, text))
            }
            "measure" => {
                let (text,): (Cow<'_, str>,) = decode(args)?;
                Ok(text.len().to_string())
            }
            "recite" => Ok(encode(&recital())),
            _ => Err(Refusal("actor", "action_not_found")),
        }
    }

    /// Encoded once, for the answer and for all who hear of it; they hear of it in the order in which it is kept.
    fn send(&self, user: String, text: String) -> String {
        let mut state = self.state.lock().unwrap();
        let State { messages, subscribers } = &mut *state;
        let message = encode(messages.send(user, text));
        if !subscribers.is_empty() {
            let event = Utf8Bytes::from(format!(
                r#"{{"body":{{"tag":"Event","val":{{"name":"message","args":[{message}]}}}}}}"#
            ));
            subscribers.retain(|subscriber| subscriber.events.try_send(event.clone()).is_ok());
        }
        message
    }

    pub fn subscribe(&self, connection: u64, events: mpsc::Sender<Utf8Bytes>) {
        self.state.lock().unwrap().subscribers.push(Subscriber { connection, events });
    }

    /// Gives back what a connection has subscribed with.
    pub fn unsubscribe(&self, connection: u64) -> Option<mpsc::Sender<Utf8Bytes>> {
        let subscribers = &mut self.state.lock().unwrap().subscribers;
        let place = subscribers.iter().position(|subscriber| subscriber.connection == connection)?;
        Some(subscribers.swap_remove(place).events)
    }
}

/// The answer to the call of this id.
pub fn answer(id: &RawValue, result: Result<String, Refusal>) -> Option<Utf8Bytes> {
    let id = id.get();
    let id = id.strip_prefix(r#"["$BigInt",""#).and_then(|id| id.strip_suffix(r#""]"#)).unwrap_or(id);
    let id: u64 = id.parse().ok()?;
    let mut frame = String::with_capacity(96 + result.as_ref().map_or(0, String::len));
    match result {
        Ok(output) => write!(
            frame,
            r#"{{"body":{{"tag":"ActionResponse","val":{{"id":["$BigInt","{id}"],"output":{output}}}}}}}"#
        ),
        Err(Refusal(group, code)) => write!(
            frame,
            r#"{{"body":{{"tag":"Error","val":{{"group":"{group}","code":"{code}","message":"{code}","actionId":["$BigInt","{id}"]}}}}}}"#
        ),
    }
    .expect("a string takes everything");
    Some(frame.into())
}

fn decode<'a, T: Deserialize<'a>>(args: &'a str) -> Result<T, Refusal> {
    serde_json::from_str(args).map_err(|_| Refusal("actor", "invalid_request"))
}

fn encode(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("text and numbers")
}
