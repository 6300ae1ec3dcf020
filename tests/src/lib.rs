//! What the tests of callboard share: worlds to run them in, and actors to run them on.

pub mod room;
pub mod world;

pub use room::*;
pub use world::*;
