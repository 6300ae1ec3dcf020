// Check that the hooks are where the contract is implemented.

use callboard::prelude::*;

#[derive(Clone, Serialize, Deserialize)]
pub struct Changed {
    pub total: u64,
}

#[actor(events(Changed))]
pub trait Counter {
    fn add(&mut self, amount: u64) -> u64;

    async fn total(&self) -> u64;
}

#[derive(Default, Serialize, Deserialize)]
struct Server {
    total: u64,
}

#[actor]
pub trait Other {
    #[on_create]
    fn create(input: u64) -> Self;

    #[on_before_connect]
    fn admit(&self, params: String);

    #[on_wake]
    fn wake(&mut self);

    fn total(&self) -> u64;
}

async fn client(other: OtherHandle) -> Result<u64, CallError> {
    other.total().await
}

fn main() {}
