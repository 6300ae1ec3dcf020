// Check that an action that takes the calling connection cannot be called without one.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[action]
    fn add(&mut self, conn: &Conn<Self>, amount: u64) -> u64 {
        let _ = conn.id();
        self.total += amount;
        self.total
    }
}

async fn call(counter: CounterHandle) {
    let _ = counter.connect().add(1).await;
    let _ = counter.add(1).await;
}

fn main() {}
