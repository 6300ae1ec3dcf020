//! Requests that are half sent when the server stops: it waits for the rest as long as that keeps coming.

use std::{
    pin::Pin,
    task::{Poll, ready},
};

use axum::body::Body;
use hyper::body::Body as _;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::{counting_stream::HeadBudget, timeouts};
use crate::util::map_body::through;

/// A request's body. Once the server stops, it ends with an error when nothing more of it comes for
/// `timeouts::STOP_IDLE`.
pub(in crate::server) fn body(body: Body, stop: &CancellationToken) -> Body {
    if body.is_end_stream() {
        return body;
    }
    let stop = stop.clone();
    let mut timer: Option<Pin<Box<dyn Future<Output = ()> + Send>>> = None;
    through(body, (), move |body, cx| {
        if let Poll::Ready(frame) = body.poll_frame(cx) {
            timer = None;
            return Poll::Ready(frame);
        }
        let waiting = timer.get_or_insert_with(|| {
            let stop = stop.clone();
            Box::pin(async move {
                stop.cancelled().await;
                sleep(timeouts::STOP_IDLE).await;
            })
        });
        ready!(waiting.as_mut().poll(cx));
        timer = None;
        Poll::Ready(Some(Err(axum::Error::new(
            "the server is stopping, and the rest of the body does not come",
        ))))
    })
}

/// Ends if the next head of this socket is still half read `timeouts::STOP_IDLE` after the server has begun to stop.
pub(in crate::server) async fn head(budget: &HeadBudget) {
    sleep(timeouts::STOP_IDLE).await;
    if !budget.has_half_a_head() {
        std::future::pending::<()>().await;
    }
}

#[cfg(test)]
mod tests {
    use std::{convert::Infallible, time::Duration};

    use bytes::Bytes;
    use futures_util::{StreamExt as _, stream};
    use http_body_util::BodyExt as _;
    use tokio::time::Instant;

    use super::*;

    /// A body that comes in pieces with this time between them, and never ends.
    fn slow(between: Duration, pieces: usize) -> Body {
        let pieces = stream::iter(0..pieces).then(move |_| async move {
            sleep(between).await;
            Ok::<_, Infallible>(Bytes::from_static(b"piece"))
        });
        Body::from_stream(pieces.chain(stream::pending()))
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_goes_on_coming_is_waited_for_and_one_that_does_not_ends() {
        let stop = CancellationToken::new();
        let mut body = body(slow(timeouts::STOP_IDLE * 9 / 10, 30), &stop);
        for _ in 0..10 {
            assert!(body.frame().await.expect("it goes on").is_ok());
        }
        stop.cancel();
        for _ in 0..20 {
            assert!(body.frame().await.expect("it goes on").is_ok());
        }
        let began = Instant::now();
        assert!(body.frame().await.expect("it says why").is_err());
        assert_eq!(began.elapsed(), timeouts::STOP_IDLE);
    }

    #[tokio::test(start_paused = true)]
    async fn while_the_server_goes_on_so_does_every_body() {
        let mut body = body(slow(Duration::from_hours(1), 1), &CancellationToken::new());
        assert!(body.frame().await.expect("it comes").is_ok());
    }
}
