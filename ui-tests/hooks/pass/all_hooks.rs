// Check that every hook compiles, in every form.

use callboard::prelude::*;

#[derive(Debug, thiserror::Error, ActorError)]
#[error("refused")]
struct Refused;

#[derive(Serialize, Deserialize)]
struct OldCounter {
    count: i64,
}

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[on_create]
    async fn create(ctx: &Ctx<Self>, input: u64) -> Result<Self, Refused> {
        let _ = ctx.key();
        Ok(Self { total: input })
    }

    #[on_before_connect]
    fn admit(&self, name: String) -> String {
        name
    }

    #[on_connect]
    async fn joined(&mut self, ctx: &Ctx<Self>, conn: &Conn<Self>) -> Result<(), Refused> {
        let _ = (ctx.key(), conn.state());
        self.total += 1;
        Ok(())
    }

    #[on_disconnect]
    fn left(&mut self) {
        self.total -= 1;
    }

    #[on_wake]
    async fn wake(&mut self, ctx: &Ctx<Self>) {
        let _ = ctx.id();
    }

    #[on_sleep]
    fn sleep(&mut self) -> Result<(), Refused> {
        Err(Refused)
    }

    #[on_destroy]
    fn destroy(&self, ctx: &Ctx<Self>) {
        let _ = ctx.id();
    }

    #[on_state_change]
    fn changed(&self, ctx: &Ctx<Self>) {
        let _ = (ctx.id(), self.total);
    }

    #[on_migrate]
    fn migrate(old: OldCounter) -> Result<Self, Refused> {
        if old.count < 0 { Err(Refused) } else { Ok(Self { total: old.count.unsigned_abs() }) }
    }

    #[action]
    fn end(&self, ctx: &Ctx<Self>) {
        ctx.destroy();
    }

    #[run]
    async fn tick(ctx: Ctx<Self>) -> std::io::Result<()> {
        let _ = ctx.id();
        Ok(())
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let hooks = &Counter::HOOKS;
    assert!(hooks.on_wake.is_some() && hooks.on_sleep.is_some() && hooks.on_destroy.is_some() && hooks.run);
    let registry = Registry::new().in_memory().register::<Counter>();
    let counter = registry.client().create_with::<Counter>("one", 5).await?;
    let conn = counter.connect("ann".to_owned());
    conn.opened().await?;
    conn.close().await;
    counter.end().await?;
    registry.stop().await;
    Ok(())
}
