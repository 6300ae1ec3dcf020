// Check that a hook that awaits may use what is not `Send` before, and keep what is.

use std::{rc::Rc, sync::Arc};

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Greenhouse {
    plants: usize,
}

#[actor]
impl Greenhouse {
    #[on_wake]
    async fn wake(&mut self) {
        let kept: Arc<[&str]> = Arc::from(["fern", "moss"]);
        {
            let counted = Rc::new(kept.len());
            self.plants += *counted;
        }
        self.plants += rain(&kept).await;
    }

    #[action]
    fn plants(&self) -> usize {
        self.plants
    }
}

async fn rain(plants: &[&str]) -> usize {
    tokio::task::yield_now().await;
    plants.len()
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Greenhouse>();
    assert_eq!(registry.client().get_or_create::<Greenhouse>("north").plants().await?, 4);
    registry.stop().await;
    Ok(())
}
