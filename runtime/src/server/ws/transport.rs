//! The bytes of one socket, on their way to and from the WebSocket layer.
//!
//! On the way in, a [`FrameScanner`] looks at the frames: it cuts out messages that are too long, says where messages
//! end, and with that feeds [`PeerActivity`]. What it passes on and the layer has no room for waits in `input`. On
//! the way out, whole frames that were made elsewhere (`framing.rs`) are written before anything that the layer
//! writes.

use std::{
    io,
    mem::{self, MaybeUninit},
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::{
    frame_scanner::{FrameScanner, TooLong},
    peer_activity::PeerActivity,
};

/// A socket under the WebSocket layer.
#[derive(Debug)]
pub(in crate::server) struct Transport<S> {
    io: S,
    /// Read already, and first for the next reader.
    input: Bytes,
    scanner: FrameScanner,
    activity: PeerActivity,
    /// Frames that are being written, which nothing may interrupt.
    frames: Bytes,
    /// The session has ended: messages that are too long are not answered any more.
    discards_too_long: bool,
}

/// Bytes that are read and withheld before other tasks have their turn.
const TURN: usize = 64 << 10;

/// Bytes that are read of an idle peer before it gets a buffer.
const FIRST: usize = 2048;

impl<S: AsyncRead + AsyncWrite + Unpin> Transport<S> {
    pub(in crate::server) fn new(io: S) -> Self {
        Self {
            io,
            input: Bytes::new(),
            scanner: FrameScanner::default(),
            activity: PeerActivity::new(),
            frames: Bytes::new(),
            discards_too_long: false,
        }
    }

    /// The same with bytes that were read already.
    pub(in crate::server) fn with_input(mut self, bytes: &[u8]) -> Self {
        let front = self.scan(bytes);
        self.put_before(&bytes[..front]);
        self
    }

    /// Skips messages of more than `longest` bytes, up to `at_most`. Only before anything is read.
    pub(in crate::server) fn skipping_messages(mut self, longest: usize, at_most: usize) -> Self {
        let scanner = mem::replace(&mut self.scanner, FrameScanner::new(longest, at_most));
        let input = [&mem::take(&mut self.input)[..], scanner.withheld()].concat();
        self.with_input(&input)
    }

    /// The next message that is too long. Nothing is read while there is one.
    pub(in crate::server) fn take_too_long(&mut self) -> Option<TooLong> {
        self.scanner.take_too_long()
    }

    /// Drops messages that are too long from now on: no session asks for them.
    pub(in crate::server) fn discard_too_long(&mut self) {
        self.discards_too_long = true;
        self.scanner.discard_too_long();
    }

    pub(in crate::server) fn io_mut(&mut self) -> &mut S {
        &mut self.io
    }

    pub(in crate::server) fn activity(&mut self) -> &mut PeerActivity {
        &mut self.activity
    }

    /// Scans what was read. Gives how many bytes at the front pass as they are; what passes of the rest becomes the
    /// input.
    fn scan(&mut self, bytes: &[u8]) -> usize {
        if bytes.is_empty() {
            return 0;
        }
        let passed = self.scanner.scan(bytes);
        if self.discards_too_long {
            self.scanner.discard_too_long();
        }
        self.activity.read(passed.has_ended, self.scanner.is_between_messages());
        self.input = passed.rest.into();
        passed.front
    }

    /// Puts these bytes before the rest of the input. A copy: they may be the end of a large buffer.
    fn put_before(&mut self, bytes: &[u8]) {
        if self.input.is_empty() {
            self.input = Bytes::copy_from_slice(bytes);
        } else if !bytes.is_empty() {
            self.input = [bytes, &self.input].concat().into();
        }
    }

    /// Reads until something passes, or until there is no more.
    fn poll_io(&mut self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let mut read_in_all = 0;
        loop {
            if self.scanner.has_too_long() {
                // The reader takes that first, and then reads on.
                return Poll::Pending;
            }
            if read_in_all > TURN {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            let before = buf.filled().len();
            let read = if self.scanner.withheld().is_empty() {
                ready!(Pin::new(&mut self.io).poll_read(cx, buf))?;
                let read = buf.filled().len() - before;
                let front = self.scan(&buf.filled()[before..]);
                buf.set_filled(before + front);
                read
            } else {
                ready!(self.poll_rest_of_head(cx))?
            };
            if read == 0 || buf.filled().len() > before || !self.input.is_empty() {
                return Poll::Ready(Ok(()));
            }
            read_in_all += read;
        }
    }

    /// Reads on after a head that is half read, and withheld: the reader may have no room for it.
    fn poll_rest_of_head(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut bytes = [const { MaybeUninit::uninit() }; FIRST];
        let mut piece = ReadBuf::uninit(&mut bytes);
        ready!(Pin::new(&mut self.io).poll_read(cx, &mut piece))?;
        let front = self.scan(piece.filled());
        self.put_before(&piece.filled()[..front]);
        Poll::Ready(Ok(piece.filled().len()))
    }

    /// Whether the layer has whole messages once it has read everything.
    pub(in crate::server) fn is_between_messages(&self) -> bool {
        self.input.is_empty() && self.scanner.has_layer_whole_messages()
    }

    /// Begins to write whole frames. Only when everything before is written.
    pub(in crate::server) fn write(&mut self, frames: Bytes) {
        debug_assert!(self.frames.is_empty(), "frames are still being written");
        self.frames = frames;
    }

    /// Waits until there is input, without taking it; `false` if there will be none.
    pub(in crate::server) fn poll_input(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<bool>> {
        if self.input.is_empty() {
            let mut bytes = [const { MaybeUninit::uninit() }; FIRST];
            let mut buf = ReadBuf::uninit(&mut bytes);
            ready!(Pin::new(&mut *self).poll_read(cx, &mut buf))?;
            self.put_before(buf.filled());
        }
        Poll::Ready(Ok(!self.input.is_empty()))
    }

    fn poll_frames(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.frames.is_empty() {
            let polled = Pin::new(&mut self.io).poll_write(cx, &self.frames);
            match ready!(self.activity.wrote(polled))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                written => self.frames.advance(written),
            }
        }
        // An empty slice would keep the frames in memory.
        self.frames = Bytes::new();
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
        if self.input.is_empty() {
            ready!(self.poll_io(cx, buf))?;
        }
        if buf.filled().len() == before && !self.input.is_empty() {
            let most = buf.remaining().min(self.input.len());
            buf.put_slice(&self.input.split_to(most));
            if self.input.is_empty() {
                self.input = Bytes::new();
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Transport<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        ready!(self.poll_frames(cx))?;
        let polled = Pin::new(&mut self.io).poll_write(cx, buf);
        self.activity.wrote(polled)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_frames(cx))?;
        let polled = Pin::new(&mut self.io).poll_write_vectored(cx, bufs);
        self.activity.wrote(polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_frames(cx))?;
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_frames(cx))?;
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}
