// Check that a client listens to every event that is listed, with `on` and with `once`.
// The way out of `l16_l19_r33_on_undeclared` and `l16_l19_r33_once_undeclared`.

use callboard::prelude::*;
use tokio::sync::mpsc;

#[derive(Serialize, Deserialize)]
struct Arrived {
    stop: String,
}

#[derive(Serialize, Deserialize)]
struct Delayed {
    minutes: u32,
}

#[derive(Default, Serialize, Deserialize)]
struct Bus;

#[actor(events(Arrived, Delayed))]
impl Bus {
    #[action]
    fn drive(&mut self, ctx: &Ctx<Self>, stop: String) {
        ctx.broadcast(&Delayed { minutes: 5 });
        ctx.broadcast(&Arrived { stop });
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Bus>();
    let bus = registry.client().get_or_create::<Bus>("42").connect();
    let (on, mut lines) = mpsc::unbounded_channel();
    let once = on.clone();
    bus.on(move |event: Arrived| drop(on.send(event.stop)));
    bus.once(move |event: Delayed| drop(once.send(format!("+{}", event.minutes))));
    bus.drive("park".to_owned()).await?;
    bus.drive("zoo".to_owned()).await?;
    for line in ["+5", "park", "zoo"] {
        assert_eq!(lines.recv().await.as_deref(), Some(line));
    }
    registry.stop().await;
    Ok(())
}
