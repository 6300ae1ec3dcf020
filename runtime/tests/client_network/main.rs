//! The client on the network, against servers that the tests play themselves, byte by byte.

#![cfg(feature = "client")]
#![expect(clippy::unwrap_used, reason = "a test says what must be there by taking it")]

#[allow(unused_extern_crates, reason = "`board` takes it from its parent, which may be callboard itself")]
extern crate callboard;

mod board;
mod calls;
#[path = "../capture/mod.rs"]
mod capture;
mod connections;
mod nobody;
mod peer;

use callboard::{Client, Connection, Handle, wire::Encoding};

use self::{
    board::{Board, JoinParams},
    peer::Server,
};

const ACTOR: &str = "0191f2c4a1b27c3d8e4f5a6b7c8d9e0f";

fn client(server: &Server, encoding: Encoding) -> Client {
    Client::builder(server.url()).encoding(encoding).build().unwrap()
}

fn board_of(client: &Client) -> Handle<Board> {
    client.get_or_create::<Board>(["a", "b,c"])
}

fn connect(client: &Client) -> Connection<Board> {
    board_of(client).connect_with(JoinParams { name: "ada (née K.)".to_owned() })
}

/// A value as it is written inside messages of this encoding.
fn encoded<T: serde::Serialize>(encoding: Encoding, value: &T) -> bytes::Bytes {
    callboard::wire::to_bytes(encoding.format(), value).unwrap()
}
