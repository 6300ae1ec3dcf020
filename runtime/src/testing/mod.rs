//! Tools for tests, of callboard's own and of yours.

mod clock;
mod store;

pub use clock::TestClock;
pub use store::{FaultyStore, Hold};
