// Check that `connect` wants the params that the actor asks for.

use callboard::prelude::*;

#[derive(Serialize, Deserialize)]
struct Join {
    name: String,
}

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[on_before_connect]
    fn admit(&mut self, params: Join) -> Join {
        params
    }
}

fn connect(counter: CounterHandle) {
    counter.connect();
}

fn main() {}
