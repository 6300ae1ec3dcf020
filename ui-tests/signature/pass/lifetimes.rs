// Check that actions and hooks may name the lifetimes of what is lent to them.
// The way out of `lifetime_in_argument`.
#![allow(clippy::needless_lifetimes)]

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Words {
    all: Vec<String>,
}

#[actor]
impl Words {
    #[on_connect]
    fn joined<'a, 'b>(&'a mut self, _ctx: &'b Ctx<Self>, conn: &'b Conn<Self>) {
        self.all.push(conn.id().to_string());
    }

    #[action]
    fn longest<'a>(&'a self) -> Option<String> {
        self.all.iter().max_by_key(|word| word.len()).cloned()
    }

    #[action]
    async fn push<'a>(&'a mut self, ctx: &'a Ctx<Self>, word: String) -> usize {
        let _ = ctx.key();
        self.all.push(word);
        self.all.len()
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Words>();
    let words = registry.client().get_or_create::<Words>("few");
    words.push("one".to_owned()).await?;
    assert_eq!(words.push("three".to_owned()).await?, 2);
    assert_eq!(words.longest().await?.as_deref(), Some("three"));
    registry.stop().await;
    Ok(())
}
