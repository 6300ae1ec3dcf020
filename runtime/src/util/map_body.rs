//! A body whose frames come through some code.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use axum::body::Body;
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, SizeHint};

/// What a body has next.
pub(crate) type Next = Poll<Option<Result<Frame<Bytes>, axum::Error>>>;

/// This body, of which `next` gives what is next. What is `held` is dropped with it.
pub(crate) fn through(
    body: Body,
    held: impl Send + Unpin + 'static,
    next: impl FnMut(Pin<&mut Body>, &mut Context<'_>) -> Next + Send + Unpin + 'static,
) -> Body {
    Body::new(Through { body, next, _held: held })
}

struct Through<F, H> {
    body: Body,
    next: F,
    _held: H,
}

impl<F, H> HttpBody for Through<F, H>
where
    F: FnMut(Pin<&mut Body>, &mut Context<'_>) -> Next + Unpin,
    H: Unpin,
{
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Next {
        let Self { body, next, .. } = &mut *self;
        next(Pin::new(body), cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
