// Check that `#[actor]` is on the `impl` block, with `#[action]` inside of it; the type is the state, and functions are
// beside.
// The way out of `action_without_actor`, `on_a_function` and `on_a_struct`.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
pub struct Warehouse {
    boxes: u64,
}

#[actor]
impl Warehouse {
    #[action]
    async fn store(&mut self, boxes: u64) -> u64 {
        self.boxes += boxes;
        shelves(self.boxes).await
    }
}

async fn shelves(boxes: u64) -> u64 {
    boxes.div_ceil(10)
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Warehouse>();
    let warehouse = registry.client().get_or_create::<Warehouse>("dock 3");
    assert_eq!(warehouse.store(8).await?, 1);
    assert_eq!(warehouse.store(3).await?, 2);
    registry.stop().await;
    Ok(())
}
