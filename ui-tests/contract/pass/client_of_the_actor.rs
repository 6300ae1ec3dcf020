// Check that clients name the contract, and the registry who implements it.
// The way out of `client_of_the_actor` and `half_typed_body`.

use callboard::prelude::*;

mod shared {
    use callboard::prelude::*;

    #[actor]
    pub trait Glossary {
        fn define(&mut self, word: String, meaning: String);

        fn look_up(&self, word: String) -> Option<String>;
    }

    pub async fn mean(client: &Client, word: &str) -> Result<Option<String>, CallError> {
        client.get_or_create::<GlossaryContract>("en").look_up(word.to_owned()).await
    }
}

use shared::{Glossary, GlossaryContract, GlossaryHandle};

#[derive(Default, Serialize, Deserialize)]
struct Book {
    words: std::collections::BTreeMap<String, String>,
}

#[actor]
impl Glossary for Book {
    fn define(&mut self, word: String, meaning: String) {
        self.words.insert(word, meaning);
    }

    fn look_up(&self, word: String) -> Option<String> {
        self.words.get(&word).cloned()
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Book>();
    let glossary: GlossaryHandle = registry.client().get_or_create::<GlossaryContract>("en");
    glossary.define("turn".to_owned(), "what an actor does at a time".to_owned()).await?;
    assert!(shared::mean(&registry.client(), "turn").await?.is_some());
    assert_eq!(shared::mean(&registry.client(), "trun").await?, None);
    registry.stop().await;
    Ok(())
}
