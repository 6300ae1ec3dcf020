//! Reading bodies, within their limits.

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use tokio::time::timeout;

use super::{errors, limits};
use crate::Fault;

/// Reads a body of at most `limit` bytes.
pub(super) async fn read(body: Body, limit: usize) -> Result<Bytes, Fault> {
    timeout(limits::BODY_TIME, collect(body, limit)).await.unwrap_or_else(|_| Err(errors::body_timed_out()))
}

async fn collect(mut body: Body, limit: usize) -> Result<Bytes, Fault> {
    let (mut kept, mut length) = (BytesMut::new(), 0);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| errors::invalid_request("the body ends early"))?;
        let Some(data) = frame.data_ref() else { continue };
        length += data.len();
        if length > limits::BODY {
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
