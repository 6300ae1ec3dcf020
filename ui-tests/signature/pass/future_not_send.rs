// Check that an action that awaits keeps an `Arc` across it, and is done with an `Rc` before.

use std::{rc::Rc, sync::Arc};

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Mill {
    flour: u64,
}

#[actor]
impl Mill {
    #[action]
    async fn grind(&mut self, grain: u64) -> u64 {
        let sieved = {
            let shared = Rc::new(grain);
            *shared / 2
        };
        let kept = Arc::new(sieved);
        turn_the_wheel().await;
        self.flour += *kept;
        self.flour
    }
}

async fn turn_the_wheel() {
    tokio::task::yield_now().await;
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Mill>();
    let mill = registry.client().get_or_create::<Mill>("river");
    mill.grind(10).await?;
    assert_eq!(mill.grind(4).await?, 7);
    registry.stop().await;
    Ok(())
}
