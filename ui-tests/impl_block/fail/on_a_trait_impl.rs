// Check that `#[actor]` on the implementation of a trait says where it belongs.

use std::fmt;

use callboard::prelude::*;

struct Counter {
    total: u64,
}

#[actor]
impl fmt::Display for Counter {
    #[action]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.total)
    }
}

#[actor(events(String))]
impl From<u64> for Counter {
    fn from(total: u64) -> Self {
        Self { total }
    }
}

fn main() {
    let _ = Counter::from(0).to_string();
}
