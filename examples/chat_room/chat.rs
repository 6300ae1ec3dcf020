//! The room: who is in it, what was said, and what its clients hear of both.

use callboard::prelude::*;

/// One posted message, and the event that announces it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MessageReceived {
    pub id: Uuid,
    pub user_id: String,
    pub text: String,
    pub timestamp: u64,
}

/// A message that only one player hears.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PrivateMessage {
    pub from: String,
    pub message: String,
    pub timestamp: u64,
}

/// Somebody came in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlayerJoined {
    pub player_id: String,
    pub role: String,
}

/// Somebody is gone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlayerLeft {
    pub player_id: String,
}

/// What a client passes to `connect`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JoinParams {
    pub player_id: String,
    pub role: Option<String>,
}

/// What the actor remembers about a connection, and tells those who ask who is here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Player {
    pub player_id: String,
    pub role: String,
}

/// What the room says no with: clients get the code (`name_taken`), the message and the fields.
#[derive(Debug, PartialEq, thiserror::Error, ActorError)]
pub enum ChatError {
    #[error("a name has 1 to {longest} characters, and no space at its ends")]
    NameInvalid { longest: usize },
    #[error("somebody here is called {player_id} already")]
    NameTaken { player_id: String },
    #[error("{player_id} is somebody else here")]
    NotYou { player_id: String },
    #[error("player {player_id} is not connected")]
    PlayerNotFound { player_id: String },
}

/// How private messages are signed whose sender has no name: calls through a handle come from no player.
const ROOM: &str = "the room";
const LONGEST_NAME: usize = 40;

/// The room remembers the newest messages, within these two limits.
const KEPT_MESSAGES: usize = 200;
const KEPT_BYTES: usize = 256 * 1024;

/// The struct is the persisted state. Who is connected is not in it: the framework knows that.
#[derive(Default, Serialize, Deserialize)]
pub struct ChatRoom {
    messages: Vec<MessageReceived>,
}

#[actor(events(MessageReceived, PrivateMessage, PlayerJoined, PlayerLeft))]
impl ChatRoom {
    /// Validates a client and makes its connection state; an error rejects the connection.
    #[on_before_connect]
    fn admit(&self, ctx: &Ctx<Self>, params: JoinParams) -> Result<Player, ChatError> {
        let JoinParams { player_id, role } = params;
        let length = player_id.chars().count();
        if player_id.trim() != player_id || !(1..=LONGEST_NAME).contains(&length) {
            return Err(ChatError::NameInvalid { longest: LONGEST_NAME });
        }
        if player_id == ROOM || find(ctx, &player_id).is_some() {
            return Err(ChatError::NameTaken { player_id });
        }
        Ok(Player { player_id, role: role.unwrap_or_else(|| "member".to_owned()) })
    }

    #[on_connect]
    fn joined(&self, ctx: &Ctx<Self>, conn: &Conn<Self>) {
        let Player { player_id, role } = Player::clone(&conn.state());
        ctx.broadcast_except(conn, &PlayerJoined { player_id, role });
    }

    #[on_disconnect]
    fn left(&self, ctx: &Ctx<Self>, conn: &Conn<Self>) {
        let player_id = conn.state().player_id.clone();
        // Whoever comes back at once may be in before this runs for the connection that was lost.
        if find(ctx, &player_id).is_none() {
            ctx.broadcast(&PlayerLeft { player_id });
        }
    }

    /// Posts a message to everyone in the room. A player cannot post in the name of another who is here.
    #[action]
    fn send_message(
        &mut self,
        ctx: &Ctx<Self>,
        user_id: String,
        text: String,
    ) -> Result<MessageReceived, ChatError> {
        if let (Some(caller), Some(player)) = (ctx.conn(), find(ctx, &user_id))
            && *caller != player
        {
            return Err(ChatError::NotYou { player_id: user_id });
        }
        let message = MessageReceived { id: Uuid::now_v7(), user_id, text, timestamp: ctx.now_ms() };
        self.messages.push(message.clone());
        self.forget_oldest();
        ctx.broadcast(&message);
        Ok(message)
    }

    /// Sends a message to one player.
    #[action]
    fn send_private_message(&self, ctx: &Ctx<Self>, to: String, message: String) -> Result<(), ChatError> {
        let from = ctx.conn().map_or_else(|| ROOM.to_owned(), |conn| conn.state().player_id.clone());
        let target = find(ctx, &to).ok_or(ChatError::PlayerNotFound { player_id: to })?;
        target.send(&PrivateMessage { from, message, timestamp: ctx.now_ms() });
        Ok(())
    }

    /// What was said lately, the oldest first.
    #[action]
    fn get_messages(&self) -> Vec<MessageReceived> {
        self.messages.clone()
    }

    /// Who is here, in the order they joined.
    #[action]
    fn get_players(&self, ctx: &Ctx<Self>) -> Vec<Player> {
        ctx.conns().map(|conn| Player::clone(&conn.state())).collect()
    }

    fn forget_oldest(&mut self) {
        let bytes =
            |messages: &[MessageReceived]| messages.iter().map(|message| message.text.len()).sum::<usize>();
        while self.messages.len() > KEPT_MESSAGES || bytes(&self.messages) > KEPT_BYTES {
            self.messages.remove(0);
        }
    }
}

/// The connection of this player.
fn find(ctx: &Ctx<ChatRoom>, player_id: &str) -> Option<Conn<ChatRoom>> {
    ctx.conns().find(|conn| conn.state().player_id == player_id)
}
