//! The actor that most tests run on: a room with events of every shape, hooks that keep a diary, and actions that
//! do one thing each.

use callboard::prelude::*;

use crate::gate;

/// A posted message, and the event that announces it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Posted {
    pub id: Uuid,
    pub user_id: String,
    pub text: String,
    pub timestamp: u64,
}

/// A message for one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whispered {
    pub from: String,
    pub text: String,
}

/// An event of several arguments.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Moved(pub String, pub f64, pub f64);

/// An event of one plain argument.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Renamed(pub String);

/// An event without a payload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cleared;

/// Sent to a connection by `#[on_connect]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    pub name: String,
    pub here: usize,
}

/// An event that JSON cannot carry: a map with struct keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Odd(pub std::collections::BTreeMap<Point, u8>);

/// A key that is not a string.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Point {
    pub x: i32,
    pub y: i32,
}

/// What a client passes to `connect`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Join {
    pub name: String,
    pub role: Option<String>,
}

impl Join {
    /// Of somebody who only calls, of whom the diary says nothing.
    #[must_use]
    pub fn caller() -> Self {
        Self::named("caller")
    }

    /// Params of a member without a role.
    pub fn named(name: &str) -> Self {
        Self { name: name.to_owned(), role: None }
    }
}

/// What the room remembers about a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub name: String,
    pub role: String,
}

/// What can go wrong in a room.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, ActorError)]
pub enum RoomError {
    #[error("{name} is not here")]
    NotHere { name: String },
    #[error("{name} may not come in, {tries} times tried")]
    Banned { name: String, tries: u32 },
    #[error("the room is closed")]
    Closed,
}

/// A room.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Room {
    messages: Vec<Posted>,
    diary: Vec<String>,
}

#[actor(events(Posted, Whispered, Moved, Renamed, Cleared, Welcome, Odd))]
impl Room {
    #[on_before_connect]
    async fn admit(&mut self, _ctx: &Ctx<Self>, params: Join) -> Result<Member, RoomError> {
        if params.name != "caller" {
            self.diary.push(format!("admit {}", params.name));
        }
        match params.name.as_str() {
            "banned" => Err(RoomError::Banned { name: params.name, tries: 3 }),
            "panic" => panic!("SECRET: a guest of that name"),
            _ => Ok(Member { name: params.name, role: params.role.unwrap_or_else(|| "guest".to_owned()) }),
        }
    }

    #[on_connect]
    fn welcome(&mut self, ctx: &Ctx<Self>, conn: &Conn<Self>) {
        self.diary.push(format!("connect {}", conn.state().name));
        conn.send(&Welcome { name: conn.state().name.clone(), here: ctx.conns().count() });
    }

    #[on_disconnect]
    fn part(&mut self, ctx: &Ctx<Self>, conn: &Conn<Self>) {
        self.diary.push(format!("disconnect {}", conn.state().name));
        ctx.broadcast(&Renamed(format!("{} left", conn.state().name)));
    }

    /// Posts a message to everyone in the room.
    #[action]
    pub async fn send_message(&mut self, ctx: &Ctx<Self>, user_id: String, text: String) -> Posted {
        let message = Posted { id: Uuid::now_v7(), user_id, text, timestamp: ctx.now_ms() };
        self.messages.push(message.clone());
        ctx.broadcast(&message);
        message
    }

    /// The same, without an await.
    #[action]
    pub fn post(&mut self, ctx: &Ctx<Self>, text: String) -> Posted {
        let message =
            Posted { id: Uuid::now_v7(), user_id: "post".to_owned(), text, timestamp: ctx.now_ms() };
        self.messages.push(message.clone());
        ctx.broadcast(&message);
        message
    }

    /// Every message, oldest first.
    #[action]
    pub fn get_messages(&self) -> Vec<Posted> {
        self.messages.clone()
    }

    /// What the hooks noted.
    #[action]
    pub fn read_diary(&self) -> Vec<String> {
        self.diary.clone()
    }

    /// Sends to the connections of one member.
    #[action]
    pub fn whisper(&self, ctx: &Ctx<Self>, to: String, text: String) -> Result<(), RoomError> {
        let from = ctx.conn().map_or("nobody".to_owned(), |conn| conn.state().name.clone());
        let target =
            ctx.conns().find(|conn| conn.state().name == to).ok_or(RoomError::NotHere { name: to })?;
        target.send(&Whispered { from, text });
        Ok(())
    }

    /// Moves the caller, which everyone else sees.
    #[action]
    pub fn step(&self, ctx: &Ctx<Self>, conn: &Conn<Self>, x: f64, y: f64) {
        ctx.broadcast_except(conn, &Moved(conn.state().name.clone(), x, y));
    }

    /// Moves the caller, which everyone sees who is not of the same name.
    #[action]
    pub fn step_with_all_tabs(&self, ctx: &Ctx<Self>, conn: &Conn<Self>, x: f64, y: f64) {
        let name = conn.state().name.clone();
        ctx.broadcast_where(|other| other.state().name != name, &Moved(name.clone(), x, y));
    }

    /// Sends to every connection, whatever it subscribed to, and closes one of them on the way.
    #[action]
    pub fn tell_each(&self, ctx: &Ctx<Self>, text: String, close: String) -> usize {
        let mut told = 0;
        for conn in ctx.conns() {
            if conn.state().name == close {
                conn.disconnect("you were chosen");
            } else if conn.send(&Renamed(text.clone())) {
                told += 1;
            }
        }
        told
    }

    /// Clears the room: an event without a payload.
    #[action]
    pub fn clear(&mut self, ctx: &Ctx<Self>) {
        self.messages.clear();
        ctx.broadcast(&Cleared);
    }

    /// Announces, then waits at the gate of that name.
    #[action]
    pub async fn announce_and_wait(&self, ctx: &Ctx<Self>, text: String) -> String {
        ctx.broadcast(&Renamed(text.clone()));
        gate(&text).notified().await;
        text
    }

    /// Broadcasts what cannot be encoded as JSON, and says whether it was sent.
    #[action]
    pub fn send_odd(&self, ctx: &Ctx<Self>) -> bool {
        ctx.broadcast(&Odd([(Point { x: 1, y: 2 }, 3)].into()))
    }

    /// Broadcasts a message of this size, and says whether it was sent.
    #[action]
    pub fn send_large(&self, ctx: &Ctx<Self>, bytes: usize) -> bool {
        ctx.broadcast(&Renamed("x".repeat(bytes)))
    }

    /// Announces, then fails in a declared way, with an announcement after it that never comes.
    #[action]
    pub fn announce_and_fail(&mut self, ctx: &Ctx<Self>) -> Result<(), RoomError> {
        ctx.broadcast(&Renamed("before".to_owned()));
        Err(RoomError::Closed)?;
        ctx.broadcast(&Renamed("after".to_owned()));
        Ok(())
    }

    /// Fails with an error that nobody declared.
    #[action]
    pub fn fail(&self) -> callboard::Result<()> {
        Err(callboard::Error::msg("SECRET: /etc/passwd"))
    }

    /// Panics after it changed the state.
    #[action]
    pub fn change_and_panic(&mut self) {
        self.messages.clear();
        self.diary.push("a lie".to_owned());
        panic!("SECRET: SELECT * FROM users");
    }

    /// Who calls: its connection, if it has one.
    #[action]
    pub fn who_am_i(&self, ctx: &Ctx<Self>) -> Option<(ConnId, String)> {
        ctx.conn().map(|conn| (conn.id(), conn.state().name.clone()))
    }

    /// Who is here, in the order they joined.
    #[action]
    pub fn who_is_here(&self, ctx: &Ctx<Self>) -> Vec<(ConnId, String, Option<String>)> {
        ctx.conns().map(|conn| (conn.id(), conn.state().role.clone(), conn.params().role.clone())).collect()
    }

    /// Renames a connection by its id.
    #[action]
    pub fn rename(&self, ctx: &Ctx<Self>, id: ConnId, name: String) -> bool {
        let Some(conn) = ctx.get_conn(id) else { return false };
        conn.update_state(|member| member.name = name);
        true
    }

    /// Closes the connection of this id.
    #[action]
    pub fn kick(&self, ctx: &Ctx<Self>, id: ConnId) -> bool {
        ctx.get_conn(id).map(|conn| conn.disconnect("kicked")).is_some()
    }

    /// Returns its arguments.
    #[action]
    pub fn echo(&self, text: String, number: i64, maybe: Option<bool>) -> (String, i64, Option<bool>) {
        (text, number, maybe)
    }
}
