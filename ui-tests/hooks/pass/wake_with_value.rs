// Check that one hook of a kind does both things, that it finds what it needs in the state, and who is connected in
// `ctx.conns()`.
// The way out of `twice` and `wake_with_value`.

use std::sync::atomic::{AtomicUsize, Ordering};

use callboard::prelude::*;

static SLEPT: AtomicUsize = AtomicUsize::new(0);

#[derive(Default, Serialize, Deserialize)]
struct Museum {
    tickets: u32,
    last: Option<ConnId>,
}

#[actor]
impl Museum {
    #[on_wake]
    fn wake(&mut self, ctx: &Ctx<Self>) {
        self.tickets += 10 + u32::from(ctx.conns().count() == 0);
    }

    #[on_connect]
    fn joined(&mut self, conn: &Conn<Self>) {
        self.tickets -= 1;
        self.last = Some(conn.id());
    }

    #[on_sleep]
    fn sleep(&mut self, ctx: &Ctx<Self>) {
        SLEPT.fetch_add(1 + ctx.conns().count(), Ordering::SeqCst);
    }

    #[action]
    fn look(&self) -> (u32, Option<ConnId>) {
        (self.tickets, self.last)
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Museum>();
    let visit = registry.client().get_or_create::<Museum>("clocks").connect();
    assert_eq!(visit.look().await?, (10, visit.id()));
    registry.stop().await;
    assert!(SLEPT.load(Ordering::SeqCst) > 0);
    Ok(())
}
