// Check that `#[on_migrate]` makes the state of the older one, and that what takes time is done in `#[on_wake]`.
// The way out of `migrate_ephemeral` and `migrate_nothing`.

use callboard::prelude::*;

#[derive(Serialize, Deserialize)]
struct OldAddress {
    text: String,
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct Address {
    street: String,
    town: String,
    checked: bool,
}

#[actor]
impl Address {
    #[on_migrate]
    fn migrate(old: OldAddress) -> Self {
        let (street, town) = old.text.split_once(", ").unwrap_or((&old.text, ""));
        Self { street: street.to_owned(), town: town.to_owned(), checked: false }
    }

    #[on_wake]
    async fn check(&mut self) {
        tokio::task::yield_now().await;
        self.checked = true;
    }

    #[action]
    fn checked(&self) -> bool {
        self.checked
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let address = Address::migrate(OldAddress { text: "1 High Street, Ulm".to_owned() });
    let expected = Address { street: "1 High Street".to_owned(), town: "Ulm".to_owned(), checked: false };
    assert_eq!(address, expected);
    let registry = Registry::new().in_memory().register::<Address>();
    assert!(registry.client().get_or_create::<Address>("hal").checked().await?);
    registry.stop().await;
    Ok(())
}
