use callboard::prelude::*;

/// A message was posted: an event.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MessageReceived {
    /// Who posted it.
    pub user_id: String,
    /// What it says.
    pub text: String,
}

/// The room has another name: an event.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Renamed {
    /// The new one.
    pub name: String,
}

/// What a client passes to `connect`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JoinParams {
    /// Who connects.
    pub user_id: String,
}

/// What the room remembers about a connection.
#[derive(Clone, Debug)]
pub struct Member {
    /// Who it is.
    pub user_id: String,
}

/// What can go wrong in a room.
#[derive(Debug, thiserror::Error, ActorError)]
pub enum ChatError {
    /// The room is no place for empty messages.
    #[error("there is no text in it")]
    Empty,
}

/// A room, and everything that was said in it: the state of the actor.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct ChatRoom {
    messages: Vec<MessageReceived>,
}

#[actor(events(MessageReceived, Renamed))]
impl ChatRoom {
    #[on_before_connect]
    fn admit(&self, params: JoinParams) -> Member {
        Member { user_id: params.user_id }
    }

    /// Posts a message to everyone in the room.
    #[action]
    async fn send_message(&mut self, ctx: &Ctx<Self>, conn: &Conn<Self>, text: String) -> Result<usize, ChatError> {
        if text.is_empty() {
            return Err(ChatError::Empty);
        }
        let message = MessageReceived { user_id: conn.state().user_id.clone(), text };
        ctx.broadcast(&message);
        self.messages.push(message);
        Ok(self.messages.len())
    }

    /// Gives the room another name.
    #[action]
    fn rename(&self, ctx: &Ctx<Self>, name: String) {
        ctx.broadcast(&Renamed { name });
    }

    /// Everything that was said so far.
    #[action]
    fn get_messages(&self) -> Vec<MessageReceived> {
        self.messages.clone()
    }
}
