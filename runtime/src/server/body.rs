//! Reading bodies, within their limits.

use axum::body::{Body, HttpBody as _};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use tokio::time::timeout;

use super::errors;
use crate::{Fault, Limits};

/// Reads a body of at most `limit` bytes.
pub(super) async fn read(body: Body, limit: usize, limits: &Limits) -> Result<Bytes, Fault> {
    let collected = timeout(limits.body_timeout, collect(body, limit, limits.body)).await;
    collected.unwrap_or_else(|_| Err(errors::body_timed_out()))
}

/// Reads on beyond the limit, up to `at_most`, unless the sender says that there is more than that.
async fn collect(mut body: Body, limit: usize, at_most: usize) -> Result<Bytes, Fault> {
    let (mut kept, mut length, limit) = (BytesMut::new(), 0, limit.min(at_most));
    if body.size_hint().lower() > at_most as u64 {
        return Err(errors::incoming_too_long());
    }
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| errors::invalid_request("the body ends early"))?;
        let Some(data) = frame.data_ref() else { continue };
        length += data.len();
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
