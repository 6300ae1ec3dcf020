//! The bytes of one socket, on their way to and from the WebSocket layer.

use std::{
    io,
    mem::MaybeUninit,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::{edges::Edges, signs::Signs};

/// A socket that remembers whether a message is half read, and writes what was framed elsewhere before anything else.
#[derive(Debug)]
pub(super) struct Transport<S> {
    io: S,
    /// Read already, and next for whoever reads.
    arrived: Bytes,
    edges: Edges,
    signs: Signs,
    /// Frames that are being written, which nothing may interrupt.
    chunk: Bytes,
}

/// How much is read of a peer that was silent before it gets a buffer.
const FIRST: usize = 2048;

impl<S: AsyncRead + AsyncWrite + Unpin> Transport<S> {
    pub(super) fn new(io: S) -> Self {
        Self { io, arrived: Bytes::new(), edges: Edges::default(), signs: Signs::new(), chunk: Bytes::new() }
    }

    /// These bytes of it were read already.
    pub(super) fn with_arrived(mut self, bytes: &[u8]) -> Self {
        self.follow(bytes);
        // A copy: they may be the end of a large buffer.
        self.arrived = Bytes::copy_from_slice(bytes);
        self
    }

    pub(super) fn io_mut(&mut self) -> &mut S {
        &mut self.io
    }

    /// What was heard of the peer.
    pub(super) fn signs(&mut self) -> &mut Signs {
        &mut self.signs
    }

    fn follow(&mut self, bytes: &[u8]) {
        if !bytes.is_empty() {
            let has_ended = self.edges.follow(bytes);
            self.signs.read(has_ended, self.edges.is_at_one());
        }
    }

    /// Whether whoever has read everything so far has whole messages.
    pub(super) fn is_between_messages(&self) -> bool {
        self.arrived.is_empty() && self.edges.is_at_one()
    }

    /// Begins to write whole frames. Only when everything before is written.
    pub(super) fn write(&mut self, frames: Bytes) {
        debug_assert!(self.chunk.is_empty(), "frames are still being written");
        self.chunk = frames;
    }

    /// Waits until something has arrived, which is not taken; `false` if nothing will.
    pub(super) fn poll_arrived(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<bool>> {
        if self.arrived.is_empty() {
            let mut bytes = [const { MaybeUninit::uninit() }; FIRST];
            let mut buf = ReadBuf::uninit(&mut bytes);
            ready!(Pin::new(&mut *self).poll_read(cx, &mut buf))?;
            self.arrived = Bytes::copy_from_slice(buf.filled());
        }
        Poll::Ready(Ok(!self.arrived.is_empty()))
    }

    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.chunk.is_empty() {
            let polled = Pin::new(&mut self.io).poll_write(cx, &self.chunk);
            match ready!(self.signs.wrote(polled))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                written => self.chunk.advance(written),
            }
        }
        // An empty slice would keep its frames.
        self.chunk = Bytes::new();
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Transport<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        if self.arrived.is_empty() {
            ready!(Pin::new(&mut self.io).poll_read(cx, buf))?;
            self.follow(&buf.filled()[before..]);
        } else {
            let most = buf.remaining().min(self.arrived.len());
            buf.put_slice(&self.arrived.split_to(most));
            if self.arrived.is_empty() {
                self.arrived = Bytes::new();
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Transport<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        ready!(self.poll_chunk(cx))?;
        let polled = Pin::new(&mut self.io).poll_write(cx, buf);
        self.signs.wrote(polled)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_chunk(cx))?;
        let polled = Pin::new(&mut self.io).poll_write_vectored(cx, bufs);
        self.signs.wrote(polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_chunk(cx))?;
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_chunk(cx))?;
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}
