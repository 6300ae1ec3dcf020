//! Tools for tests, of callboard's own and of yours.

mod store;

pub use store::{FaultyStore, Hold};
