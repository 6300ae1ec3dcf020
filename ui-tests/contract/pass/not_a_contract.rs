// Check that a trait with `#[actor]` is a contract, and that one without stays the type's own business.

use callboard::prelude::*;

trait Area {
    fn area(&self) -> u64;
}

#[actor]
trait Rectangle {
    fn resize(&mut self, width: u64, height: u64) -> u64;
}

#[derive(Default, Serialize, Deserialize)]
struct Window {
    width: u64,
    height: u64,
}

impl Area for Window {
    fn area(&self) -> u64 {
        self.width * self.height
    }
}

#[actor]
impl Rectangle for Window {
    #[on_wake]
    fn wake(&mut self, ctx: &Ctx<Self>) {
        self.width = ctx.conns().count() as u64;
    }

    fn resize(&mut self, width: u64, height: u64) -> u64 {
        (self.width, self.height) = (width, height);
        self.area()
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Window>();
    assert_eq!(registry.client().get_or_create::<RectangleContract>("main").resize(3, 4).await?, 12);
    registry.stop().await;
    Ok(())
}
