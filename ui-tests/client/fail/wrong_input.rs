// Check that what an actor is made from is typed.

use callboard::prelude::*;

#[derive(Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[on_create]
    fn create(total: u64) -> Self {
        Self { total }
    }

    #[action]
    fn total(&self) -> u64 {
        self.total
    }
}

async fn make(client: Client) -> Result<CounterHandle, CallError> {
    client.create_with::<Counter>(["one"], "1").await
}

fn main() {}
