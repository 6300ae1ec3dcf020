// Check that a request handler takes the request and answers it.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[on_request]
    fn serve(&mut self, ctx: &Ctx<Self>) {
        self.total = ctx.now_ms();
    }
}

fn main() {}
