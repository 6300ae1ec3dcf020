// Check that what is both an action and a hook is a method for each, which share a third.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Reception {
    guests: u32,
}

#[actor]
impl Reception {
    #[on_connect]
    fn came_in(&mut self) {
        self.count();
    }

    #[action]
    fn check_in(&mut self) -> u32 {
        self.count()
    }

    fn count(&mut self) -> u32 {
        self.guests += 1;
        self.guests
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Reception>();
    let reception = registry.client().get_or_create::<Reception>("main");
    assert_eq!(reception.check_in().await?, 1);
    assert_eq!(reception.connect().check_in().await?, 3);
    registry.stop().await;
    Ok(())
}
