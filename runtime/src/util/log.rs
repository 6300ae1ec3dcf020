//! The log, which cannot break a call: whatever a subscriber does with a line, the call goes on.
//!
//! A subscriber may panic. The one that most programs have does so when standard output and standard error are both
//! closed: it cannot write the line, and cannot say so. In the middle of a turn, or where an answer is on its way,
//! that would cost the call, the connection or the actor. So every line and every span of this crate goes through
//! here, and what panics in a subscriber ends here.

#![cfg_attr(
    not(feature = "server"),
    expect(dead_code, unused_imports, unused_macros, reason = "a client alone has no spans, and few levels")
)]

use std::{
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    task::{Context, Poll},
};

use pin_project_lite::pin_project;

/// Does something with the log; `None` if a subscriber panics.
#[inline]
pub(crate) fn quietly<T>(log: impl FnOnce() -> T) -> Option<T> {
    // A subscriber is its own keeper: nothing of ours is half done in it.
    catch_unwind(AssertUnwindSafe(log)).ok()
}

macro_rules! levels {
    ($dollar:tt $($name:ident = $level:ident),*) => {$(
        macro_rules! $name {
            ($dollar($dollar line:tt)*) => {
                $crate::util::log::quietly(|| ::tracing::$level!($dollar($dollar line)*)).unwrap_or_default()
            };
        }
        pub(crate) use $name as $level;
    )*};
}

// Not by the levels' own names, some of which are attributes.
levels!($ error_line = error, warn_line = warn, info_line = info, debug_line = debug, trace_line = trace);

macro_rules! info_span {
    ($($span:tt)*) => { $crate::util::log::Span::new(|| ::tracing::info_span!($($span)*)) };
}
pub(crate) use info_span;

/// Whether the code that runs now is in a span.
pub(crate) fn is_in_span() -> bool {
    let is_off = tracing::level_filters::LevelFilter::current() == tracing::level_filters::LevelFilter::OFF;
    !is_off && quietly(|| !tracing::Span::current().is_none()).unwrap_or(true)
}

/// A span, whose subscriber may panic.
#[derive(Clone, Debug)]
pub(crate) struct Span(tracing::Span);

impl Span {
    pub(crate) fn new(make: impl FnOnce() -> tracing::Span) -> Self {
        Self(quietly(make).unwrap_or_else(tracing::Span::none))
    }

    pub(crate) fn none() -> Self {
        Self(tracing::Span::none())
    }

    pub(crate) fn current() -> Self {
        Self::new(tracing::Span::current)
    }

    pub(crate) fn id(&self) -> Option<tracing::Id> {
        self.0.id()
    }

    #[inline]
    pub(crate) fn is_disabled(&self) -> bool {
        self.0.is_disabled()
    }

    pub(crate) fn record(&self, field: &str, value: impl tracing::Value) {
        if !self.is_disabled() {
            quietly(|| {
                self.0.record(field, value);
            });
        }
    }

    /// What is done while the guard is there is in the span.
    #[inline]
    pub(crate) fn enter(&self) -> Entered<'_> {
        Entered(if self.is_disabled() { None } else { quietly(|| self.0.enter()) })
    }

    #[inline]
    pub(crate) fn in_scope<T>(&self, code: impl FnOnce() -> T) -> T {
        let _in = self.enter();
        code()
    }
}

impl Drop for Span {
    #[inline]
    fn drop(&mut self) {
        if !self.is_disabled() {
            let span = std::mem::replace(&mut self.0, tracing::Span::none());
            quietly(|| drop(span));
        }
    }
}

/// Leaves the span when it is dropped.
pub(crate) struct Entered<'a>(Option<tracing::span::Entered<'a>>);

impl Drop for Entered<'_> {
    #[inline]
    fn drop(&mut self) {
        if let Some(entered) = self.0.take() {
            quietly(|| drop(entered));
        }
    }
}

/// Futures that run in a span.
pub(crate) trait Instrument: Future + Sized {
    fn instrument(self, span: Span) -> Instrumented<Self> {
        Instrumented { span, future: Some(self) }
    }

    fn in_current_span(self) -> Instrumented<Self> {
        self.instrument(Span::current())
    }
}

impl<F: Future> Instrument for F {}

pin_project! {
    /// See [`Instrument`]. It is dropped within its span too.
    pub(crate) struct Instrumented<F> {
        span: Span,
        // `None` once it is being dropped.
        #[pin]
        future: Option<F>,
    }

    impl<F> PinnedDrop for Instrumented<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            let _in = this.span.enter();
            this.future.set(None);
        }
    }
}

impl<F: Future> Future for Instrumented<F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _in = this.span.enter();
        this.future.as_pin_mut().expect("it is not being dropped").poll(cx)
    }
}
