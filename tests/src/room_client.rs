//! Clients of a [`Room`]: the set-up that tests of connections and events begin with.

use callboard::prelude::*;
use tokio::sync::mpsc::UnboundedSender;

use crate::{Heard, Join, Posted, Room, RoomConn, RoomHandle, World, heard};

/// Rooms that are kept in memory.
pub fn room_registry() -> Registry {
    Registry::new().in_memory().register::<Room>()
}

/// The handle of a caller who leaves no trace in the diary of the room.
pub fn room(world: &World, key: impl Into<Key>) -> RoomHandle {
    let handle = world.client.get_or_create::<Room>(key);
    handle.with_params(Join::caller()).expect("the params can be encoded")
}

/// An open connection of a member of this name.
pub async fn join(room: &RoomHandle, name: &str) -> RoomConn {
    let conn = room.connect(Join::named(name));
    conn.opened().await.expect("the room lets everyone in");
    conn
}

/// An open connection of a member of this name, and the messages posted from now on.
pub async fn member(room: &RoomHandle, name: &str) -> (RoomConn, Heard<Posted>) {
    let conn = join(room, name).await;
    let heard = hear(&conn).await;
    (conn, heard)
}

/// The events of one type, from a listener that is in force when this returns.
pub async fn hear<E: EventOf<Room>>(conn: &RoomConn) -> Heard<E> {
    let (sender, heard) = heard();
    conn.on(forward::<E>(sender));
    settle(conn).await;
    heard
}

/// A listener that forwards to a channel.
pub fn forward<T: Send + 'static>(sender: UnboundedSender<T>) -> impl FnMut(T) + Send + 'static {
    // A test that no longer reads what comes has seen enough.
    move |event| sender.send(event).unwrap_or(())
}

/// Waits for a call on this connection, so that everything sent in either direction before it has arrived.
pub async fn settle(conn: &RoomConn) {
    conn.get_messages().await.expect("the room answers");
}
