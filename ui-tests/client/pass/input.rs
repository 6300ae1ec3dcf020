// Check that an actor is made from the input that it asks for.

#![allow(dead_code)]

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
    client.get_or_create_with::<Counter>(["one"], 1)?.total().await?;
    client.create_with::<Counter>(["two"], 2).await
}

fn main() {}
