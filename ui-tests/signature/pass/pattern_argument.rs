// Check that an argument has a name and is taken apart in the body, and that a condition is on the whole method, which
// is written twice.
// The way out of `conditional_argument` and `pattern_argument`.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Canvas {
    unit: String,
}

#[actor]
impl Canvas {
    #[action]
    fn area(&self, size: (u64, u64)) -> u64 {
        let (width, height) = size;
        width * height
    }

    #[cfg(not(any()))]
    #[action]
    fn set_unit(&mut self, unit: String) -> String {
        std::mem::replace(&mut self.unit, unit)
    }

    #[cfg(not(all()))]
    #[action]
    fn set_unit(&mut self) -> String {
        std::mem::take(&mut self.unit)
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Canvas>();
    let canvas = registry.client().get_or_create::<Canvas>("sketch");
    assert_eq!(canvas.area((6, 7)).await?, 42);
    assert_eq!(canvas.set_unit("mm".to_owned()).await?, "");
    assert_eq!(canvas.set_unit("cm".to_owned()).await?, "mm");
    registry.stop().await;
    Ok(())
}
