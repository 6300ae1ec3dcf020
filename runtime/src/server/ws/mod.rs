//! WebSocket: from the handshake to the end of a session.
//!
//! In the order of a request:
//!
//! | file | what it does |
//! |---|---|
//! | `handshake.rs` | answers the upgrade, reads the subprotocols, takes the socket over from hyper |
//! | `connect.rs` | checks what was asked for, finds the actor and has it asked; says why not |
//! | `session.rs` | a connection: the loop between socket, outbox and actor |
//! | `raw_session.rs` | a raw socket: the loop between socket and handler |
//! | `end.rs` | how either ends |
//!
//! What both sessions stand on, from the messages down to the bytes:
//!
//! | file | what it does |
//! |---|---|
//! | `socket.rs` | the socket, one step at a time: messages in, frames out, the close; no buffers while it is idle |
//! | `framing.rs` | batches of messages as frames, made once for many connections |
//! | `transport.rs` | the bytes under the WebSocket layer, with the two below |
//! | `frame_scanner.rs`, `frame_head.rs` | cut out messages that are too long, before the layer sees them |
//! | `peer_activity.rs` | when the peer was last heard, and since when it is in the middle of a message |
//!
//! And what decides how long something may last: `heartbeat.rs` (silence, and messages that never end),
//! `write_stall.rs` (a peer that takes nothing), `reading.rs` and `fair_yield.rs` (a peer that sends more than its share).

pub(in crate::server) mod connect;
pub(in crate::server) mod end;
pub(in crate::server) mod fair_yield;
pub(in crate::server) mod frame_head;
pub(in crate::server) mod frame_scanner;
pub(crate) mod framing;
pub(in crate::server) mod handshake;
pub(in crate::server) mod heartbeat;
mod incoming;
pub(in crate::server) mod peer_activity;
pub(in crate::server) mod raw_session;
mod reading;
pub(in crate::server) mod session;
pub(in crate::server) mod socket;
pub(in crate::server) mod transport;
pub(in crate::server) mod write_stall;
