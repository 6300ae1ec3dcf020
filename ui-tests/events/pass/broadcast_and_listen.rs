// Check that what is listed can be sent, broadcast, and listened to.

use callboard::prelude::*;

#[derive(Clone, Serialize, Deserialize)]
struct Changed {
    total: u64,
}

#[derive(Clone, Serialize, Deserialize)]
struct ScoreChanged {
    score: u64,
}

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor(events(Changed, ScoreChanged))]
impl Counter {
    #[action]
    fn add(&mut self, ctx: &Ctx<Self>, amount: u64) {
        self.total += amount;
        ctx.broadcast(&Changed { total: self.total });
        if let Some(conn) = ctx.conn() {
            conn.send(&ScoreChanged { score: self.total });
        }
    }
}

fn listen(conn: &CounterConn) {
    conn.on(|event: Changed| println!("{}", event.total));
    conn.once(|event: ScoreChanged| println!("{}", event.score)).unsubscribe();
}

fn total(event: CounterEvent) -> u64 {
    match event {
        CounterEvent::Changed(Changed { total }) => total,
        CounterEvent::ScoreChanged(ScoreChanged { score }) => score,
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Counter>();
    let counter = registry.client().get_or_create::<Counter>("one").connect();
    listen(&counter);
    let mut events = counter.events();
    counter.add(3).await?;
    assert_eq!(events.next().await.map(total), Some(3));
    assert_eq!(events.next().await.map(total), Some(3));
    registry.stop().await;
    Ok(())
}
