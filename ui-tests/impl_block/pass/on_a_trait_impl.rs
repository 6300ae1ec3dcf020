// Check that an actor has `#[actor]` on a block of its own, an enum too, and that it implements traits beside it.
// The way out of `not_a_path` and `on_a_trait_impl`.

use std::fmt;

use callboard::prelude::*;

#[derive(Clone, Copy, Default, Serialize, Deserialize)]
enum TrafficLight {
    #[default]
    Red,
    Green,
}

impl fmt::Display for TrafficLight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if u64::from(*self) == 0 { "stop" } else { "go" })
    }
}

impl From<TrafficLight> for u64 {
    fn from(light: TrafficLight) -> Self {
        light as Self
    }
}

#[actor]
impl TrafficLight {
    #[action]
    fn switch(&mut self) -> String {
        *self = if matches!(self, Self::Red) { Self::Green } else { Self::Red };
        self.to_string()
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<TrafficLight>();
    let light = registry.client().get_or_create::<TrafficLight>("main street");
    assert_eq!((light.switch().await?, light.switch().await?), ("go".to_owned(), "stop".to_owned()));
    registry.stop().await;
    Ok(())
}
