//! A socket as a WebSocket has it.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::tcp::{OwnedReadHalf, OwnedWriteHalf},
};
use tokio_util::either::Either;

use super::{
    byte_counter::{ByteCounter, CountedIo},
    counting_stream::{CountingStream, HeadBudget},
    direct_writer::DirectWriter,
};
use crate::{
    server::ws::transport::Transport,
    util::{log, shown::shown},
};

/// What is left of HTTP's socket: itself, if it was accepted here, or what another server has made of its own.
pub(in crate::server) type UpgradedIo = CountedIo<Either<ServerTcp, TokioIo<Upgraded>>>;

/// Takes off what HTTP has put around a socket, which each event would pass through; and what it has read too early.
pub(in crate::server) fn bare(
    upgraded: Upgraded,
    taps: Option<(ByteCounter, ByteCounter)>,
) -> Transport<UpgradedIo> {
    let (socket, arrived) = match upgraded.downcast::<TokioIo<CountingStream>>() {
        Ok(parts) => {
            let written = taps.as_ref().map(|(_, written)| written.clone());
            (Either::Left(ServerTcp::new(parts.io.into_inner(), written)), parts.read_buf)
        }
        Err(upgraded) => (Either::Right(TokioIo::new(upgraded)), Bytes::new()),
    };
    if let Some((read, _)) = &taps {
        read.add(arrived.len());
    }
    Transport::new(CountedIo { socket, taps: taps.map(Box::new) }).with_arrived(&arrived)
}

/// A TCP socket of this server's own, whose pen can be lent. Until it is back, nothing is written through this.
pub(in crate::server) struct ServerTcp {
    reader: OwnedReadHalf,
    pen: Option<DirectWriter>,
    /// It has its place until it is closed.
    _seat: Arc<HeadBudget>,
}

/// A socket that may have a pen to lend.
pub(in crate::server) trait LendWriter: AsyncRead + AsyncWrite + Unpin {
    /// Gives its pen away, if it has one.
    fn lend_pen(&mut self) -> Option<DirectWriter> {
        None
    }

    /// Has it again.
    fn take_back_pen(&mut self, _pen: DirectWriter) {}

    /// Has the system take little more than it can send: what waits there can neither be dropped nor replaced.
    fn bound_unsent(&self) {}
}

impl ServerTcp {
    /// What the tap counts is what is written past the session.
    pub(in crate::server) fn new(intake: CountingStream, tap: Option<ByteCounter>) -> Self {
        let (socket, seat) = intake.into_socket();
        let (reader, writer) = socket.into_split();
        Self { reader, pen: Some(DirectWriter::new(writer, tap)), _seat: seat }
    }

    fn writer(&mut self) -> io::Result<Pin<&mut OwnedWriteHalf>> {
        let pen = self.pen.as_mut().ok_or_else(|| io::Error::other("the pen of the socket is lent"))?;
        Ok(Pin::new(&mut pen.socket))
    }
}

impl LendWriter for ServerTcp {
    fn lend_pen(&mut self) -> Option<DirectWriter> {
        self.pen.take()
    }

    fn take_back_pen(&mut self, pen: DirectWriter) {
        self.pen = Some(pen);
    }

    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn bound_unsent(&self) {
        /// Bytes. At half of it the socket takes more again.
        const UNSENT: u32 = 4 << 10;
        if let Err(error) = socket2::SockRef::from(self.reader.as_ref()).set_tcp_notsent_lowat(UNSENT) {
            log::debug!(error = shown(&error), "a socket takes more than it can send");
        }
    }
}

impl LendWriter for UpgradedIo {
    fn lend_pen(&mut self) -> Option<DirectWriter> {
        if let Either::Left(socket) = &mut self.socket { socket.lend_pen() } else { None }
    }

    fn take_back_pen(&mut self, pen: DirectWriter) {
        if let Either::Left(socket) = &mut self.socket {
            socket.take_back_pen(pen);
        }
    }

    fn bound_unsent(&self) {
        if let Either::Left(socket) = &self.socket {
            socket.bound_unsent();
        }
    }
}

impl AsyncRead for ServerTcp {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.reader).poll_read(cx, buffer)
    }
}

impl AsyncWrite for ServerTcp {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.writer()?.poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.writer()?.poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.writer()?.poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.writer()?.poll_shutdown(cx)
    }
}

#[cfg(test)]
impl LendWriter for tokio::io::DuplexStream {}
