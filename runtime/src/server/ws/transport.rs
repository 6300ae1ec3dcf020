//! The bytes of one socket, on their way to and from the WebSocket layer.

use std::{
    io,
    mem::{self, MaybeUninit},
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::{
    frame_scanner::{FrameFilter, TooLong},
    signs::Signs,
};

/// A socket that remembers whether a message is half read, and writes what was framed elsewhere before anything else.
#[derive(Debug)]
pub(in crate::server) struct Transport<S> {
    io: S,
    /// Read already, and next for whoever reads.
    arrived: Bytes,
    filter: FrameFilter,
    signs: Signs,
    /// Frames that are being written, which nothing may interrupt.
    chunk: Bytes,
    /// What is too long has no answer any more.
    is_parting: bool,
}

/// How much is read and withheld before others have their turn.
const TURN: usize = 64 << 10;

/// How much is read of a peer that was silent before it gets a buffer.
const FIRST: usize = 2048;

impl<S: AsyncRead + AsyncWrite + Unpin> Transport<S> {
    pub(in crate::server) fn new(io: S) -> Self {
        Self {
            io,
            arrived: Bytes::new(),
            filter: FrameFilter::default(),
            signs: Signs::new(),
            chunk: Bytes::new(),
            is_parting: false,
        }
    }

    /// These bytes of it were read already.
    pub(in crate::server) fn with_arrived(mut self, bytes: &[u8]) -> Self {
        let front = self.follow(bytes);
        self.put_before(&bytes[..front]);
        self
    }

    /// Messages of more than `longest` bytes are passed over, up to `at_most`. Only before anything is read.
    pub(in crate::server) fn passing_over(mut self, longest: usize, at_most: usize) -> Self {
        let filter = mem::replace(&mut self.filter, FrameFilter::new(longest, at_most));
        let arrived = [&mem::take(&mut self.arrived)[..], filter.withheld()].concat();
        self.with_arrived(&arrived)
    }

    /// The next message that is too long. Nothing is read while there is one.
    pub(in crate::server) fn take_too_long(&mut self) -> Option<TooLong> {
        self.filter.take_too_long()
    }

    /// Nobody will ask for those any more.
    pub(in crate::server) fn forget_too_long(&mut self) {
        self.is_parting = true;
        self.filter.forget_too_long();
    }

    pub(in crate::server) fn io_mut(&mut self) -> &mut S {
        &mut self.io
    }

    /// What was heard of the peer.
    pub(in crate::server) fn signs(&mut self) -> &mut Signs {
        &mut self.signs
    }

    /// Takes what was read. So much of its front passes as it is, and what passes of the rest has arrived.
    fn follow(&mut self, bytes: &[u8]) -> usize {
        if bytes.is_empty() {
            return 0;
        }
        let passed = self.filter.take(bytes);
        if self.is_parting {
            self.filter.forget_too_long();
        }
        self.signs.read(passed.has_ended, self.filter.is_at_edge());
        self.arrived = passed.rest.into();
        passed.front
    }

    /// Has these arrive before the rest. A copy: they may be the end of a large buffer.
    fn put_before(&mut self, bytes: &[u8]) {
        if self.arrived.is_empty() {
            self.arrived = Bytes::copy_from_slice(bytes);
        } else if !bytes.is_empty() {
            self.arrived = [bytes, &self.arrived].concat().into();
        }
    }

    /// Reads until something passes, or until there is no more.
    fn poll_io(&mut self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let mut read_in_all = 0;
        loop {
            if self.filter.has_too_long() {
                // Whoever reads takes that first, and then reads on.
                return Poll::Pending;
            }
            if read_in_all > TURN {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            let before = buf.filled().len();
            let read = if self.filter.withheld().is_empty() {
                ready!(Pin::new(&mut self.io).poll_read(cx, buf))?;
                let read = buf.filled().len() - before;
                let front = self.follow(&buf.filled()[before..]);
                buf.set_filled(before + front);
                read
            } else {
                ready!(self.poll_rest_of_head(cx))?
            };
            if read == 0 || buf.filled().len() > before || !self.arrived.is_empty() {
                return Poll::Ready(Ok(()));
            }
            read_in_all += read;
        }
    }

    /// Reads on from a head that is half read, and withheld: for that, the reader may have no room.
    fn poll_rest_of_head(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut bytes = [const { MaybeUninit::uninit() }; FIRST];
        let mut piece = ReadBuf::uninit(&mut bytes);
        ready!(Pin::new(&mut self.io).poll_read(cx, &mut piece))?;
        let front = self.follow(piece.filled());
        self.put_before(&piece.filled()[..front]);
        Poll::Ready(Ok(piece.filled().len()))
    }

    /// Whether whoever has read everything so far has whole messages.
    pub(in crate::server) fn is_between_messages(&self) -> bool {
        self.arrived.is_empty() && self.filter.is_layer_at_edge()
    }

    /// Begins to write whole frames. Only when everything before is written.
    pub(in crate::server) fn write(&mut self, frames: Bytes) {
        debug_assert!(self.chunk.is_empty(), "frames are still being written");
        self.chunk = frames;
    }

    /// Waits until something has arrived, which is not taken; `false` if nothing will.
    pub(in crate::server) fn poll_arrived(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<bool>> {
        if self.arrived.is_empty() {
            let mut bytes = [const { MaybeUninit::uninit() }; FIRST];
            let mut buf = ReadBuf::uninit(&mut bytes);
            ready!(Pin::new(&mut *self).poll_read(cx, &mut buf))?;
            self.put_before(buf.filled());
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
            ready!(self.poll_io(cx, buf))?;
        }
        if buf.filled().len() == before && !self.arrived.is_empty() {
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
