// Check that clients have no way to publish: they only call actions.

use callboard::prelude::*;

#[derive(Clone, Serialize, Deserialize)]
struct Changed;

#[derive(Default, Serialize, Deserialize)]
struct Counter;

#[actor(events(Changed))]
impl Counter {
    #[action]
    fn change(&mut self, ctx: &Ctx<Self>) {
        ctx.broadcast(&Changed);
    }
}

fn emit(handle: &CounterHandle, conn: &CounterConn) {
    handle.broadcast(&Changed);
    handle.send(&Changed);
    conn.broadcast(&Changed);
    conn.emit(&Changed);
    conn.send(&Changed);
}

fn main() {}
