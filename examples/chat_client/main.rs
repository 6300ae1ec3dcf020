//! Talks to a running `chat_room` from a terminal, in the types of its actor.
//!
//! ```text
//! cargo run --example chat_room
//! cargo run --example chat_client -- --name alice
//! ```

#[path = "../chat_room/chat.rs"]
mod chat;

use callboard::{
    CallError, Client,
    client::{ConnectionError, Status},
};
use clap::Parser;
use tokio::io::{AsyncBufReadExt, BufReader, stdin};

use chat::{ChatError, ChatRoom, ChatRoomConn, ChatRoomEvent, JoinParams};

/// A chat in the terminal: what you type is posted, `/to NAME ..` is for one player, `/who` says who is here.
#[derive(Debug, Parser)]
#[command(name = "chat_client")]
struct Args {
    /// What you want to be called
    #[arg(short, long)]
    name: String,

    /// What you are in the room
    #[arg(long)]
    role: Option<String>,

    /// The room to join
    #[arg(short, long, default_value = "general")]
    room: String,

    /// Where the server is
    #[arg(short, long, default_value = "http://127.0.0.1:6420")]
    url: String,
}

#[tokio::main]
async fn main() -> callboard::Result<()> {
    let Args { name, role, room, url } = Args::parse();

    let handle = Client::new(&url)?.get_or_create::<ChatRoom>([room.as_str()]);
    let conn = handle.connect(JoinParams { player_id: name.clone(), role });
    conn.on_status_change(tell_status);
    let mut events = conn.events();

    conn.opened().await.map_err(refused)?;
    for message in conn.get_messages().await? {
        println!("{}: {}", message.user_id, message.text);
    }
    println!("* you are {name}, in {room}; `/to NAME MESSAGE` is for one player, `/who` lists them");

    let mut lines = BufReader::new(stdin()).lines();
    loop {
        tokio::select! {
            event = events.next() => match event {
                Some(event) => show(event, &name),
                None => return Err(refused(conn.closed().await)),
            },
            line = lines.next_line() => match line? {
                Some(line) => say(&conn, &name, line.trim()).await,
                None => break,
            },
        }
    }
    conn.close().await;
    Ok(())
}

/// Every event of the room has its arm: with one more in the actor, this does not compile until it has one, too.
fn show(event: ChatRoomEvent, me: &str) {
    match event {
        ChatRoomEvent::MessageReceived(message) if message.user_id == me => {}
        ChatRoomEvent::MessageReceived(message) => println!("{}: {}", message.user_id, message.text),
        ChatRoomEvent::PrivateMessage(message) => println!("{} (to you): {}", message.from, message.message),
        ChatRoomEvent::PlayerJoined(player) => println!("* {} came in", player.player_id),
        ChatRoomEvent::PlayerLeft(player) => println!("* {} left", player.player_id),
    }
}

/// Does what the line says, or says why not.
async fn say(conn: &ChatRoomConn, me: &str, line: &str) {
    let done = match line.split_once(' ') {
        _ if line.is_empty() => Ok(()),
        _ if line == "/who" => who(conn).await.map_err(|error| error.to_string()),
        Some(("/to", rest)) => whisper(conn, rest).await,
        _ => conn.send_message(me.into(), line.into()).await.map(drop).map_err(|error| error.to_string()),
    };
    if let Err(why) = done {
        println!("! {why}");
    }
}

async fn who(conn: &ChatRoomConn) -> Result<(), CallError> {
    for player in conn.get_players().await? {
        println!("* {} ({})", player.player_id, player.role);
    }
    Ok(())
}

async fn whisper(conn: &ChatRoomConn, line: &str) -> Result<(), String> {
    let (to, message) = line.split_once(' ').ok_or("write `/to NAME MESSAGE`")?;
    match conn.send_private_message(to.into(), message.into()).await {
        Ok(()) => Ok(()),
        // The actor's own error, in its own type.
        Err(CallError::Action(ChatError::PlayerNotFound { player_id })) => {
            Err(format!("{player_id} is not here"))
        }
        Err(error) => Err(error.to_string()),
    }
}

/// Why the room did not let us in, or threw us out.
fn refused(error: ConnectionError) -> callboard::Error {
    match error.declared() {
        Some(ChatError::NameTaken { player_id }) => callboard::Error::msg(format_args!(
            "somebody here is called {player_id} already: take another `--name`"
        )),
        _ => error.into(),
    }
}

fn tell_status(status: Status) {
    match status {
        Status::Disconnected => println!("* the server cannot be reached; trying again .."),
        Status::Connected => println!("* connected"),
        Status::Connecting | Status::Closed => {}
    }
}
