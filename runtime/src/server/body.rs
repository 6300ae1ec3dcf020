//! Reading bodies, within their limits.

use std::{
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
};

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, header};
use http_body_util::BodyExt;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio::{task::yield_now, time::timeout};

use super::errors;
use crate::{Fault, Limits};

/// Reads a body of at most `limit` bytes.
pub(super) async fn read(body: Body, limit: usize, limits: &Limits) -> Result<Bytes, Fault> {
    let collected = timeout(limits.body_timeout, collect(body, limit, limits.body)).await;
    collected.unwrap_or_else(|_| Err(errors::body_timed_out()))
}

/// A body that is read as it comes, and ends with an error behind its limit. Refused at once if it says itself that it
/// is longer.
pub(super) fn bounded(body: Body, headers: &HeaderMap, limit: usize) -> Result<(Body, Bounds), Fault> {
    let length =
        headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > limit as u64) {
        return Err(errors::incoming_too_long());
    }
    let bounds = Bounds(Arc::default());
    let bounded = Bounded { body, left: limit, bounds: bounds.clone(), turn: Turn::default() };
    Ok((Body::new(bounded), bounds))
}

/// Whether a body was found to be too long.
#[derive(Clone)]
pub(super) struct Bounds(Arc<AtomicBool>);

impl Bounds {
    pub(super) fn are_exceeded(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

struct Bounded {
    body: Body,
    left: usize,
    bounds: Bounds,
    turn: Turn,
}

/// How much of a body is read before others have their turn: one that is thrown away may come as fast as it is read.
#[derive(Default)]
struct Turn(usize);

impl Turn {
    const BYTES: usize = 256 << 10;

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

impl HttpBody for Bounded {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.turn.is_over() {
            // Polled once, it wakes this task when the others have had their turn, and sockets too.
            let _ = pin!(yield_now()).poll(cx);
            return Poll::Pending;
        }
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        let length = match &frame {
            Some(Ok(frame)) => frame.data_ref().map_or(0, Bytes::len),
            _ => 0,
        };
        self.turn.add(length);
        let Some(left) = self.left.checked_sub(length) else {
            self.bounds.0.store(true, Ordering::Release);
            return Poll::Ready(Some(Err(axum::Error::new("the body is too long"))));
        };
        self.left = left;
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Reads on beyond the limit, up to `at_most`, unless the sender says that there is more than that.
async fn collect(mut body: Body, limit: usize, at_most: usize) -> Result<Bytes, Fault> {
    let (mut kept, mut length, limit) = (BytesMut::new(), 0, limit.min(at_most));
    let mut turn = Turn::default();
    if body.size_hint().lower() > at_most as u64 {
        return Err(errors::incoming_too_long());
    }
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| errors::invalid_request("the body ends early"))?;
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
        } else {
            kept.extend_from_slice(data);
        }
    }
    if length > limit { Err(errors::incoming_too_long()) } else { Ok(kept.freeze()) }
}
