// Check that the first state is the `Default`, or what an `#[on_create]` without `self` returns.
// The way out of `create_with_self` and `no_first_state`.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Piggy {
    cents: u64,
}

#[actor]
impl Piggy {
    #[action]
    fn cents(&self) -> u64 {
        self.cents
    }
}

#[derive(Serialize, Deserialize)]
struct Account {
    owner: String,
    cents: u64,
}

#[actor]
impl Account {
    #[on_create]
    fn open(ctx: &Ctx<Self>, cents: u64) -> Self {
        Self { owner: ctx.key().to_string(), cents }
    }

    #[action]
    fn statement(&self) -> String {
        format!("{}: {}", self.owner, self.cents)
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Piggy>().register::<Account>();
    assert_eq!(registry.client().get_or_create::<Piggy>("mine").cents().await?, 0);
    let account = registry.client().create_with::<Account>("gil", 250).await?;
    assert_eq!(account.statement().await?, "gil: 250");
    registry.stop().await;
    Ok(())
}
