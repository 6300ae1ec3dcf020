// Check that an actor which asks for an input is not made without one, and that the way out is named.

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

fn get_or_create(client: &Client) -> CounterHandle {
    client.get_or_create::<Counter>("one")
}

async fn create(client: &Client) -> Result<CounterHandle, CallError> {
    client.create::<Counter>("one").await
}

// It makes none.
fn get(client: &Client) -> CounterHandle {
    client.get::<Counter>("one")
}

fn main() {}
