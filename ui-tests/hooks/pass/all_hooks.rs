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

    #[run]
    async fn tick(ctx: Ctx<Self>) -> std::io::Result<()> {
        let _ = ctx.id();
        Ok(())
    }
}

fn main() {}
