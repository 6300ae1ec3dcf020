// Check that a hook whose future is not `Send` is reported at its name.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[on_wake]
    async fn wake(&mut self) {
        let shared = std::rc::Rc::new(1);
        pause().await;
        self.total += *shared;
    }
}

async fn pause() {}

fn main() {}
