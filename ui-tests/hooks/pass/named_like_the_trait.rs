// Check that hooks may have the names that the trait gives them, whatever they borrow.

#![deny(warnings)]

use callboard::{Actor, prelude::*};

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[on_create]
    async fn create(input: u64) -> Self {
        Self { total: input }
    }

    #[on_before_connect]
    async fn before_connect(&self) {}

    #[on_connect]
    async fn on_connect(&self) {}

    #[on_disconnect]
    async fn on_disconnect(&self, ctx: &Ctx<Self>, conn: &Conn<Self>) {
        let _ = (ctx.id(), conn.id());
    }

    #[on_wake]
    async fn on_wake(&self, ctx: &Ctx<Self>) {
        let _ = ctx.id();
    }

    #[on_sleep]
    fn on_sleep(&self) {}

    #[on_destroy]
    async fn on_destroy(&self) {}

    #[on_state_change]
    fn on_state_change(&self) {}

    #[run]
    async fn run() {}

    #[action]
    fn save(&self) {}

    #[action]
    async fn load(&mut self) {}
}

#[test]
fn runs() {
    let _ = <Counter as Actor>::HOOKS;
}
