// Check that an input of the right type is passed with `create_with` or `get_or_create_with`, and that `get` needs
// none.
// The way out of `input_missing` and `wrong_input`.

use callboard::prelude::*;

#[derive(Serialize, Deserialize)]
struct Auction {
    bid: u64,
}

#[actor]
impl Auction {
    #[on_create]
    fn create(reserve: u64) -> Self {
        Self { bid: reserve }
    }

    #[action]
    fn bid(&self) -> u64 {
        self.bid
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Auction>();
    let client = registry.client();
    assert_eq!(client.create_with::<Auction>("vase", 100).await?.bid().await?, 100);
    assert_eq!(client.get_or_create_with::<Auction>("lamp", 20)?.bid().await?, 20);
    // There already: it stays what it was made from.
    assert_eq!(client.get_or_create_with::<Auction>("vase", 1)?.bid().await?, 100);
    assert_eq!(client.get::<Auction>("lamp").bid().await?, 20);
    registry.stop().await;
    Ok(())
}
