// Check that a type with an `#[actor]` block is an actor: clients name it, and a bound on `Contract` takes it.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Mailbox {
    letters: Vec<String>,
}

#[actor]
impl Mailbox {
    #[action]
    fn post(&mut self, letter: String) -> usize {
        self.letters.push(letter);
        self.letters.len()
    }
}

fn name_of<C: Contract>() -> &'static str {
    C::NAME
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    assert_eq!(name_of::<Mailbox>(), "mailbox");
    let registry = Registry::new().in_memory().register::<Mailbox>();
    let mailbox = registry.client().get_or_create::<Mailbox>(["main street", "7"]);
    assert_eq!(mailbox.post("hello".to_owned()).await?, 1);
    registry.stop().await;
    Ok(())
}
