// Check that a half-typed body is one error, rustc's own: everything that is made out of the block is there.

use callboard::prelude::*;

#[derive(Clone, Serialize, Deserialize)]
struct Changed {
    total: u64,
}

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor(events(Changed))]
impl Counter {
    #[action]
    fn add(&mut self, ctx: &Ctx<Self>, amount: u64) -> u64 {
        let _ = self.;
        ctx.broadcast(&Changed { total: amount });
        amount
    }

    #[action]
    fn total(&self) -> u64 {
        self.total
    }
}

struct Screen;

impl CounterListener for Screen {
    fn changed(&mut self, _: Changed) {}
}

async fn client(client: Client) -> Result<u64, CallError> {
    let conn: CounterConn = client.get_or_create::<Counter>("one").connect();
    conn.on(|changed: Changed| println!("{}", changed.total));
    conn.listen(Screen);
    conn.add(1).await?;
    let counter: CounterHandle = client.get_or_create::<Counter>("one");
    let _ = (CounterAction::Add { amount: 1 }, CounterEvent::Changed(Changed { total: 1 }));
    counter.total().await
}

fn serve() -> Registry {
    Registry::new().register::<Counter>()
}

fn main() {}
