// Check that an interval goes with `durability = "relaxed"`, and that without one each of the two others stands alone.
// The way out of `ephemeral_and_durable`, `ephemeral_and_interval` and `interval_without_relaxed`.

use callboard::{Durability, prelude::*};

macro_rules! gauge {
    ($name:ident, $($argument:tt)*) => {
        #[derive(Default, Serialize, Deserialize)]
        struct $name {
            highest: u64,
        }

        #[actor($($argument)*)]
        impl $name {
            #[action]
            fn record(&mut self, value: u64) -> u64 {
                self.highest = self.highest.max(value);
                self.highest
            }
        }
    };
}

gauge! { Clocked, durability = "relaxed", save_interval = "3s" }
gauge! { Durable, durability = "output" }
gauge! { Forgetful, ephemeral }

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    assert_eq!(Clocked::OPTIONS.save_interval, std::time::Duration::from_secs(3));
    assert!(matches!(Clocked::OPTIONS.durability, Durability::Relaxed));
    assert!(matches!(Durable::OPTIONS.durability, Durability::Output));
    let registry =
        Registry::new().in_memory().register::<Clocked>().register::<Durable>().register::<Forgetful>();
    let client = registry.client();
    assert_eq!(client.get_or_create::<Clocked>("cpu").record(7).await?, 7);
    assert_eq!(client.get_or_create::<Durable>("cpu").record(8).await?, 8);
    assert_eq!(client.get_or_create::<Forgetful>("cpu").record(9).await?, 9);
    registry.stop().await;
    Ok(())
}
