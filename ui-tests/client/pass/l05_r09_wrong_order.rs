// Check that an action is called by its name, with its arguments in order and of its types, and without the context.
// The way out of `l05_r09_wrong_count`, `l05_r09_wrong_order`, `l05_r09_wrong_type` and `misspelt_action`.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Basket {
    items: Vec<(String, u32)>,
}

#[actor]
impl Basket {
    #[action]
    fn put(&mut self, ctx: &Ctx<Self>, article: String, pieces: u32) -> String {
        self.items.push((article, pieces));
        format!("{} has {}", ctx.key(), self.items.len())
    }

    #[action]
    fn pieces(&self, article: String) -> u32 {
        self.items.iter().filter(|item| item.0 == article).map(|item| item.1).sum()
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Basket>();
    let basket = registry.client().get_or_create::<Basket>("ann");
    assert_eq!(basket.put("apple".to_owned(), 3).await?, "ann has 1");
    assert_eq!(basket.put("pear".to_owned(), 1).await?, "ann has 2");
    basket.connect().put("apple".to_owned(), 2).await?;
    assert_eq!(basket.pieces("apple".to_owned()).await?, 5);
    registry.stop().await;
    Ok(())
}
