//! An actor that takes its time.

// Actions take `self`, whether they need it or not.
#![allow(clippy::unused_self)]

use std::{error::Error, time::Duration};

use callboard::{Body, prelude::*};
use http_body_util::BodyExt as _;
use tokio::time::sleep;

/// It has nothing to remember.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Slowpoke;

/// Nobody publishes it: it is there to be asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Ticked;

#[actor(events(Ticked))]
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

    /// The same, and nobody else has a turn meanwhile.
    #[action]
    async fn work(&mut self, ms: u64) {
        sleep(Duration::from_millis(ms)).await;
    }

    /// Answers at once, in a turn of its own.
    #[action]
    fn step(&mut self) {}

    #[on_subscribe(Ticked)]
    #[allow(clippy::unnecessary_wraps, reason = "a hook that may refuse returns a result")]
    fn may_hear(&self) -> callboard::Result<()> {
        Ok(())
    }

    /// How long a body is, without keeping it.
    #[on_request]
    async fn measure(
        request: http::Request<Body>,
    ) -> Result<http::Response<String>, Box<dyn Error + Send + Sync>> {
        let (mut body, mut length) = (request.into_body(), 0);
        while let Some(frame) = body.frame().await {
            if let Some(data) = frame?.data_ref() {
                length += data.len();
            }
        }
        Ok(http::Response::new(length.to_string()))
    }
}
