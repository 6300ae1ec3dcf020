//! Reading bodies, within their limits.

use std::{
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Poll, ready},
};

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, header};
use http_body_util::BodyExt;
use hyper::body::Body as _;
use tokio::task::yield_now;

use crate::{
    Fault, Limits,
    error::faults,
    limits::memory_budget::{Charge, Full, MemoryBudget},
    util::{map_body::through, uptime::Uptime},
};

/// Reads a body of at most `limit` bytes, which are charged to a budget. One that is compressed is refused.
pub(in crate::server) async fn read(
    body: Body,
    headers: &HeaderMap,
    limit: usize,
    limits: &Limits,
    uptime: &Uptime,
    budget: MemoryBudget,
) -> Result<(Bytes, Charge), Fault> {
    let is_plain = |coding: &HeaderValue| coding.as_bytes().eq_ignore_ascii_case(b"identity");
    if !headers.get_all(header::CONTENT_ENCODING).iter().all(is_plain) {
        return Err(faults::encoded_body());
    }
    let mut charge = Charge::new(budget);
    let collecting = collect(body, limit, limits.body, &mut charge);
    let collected = uptime.timeout(limits.body_timeout, collecting).await;
    let body = collected.unwrap_or_else(|_| Err(faults::body_timed_out()))?;
    Ok((body, charge))
}

/// A body that is read as it comes, and ends with an error behind its limit. Refused at once if it says itself that it
/// is longer.
pub(in crate::server) fn bounded(
    body: Body,
    headers: &HeaderMap,
    limit: usize,
) -> Result<(Body, Bounds), Fault> {
    let length =
        headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > limit as u64) {
        return Err(faults::incoming_too_long());
    }
    let bounds = Bounds(Arc::default());
    let (found, mut left, mut turn) = (bounds.clone(), limit, Turn::default());
    let bounded = through(body, (), move |body, cx| {
        if turn.is_over() {
            // Polled once, it wakes this task when the others have had their turn, and sockets too.
            let _ = pin!(yield_now()).poll(cx);
            return Poll::Pending;
        }
        let frame = ready!(body.poll_frame(cx));
        let length = match &frame {
            Some(Ok(frame)) => frame.data_ref().map_or(0, Bytes::len),
            _ => 0,
        };
        turn.add(length);
        let Some(rest) = left.checked_sub(length) else {
            found.0.store(true, Ordering::Release);
            return Poll::Ready(Some(Err(axum::Error::new("the body is too long"))));
        };
        left = rest;
        Poll::Ready(frame)
    });
    Ok((bounded, bounds))
}

/// Whether a body was found to be too long.
#[derive(Clone)]
pub(in crate::server) struct Bounds(Arc<AtomicBool>);

impl Bounds {
    pub(in crate::server) fn are_exceeded(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// How much of a body is read before others have their turn: one that is thrown away may come as fast as it is read.
#[derive(Default)]
struct Turn(usize);

impl Turn {
    const BYTES: usize = 32 << 10;

    fn add(&mut self, bytes: usize) {
        self.0 += bytes;
    }

    /// Whether it is over; the next one begins.
    fn is_over(&mut self) -> bool {
        let over = self.0 >= Self::BYTES;
        if over {
            self.0 = 0;
        }
        over
    }
}

/// Reads on beyond the limit, up to `at_most`, unless the sender says that there is more than that.
async fn collect(mut body: Body, limit: usize, at_most: usize, charge: &mut Charge) -> Result<Bytes, Fault> {
    let (mut kept, mut length, limit) = (BytesMut::new(), 0, limit.min(at_most));
    let mut turn = Turn::default();
    if body.size_hint().lower() > at_most as u64 {
        return Err(faults::incoming_too_long());
    }
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| faults::invalid_request("the body ends early"))?;
        let Some(data) = frame.data_ref() else { continue };
        length += data.len();
        turn.add(data.len());
        if turn.is_over() {
            yield_now().await;
        }
        if length > at_most {
            break;
        }
        if length > limit {
            kept = BytesMut::new();
            // Nothing always has room.
            let _ = charge.set(0);
        } else {
            charge.set(length).map_err(|Full| faults::address_overloaded())?;
            kept.extend_from_slice(data);
        }
    }
    if length > limit { Err(faults::incoming_too_long()) } else { Ok(kept.freeze()) }
}

#[cfg(test)]
mod tests {
    use std::{convert::Infallible, sync::atomic::AtomicUsize};

    use futures_util::stream;

    use super::*;
    use crate::limits::memory_budget::BytePool;

    const LENGTH: usize = 64 * (16 << 10);

    /// One that is there as fast as it is read.
    fn body() -> Body {
        let chunk = Bytes::from(vec![b'x'; 16 << 10]);
        Body::from_stream(stream::iter((0..64).map(move |_| Ok::<_, Infallible>(chunk.clone()))))
    }

    /// How many turns others have meanwhile.
    async fn turns_of_others(reading: impl Future<Output = ()>) -> usize {
        let turns = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&turns);
        let others = tokio::spawn(async move {
            loop {
                counted.fetch_add(1, Ordering::Relaxed);
                yield_now().await;
            }
        });
        reading.await;
        others.abort();
        turns.load(Ordering::Relaxed)
    }

    #[tokio::test]
    async fn a_body_that_comes_as_fast_as_it_is_read_leaves_turns_to_others() {
        let collected = turns_of_others(async {
            let (limits, budget) =
                (Limits::new(), MemoryBudget::new(usize::MAX, &Arc::new(BytePool::new(usize::MAX))));
            let (bytes, _held) = read(body(), &HeaderMap::new(), LENGTH, &limits, &Uptime::default(), budget)
                .await
                .expect("it fits");
            assert_eq!(bytes.len(), LENGTH);
        });
        assert!(collected.await >= LENGTH / Turn::BYTES - 1);
        let streamed = turns_of_others(async {
            let (body, _bounds) = bounded(body(), &HeaderMap::new(), LENGTH).expect("it does not say");
            assert_eq!(body.collect().await.expect("it fits").to_bytes().len(), LENGTH);
        });
        assert!(streamed.await >= LENGTH / Turn::BYTES - 1);
    }
}
