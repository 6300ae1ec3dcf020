// Check that the owned types that the errors name travel, and that a body borrows from them as it likes.
// The way out of `borrowed_argument` and `borrowed_reply`.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Lexicon {
    language: String,
}

#[actor]
impl Lexicon {
    #[action]
    fn language(&self) -> String {
        self.language.clone()
    }

    #[action]
    fn set_language(&mut self, name: String) {
        name.trim().clone_into(&mut self.language);
    }

    #[action]
    fn sum(&self, numbers: Vec<u64>) -> u64 {
        numbers.iter().sum()
    }

    #[action]
    fn longest(&self, words: Vec<String>) -> Option<String> {
        words.iter().max_by_key(|word| word.len()).cloned()
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Lexicon>();
    let lexicon = registry.client().get_or_create::<Lexicon>("a-k");
    lexicon.set_language(" Greek ".to_owned()).await?;
    assert_eq!(lexicon.language().await?, "Greek");
    assert_eq!(lexicon.sum(vec![1, 2, 3]).await?, 6);
    assert_eq!(lexicon.longest(vec!["a".to_owned(), "bee".to_owned()]).await?.as_deref(), Some("bee"));
    registry.stop().await;
    Ok(())
}
