// Check that each argument is taken where it belongs: what clients see at the trait, how an actor lives at the `impl`.

use callboard::{contract::Action as _, prelude::*};

#[derive(Serialize, Deserialize)]
pub struct Dimmed {
    pub level: u8,
}

#[actor(events(Dimmed), name = "lamp", params = String)]
pub trait Dimmer {
    #[action(name = "dim")]
    fn set_level(&mut self, level: u8);
}

#[derive(Default, Serialize, Deserialize)]
struct DeskLamp {
    level: u8,
}

#[actor(hibernate, sleep_timeout = "1h")]
impl Dimmer for DeskLamp {
    #[on_before_connect]
    fn admit(&self, user: String) -> String {
        user
    }

    fn set_level(&mut self, ctx: &Ctx<Self>, level: u8) {
        self.level = level;
        ctx.broadcast(&Dimmed { level: self.level });
    }
}

#[derive(Default)]
struct Candle;

#[actor(ephemeral)]
impl Candle {
    #[on_before_connect]
    fn admit(&self, breath: u8) -> bool {
        breath > 2
    }

    #[action]
    fn is_out(&self, conn: &Conn<Self>) -> bool {
        *conn.state()
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    assert_eq!((DimmerContract::NAME, DimmerAction::TABLE[0].name), ("lamp", "dim"));
    assert!(DeskLamp::OPTIONS.hibernate);
    let registry = Registry::new().in_memory().register::<DeskLamp>().register::<Candle>();
    let lamp = registry.client().get_or_create::<DimmerContract>("desk").connect("cy".to_owned());
    let mut events = lamp.events();
    lamp.set_level(40).await?;
    assert!(matches!(events.next().await, Some(DimmerEvent::Dimmed(Dimmed { level: 40 }))));
    assert!(registry.client().get_or_create::<Candle>("desk").connect(3).is_out().await?);
    registry.stop().await;
    Ok(())
}
