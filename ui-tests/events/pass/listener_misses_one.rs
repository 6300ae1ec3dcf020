// Check that a listener with a method for each event, and a match with an arm for each, miss none.
// The way out of `listener_misses_one` and `match_is_exhaustive`.

use callboard::prelude::*;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

#[derive(Serialize, Deserialize)]
struct Opened;

#[derive(Serialize, Deserialize)]
struct Closed {
    by: String,
}

#[derive(Default, Serialize, Deserialize)]
struct Shop;

#[actor(events(Opened, Closed))]
impl Shop {
    #[action]
    fn day(&self, ctx: &Ctx<Self>, by: String) {
        ctx.broadcast(&Opened);
        ctx.broadcast(&Closed { by });
    }
}

struct Sign(UnboundedSender<String>);

impl ShopListener for Sign {
    fn opened(&mut self, _: Opened) {
        drop(self.0.send("open".to_owned()));
    }

    fn closed(&mut self, event: Closed) {
        drop(self.0.send(event.by));
    }
}

fn text(event: ShopEvent) -> String {
    match event {
        ShopEvent::Opened(Opened) => "open".to_owned(),
        ShopEvent::Closed(Closed { by }) => by,
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Shop>();
    let shop = registry.client().get_or_create::<Shop>("corner").connect();
    let (sender, mut texts) = unbounded_channel();
    shop.listen(Sign(sender));
    let mut events = shop.events();
    shop.day("dee".to_owned()).await?;
    for expected in ["open", "dee"] {
        assert_eq!(texts.recv().await.as_deref(), Some(expected));
        assert_eq!(events.next().await.map(text).as_deref(), Some(expected));
    }
    registry.stop().await;
    Ok(())
}
