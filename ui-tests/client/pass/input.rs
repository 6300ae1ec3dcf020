// Check that an actor is made from the input that it asks for.

use callboard::prelude::*;

#[derive(Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[on_create]
    fn create(total: u64) -> Self {
        Self { total }
    }

    #[action]
    fn total(&self) -> u64 {
        self.total
    }
}

async fn make(client: Client) -> Result<CounterHandle, CallError> {
    client.get_or_create_with::<Counter>(["one"], 1)?.total().await?;
    client.create_with::<Counter>(["two"], 2).await
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Counter>();
    let client = registry.client();
    let two = make(client.clone()).await?;
    assert_eq!(two.total().await?, 2);
    assert_eq!(client.get::<Counter>(["one"]).total().await?, 1);
    registry.stop().await;
    Ok(())
}
