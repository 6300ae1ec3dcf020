// Check that a client listens on a connection, and has something published by calling an action that does it.
// The way out of `l18_r03_on_a_handle` and `r02_a_client_cannot_emit`.

use callboard::prelude::*;
use tokio::sync::mpsc;

#[derive(Serialize, Deserialize)]
struct Rang(u32);

#[derive(Default, Serialize, Deserialize)]
struct Doorbell {
    rings: u32,
}

#[actor(events(Rang))]
impl Doorbell {
    #[action]
    fn ring(&mut self, ctx: &Ctx<Self>) {
        self.rings += 1;
        ctx.broadcast(&Rang(self.rings));
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Doorbell>();
    let handle = registry.client().get_or_create::<Doorbell>("front");
    let conn = handle.connect();
    let (first, mut rings) = mpsc::unbounded_channel();
    let every = first.clone();
    conn.once(move |Rang(count)| first.send(("once", count)).unwrap());
    conn.on(move |Rang(count)| every.send(("on", count)).unwrap());
    conn.ring().await?;
    handle.ring().await?;
    assert_eq!(rings.recv().await, Some(("once", 1)));
    assert_eq!(rings.recv().await, Some(("on", 1)));
    assert_eq!(rings.recv().await, Some(("on", 2)));
    registry.stop().await;
    Ok(())
}
