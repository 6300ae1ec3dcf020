// Check that the two forms of `#[on_before_connect]` may write the type of their params in two ways.

use callboard::prelude::*;

type Name = String;

#[derive(Default, Serialize, Deserialize)]
struct Counter;

#[actor]
impl Counter {
    #[on_before_connect]
    fn check(name: Option<Name>) -> callboard::Result<()> {
        if name.is_some() { Ok(()) } else { Err(callboard::Error::msg("a guest has a name")) }
    }

    #[on_before_connect]
    fn admit(&self, name: std::option::Option<String>) -> String {
        name.unwrap_or_default()
    }

    #[action]
    fn who(&self, conn: &Conn<Self>) -> String {
        conn.state().to_string()
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Counter>();
    let counter = registry.client().get_or_create::<Counter>("x");
    assert_eq!(counter.connect(Some("ann".to_owned())).who().await?, "ann");
    assert!(counter.connect(None).opened().await.is_err());
    registry.stop().await;
    Ok(())
}
