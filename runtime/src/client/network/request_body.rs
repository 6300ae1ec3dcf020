//! The body of a request, which tells a request that was sent from one that was not.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::{Frame, SizeHint};

/// The body of a request, which notes when it is asked for. That is when the request is written, so a server that
/// was not reached has got nothing of it. An empty body is never asked for.
pub(super) struct Body {
    bytes: Full<Bytes>,
    sent: Arc<AtomicBool>,
}

impl Body {
    /// A body, and whether it has been sent.
    pub(super) fn new(bytes: Bytes) -> (Self, Arc<AtomicBool>) {
        let sent = Arc::new(AtomicBool::new(bytes.is_empty()));
        (Self { bytes: Full::new(bytes), sent: Arc::clone(&sent) }, sent)
    }
}

impl hyper::body::Body for Body {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.sent.store(true, Ordering::Relaxed);
        Pin::new(&mut self.bytes).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.bytes.size_hint()
    }
}
