//! Counts bytes as they pass.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
};

use metrics::Counter;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Counts bytes in one direction: for their request, and in a metric.
#[derive(Debug, Clone)]
pub(crate) struct ByteCounter {
    pub(crate) count: Arc<AtomicU64>,
    pub(crate) meter: Counter,
}

impl ByteCounter {
    pub(crate) fn add(&self, bytes: usize) {
        self.count.fetch_add(bytes as u64, Ordering::Relaxed);
        self.meter.increment(bytes as u64);
    }
}

/// A socket whose bytes are counted.
pub(crate) struct CountedIo<S> {
    pub(crate) socket: S,
    /// Of what is read and of what is written; `None` if it is not collected.
    pub(crate) counters: Option<Box<(ByteCounter, ByteCounter)>>,
}

impl<S: AsyncRead + Unpin> AsyncRead for CountedIo<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.socket).poll_read(cx, buffer);
        if let Some(counters) = &self.counters {
            counters.0.add(buffer.filled().len() - before);
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for CountedIo<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.socket).poll_write(cx, bytes);
        self.wrote(&polled);
        polled
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.socket).poll_write_vectored(cx, slices);
        self.wrote(&polled);
        polled
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}

impl<S> CountedIo<S> {
    fn wrote(&self, polled: &Poll<io::Result<usize>>) {
        if let (Some(counters), Poll::Ready(Ok(bytes))) = (&self.counters, polled) {
            counters.1.add(*bytes);
        }
    }
}
