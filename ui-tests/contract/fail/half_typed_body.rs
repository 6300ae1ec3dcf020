// Check that a half-typed body is one error, rustc's own, where a contract is implemented too.

use callboard::prelude::*;

#[actor]
pub trait Counter {
    fn add(&mut self, amount: u64) -> u64;
}

#[derive(Default, Serialize, Deserialize)]
struct Server {
    total: u64,
}

#[actor]
impl Counter for Server {
    fn add(&mut self, amount: u64) -> u64 {
        let _ = self.;
        amount
    }
}

async fn client(client: Client) -> Result<u64, CallError> {
    client.get_or_create::<CounterContract>("one").add(1).await
}

fn serve() -> Registry {
    Registry::new().register::<Server>()
}

fn main() {}
