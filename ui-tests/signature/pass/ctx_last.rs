// Check that the context, `&Ctx<Self>` right after `self`, is this actor's, and that clients do not pass it.
// The way out of `ctx_by_value`, `ctx_last` and `l06_ctx_of_another`.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Meter {
    units: u64,
    since: u64,
}

#[actor]
impl Meter {
    #[action]
    fn count(&mut self, ctx: &Ctx<Self>, units: u64) -> String {
        self.since = ctx.now_ms();
        self.units += units;
        format!("{}: {}", ctx.key(), self.units)
    }

    #[action]
    async fn actor(&self, ctx: &Ctx<Self>) -> ActorId {
        ctx.id()
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Meter>();
    let meter = registry.client().get_or_create::<Meter>("water");
    assert_eq!(meter.count(5).await?, "water: 5");
    assert_eq!(meter.actor().await?, meter.resolve().await?);
    registry.stop().await;
    Ok(())
}
