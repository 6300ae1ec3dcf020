//! An actor that takes its time.

// Actions take `self`, whether they need it or not.
#![allow(clippy::unused_self)]

use std::time::Duration;

use callboard::prelude::*;
use tokio::time::sleep;

/// It has nothing to remember.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Slowpoke;

#[actor]
impl Slowpoke {
    /// Lets everybody in, after as long as they say.
    #[on_before_connect]
    async fn admit(&self, ms: Option<u64>) {
        sleep(Duration::from_millis(ms.unwrap_or_default())).await;
    }

    /// Answers after a while; the text is only carried.
    #[action]
    async fn wait(&self, ms: u64, _text: String) {
        sleep(Duration::from_millis(ms)).await;
    }
}
