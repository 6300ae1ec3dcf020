//! What the tests of callboard share: worlds to run them in, and actors to run them on.

// The tests' own actors and fixtures: read, not depended on.
#![allow(missing_docs, missing_debug_implementations)]
#![allow(clippy::unwrap_used, clippy::missing_panics_doc, clippy::must_use_candidate)]

pub mod chat_room;
pub mod javascript;
pub mod linear;
pub mod outside;
pub mod process;
pub mod room;
pub mod room_client;
pub mod slowpoke;
pub mod world;

pub use outside::*;
pub use process::Process;
pub use room::*;
pub use room_client::*;
pub use world::*;
