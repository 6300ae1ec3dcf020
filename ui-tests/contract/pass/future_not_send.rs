// Check that what is not `Send` may be used between awaits, and that what is may be kept across them.

use std::{rc::Rc, sync::Arc};

use callboard::prelude::*;

#[actor]
pub trait Thermometer {
    async fn measure(&mut self, degrees: i32) -> i32;

    async fn mean(&self) -> i32;
}

#[derive(Default, Serialize, Deserialize)]
struct Outside {
    degrees: Vec<i32>,
}

#[actor]
impl Thermometer for Outside {
    async fn measure(&mut self, degrees: i32) -> i32 {
        let shared = Arc::new(degrees);
        tokio::task::yield_now().await;
        self.degrees.push(*shared);
        *shared
    }

    async fn mean(&self) -> i32 {
        let sum = {
            let shared = Rc::new(self.degrees.iter().sum::<i32>());
            *shared
        };
        tokio::task::yield_now().await;
        sum / i32::try_from(self.degrees.len().max(1)).unwrap_or(1)
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Outside>();
    let thermometer = registry.client().get_or_create::<ThermometerContract>("roof");
    thermometer.measure(10).await?;
    thermometer.measure(20).await?;
    assert_eq!(thermometer.mean().await?, 15);
    registry.stop().await;
    Ok(())
}
