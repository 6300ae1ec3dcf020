// Check that the block with every mistake, each mended as its error says, is an actor.
// The way out of `everything_at_once`, and of those that rustc alone reports: `body_error`, `half_typed`,
// `half_typed_body`, `half_typed_signature` and `unknown_argument_type`.

use callboard::prelude::*;

#[derive(Clone, Serialize, Deserialize)]
struct Changed {
    total: u64,
}

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
    last: Option<String>,
}

#[actor(ephemeral, events(Changed))]
impl Counter {
    #[on_before_connect]
    fn admit(&self, name: String) -> String {
        name
    }

    #[on_connect]
    fn joined(&mut self, conn: &Conn<Self>) {
        self.last = Some(conn.params().clone());
    }

    #[action]
    fn greet(&self, name: String) -> String {
        format!("{name}, after {:?}", self.last)
    }

    #[action]
    fn add(&mut self, ctx: &Ctx<Self>, amount: u64) -> u64 {
        self.total += amount;
        ctx.broadcast(&Changed { total: self.total });
        self.total
    }

    #[action(name = "x")]
    fn reset(&mut self) {
        self.total = 0;
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Counter>();
    let counter = registry.client().get_or_create::<Counter>("one");
    let conn = counter.connect("ann".to_owned());
    let mut events = conn.events();
    conn.add(2).await?;
    counter.reset().await?;
    assert_eq!(counter.add(5).await?, 5);
    assert_eq!(counter.greet("you".to_owned()).await?, r#"you, after Some("ann")"#);
    for total in [2, 5] {
        assert!(
            matches!(events.next().await, Some(CounterEvent::Changed(changed)) if changed.total == total)
        );
    }
    registry.stop().await;
    Ok(())
}
