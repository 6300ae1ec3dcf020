// Check that an event, once it is listed, is broadcast to all and sent to one.
// The way out of `l02_broadcast_undeclared` and `l02_r12_send_undeclared`.

use callboard::prelude::*;

#[derive(Serialize, Deserialize)]
struct Played {
    card: u8,
}

#[derive(Serialize, Deserialize)]
struct Dealt {
    cards: Vec<u8>,
}

#[derive(Default, Serialize, Deserialize)]
struct Table;

#[actor(events(Played, Dealt))]
impl Table {
    #[action]
    fn play(&mut self, ctx: &Ctx<Self>, conn: &Conn<Self>, card: u8) -> bool {
        ctx.broadcast(&Played { card }) && conn.send(&Dealt { cards: vec![card + 1] })
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Table>();
    let table = registry.client().get_or_create::<Table>("green").connect();
    let mut events = table.events();
    assert!(table.play(7).await?);
    assert!(matches!(events.next().await, Some(TableEvent::Played(Played { card: 7 }))));
    let Some(TableEvent::Dealt(Dealt { cards })) = events.next().await else { panic!("another event") };
    assert_eq!(cards, [8]);
    registry.stop().await;
    Ok(())
}
