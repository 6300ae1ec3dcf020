//! A small chat room, to see in rustdoc what [`#[actor]`](macro@crate::actor) makes. It exists on these pages alone.
//!
//! Its source:
//!
//! ```
#![doc = include_str!("chat_room.rs")]
//! ```
//!
//! What is made out of it:
//!
//! - [`ChatRoomHandle`] and [`ChatRoomConn`], the clients, with a method for every action;
//! - [`ChatRoomAction`], [`ChatRoomReply`] and [`ChatRoomEvent`], every action, answer and event as a value;
//! - [`EventOf<ChatRoom>`](crate::EventOf) for [`MessageReceived`] and for [`Renamed`];
//! - [`Contract`] and [`Actor`] for [`ChatRoom`].

include!("chat_room.rs");
