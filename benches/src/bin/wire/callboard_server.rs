//! callboard: the room as an actor, in memory or saved, served as users serve it.

use callboard::prelude::*;
use callboard_benches::open_limits;
use tokio::net::TcpListener;

use crate::messages::{Message, Messages, recital};

#[derive(Default)]
pub struct Room(Messages);

#[actor(ephemeral, events(Message))]
impl Room {
    #[action]
    fn send_message(&mut self, ctx: &Ctx<Self>, user: String, text: String) -> Message {
        let message = self.0.send(user, text);
        ctx.broadcast(message);
        message.clone()
    }

    #[action]
    fn measure(&self, text: String) -> usize {
        text.len()
    }

    #[action]
    fn recite(&self) -> String {
        recital()
    }
}

#[derive(Default, Serialize, Deserialize)]
pub struct SavedRoom(Messages);

/// With the name of the other: one of the two is served.
#[actor(name = "room", events(Message))]
impl SavedRoom {
    #[action]
    fn send_message(&mut self, ctx: &Ctx<Self>, user: String, text: String) -> Message {
        let message = self.0.send(user, text);
        ctx.broadcast(message);
        message.clone()
    }

    #[action]
    fn measure(&self, text: String) -> usize {
        text.len()
    }

    #[action]
    fn recite(&self) -> String {
        recital()
    }
}

pub async fn serve(listener: TcpListener, is_saved: bool) {
    let directory = tempfile::tempdir().unwrap();
    let registry = if is_saved {
        Registry::new().data_dir(directory.path().join("store")).register::<SavedRoom>()
    } else {
        Registry::new().in_memory().register::<Room>()
    };
    registry.limits(open_limits()).serve_listener(listener, std::future::pending()).await.unwrap();
}
