// Check that settings that are spelt as suggested, with durations as strings, are the actor's options.
// The way out of `actor_typo_in_setting`, `argument_shapes`, `foreign_actor_argument` and `settings`.

use std::time::Duration;

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Ledger {
    cents: i64,
}

#[actor(durability = "output", sleep_timeout = "45s", action_timeout = "5m")]
impl Ledger {
    #[action]
    fn book(&mut self, cents: i64) -> i64 {
        self.cents += cents;
        self.cents
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    assert!(matches!(Ledger::OPTIONS.durability, callboard::Durability::Output));
    assert_eq!(Ledger::OPTIONS.sleep_timeout, Duration::from_secs(45));
    assert_eq!(Ledger::OPTIONS.action_timeout, Duration::from_secs(300));
    let registry = Registry::new().in_memory().register::<Ledger>();
    let ledger = registry.client().get_or_create::<Ledger>(["2026", "rent"]);
    ledger.book(-900).await?;
    assert_eq!(ledger.book(50).await?, -850);
    registry.stop().await;
    Ok(())
}
