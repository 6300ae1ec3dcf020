// Check that `#[run]` is async, has a context of its own, and changes the state in turns.

use callboard::prelude::*;
use tokio::sync::Notify;

static RAN: Notify = Notify::const_new();

#[derive(Default, Serialize, Deserialize)]
struct Heater {
    degrees: i32,
}

#[actor]
impl Heater {
    #[run]
    async fn heat(ctx: Ctx<Self>) -> Result<(), Fault> {
        for _ in 0..3 {
            ctx.turn(|this| this.degrees += 7).await?;
        }
        RAN.notify_one();
        Ok(())
    }

    #[action]
    fn degrees(&self) -> i32 {
        self.degrees
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Heater>();
    let heater = registry.client().get_or_create::<Heater>("bath");
    heater.resolve().await?;
    heater.degrees().await?;
    RAN.notified().await;
    assert_eq!(heater.degrees().await?, 21);
    registry.stop().await;
    Ok(())
}
