// Check that listening is for connections: a handle has none.

use callboard::prelude::*;

#[derive(Clone, Serialize, Deserialize)]
struct Changed;

#[derive(Default, Serialize, Deserialize)]
struct Counter;

#[actor(events(Changed))]
impl Counter {}

fn listen(counter: &CounterHandle) {
    counter.on(|_: Changed| {});
    counter.once(|_: Changed| {});
    counter.connect().on(|_: Changed| {});
}

fn main() {}
