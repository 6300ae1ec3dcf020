//! A TCP socket after its upgrade to WebSocket, without what HTTP had put around it.
//!
//! hyper hands over an [`Upgraded`]: its own buffers around our [`CountingStream`] around the socket. Each event
//! would pass through all of them. [`unwrap_upgraded`] takes the socket out, and what hyper had read too early
//! becomes the first input. In a router of another server the socket is that server's, and stays as it is.

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
    net::tcp::OwnedReadHalf,
};
use tokio_util::either::Either;

use super::{
    byte_counter::{ByteCounter, CountedIo},
    counting_stream::{CountingStream, HeadBudget},
    direct_writer::DirectWriter,
};
use crate::{
    delivery::direct_write::DirectWrite,
    server::ws::transport::Transport,
    util::{log, shown::shown},
};

/// The socket: this server's own, or whatever the server has that serves the router.
pub(in crate::server) type UpgradedIo = CountedIo<Either<ServerTcp, TokioIo<Upgraded>>>;

/// Takes the socket out of what hyper has put around it.
pub(in crate::server) fn unwrap_upgraded(
    upgraded: Upgraded,
    counters: Option<(ByteCounter, ByteCounter)>,
) -> Transport<UpgradedIo> {
    let (socket, read_early) = match upgraded.downcast::<TokioIo<CountingStream>>() {
        Ok(parts) => {
            let written = counters.as_ref().map(|(_, written)| written.clone());
            (Either::Left(ServerTcp::new(parts.io.into_inner(), written)), parts.read_buf)
        }
        Err(upgraded) => (Either::Right(TokioIo::new(upgraded)), Bytes::new()),
    };
    if let Some((read, _)) = &counters {
        read.add(read_early.len());
    }
    Transport::new(CountedIo { socket, counters: counters.map(Box::new) }).with_input(&read_early)
}

/// A TCP socket of this server's own, whose writer can be lent. Until it is back, writing through this is an error.
pub(in crate::server) struct ServerTcp {
    reader: OwnedReadHalf,
    writer: Option<Box<dyn DirectWrite>>,
    /// Has the socket's permit, which is released when the socket is closed.
    _budget: Arc<HeadBudget>,
}

/// A socket that may have a writer to lend.
pub(in crate::server) trait LendWriter: AsyncRead + AsyncWrite + Unpin {
    /// Gives its writer away, if it has one.
    fn lend_writer(&mut self) -> Option<Box<dyn DirectWrite>> {
        None
    }

    /// Takes it back.
    fn reclaim_writer(&mut self, _writer: Box<dyn DirectWrite>) {}

    /// Has the system buffer little more than it can send: what waits there can neither be dropped nor replaced.
    fn bound_unsent(&self) {}
}

impl ServerTcp {
    /// The counter is for what the outbox writes, past the session.
    pub(in crate::server) fn new(stream: CountingStream, counter: Option<ByteCounter>) -> Self {
        let (socket, budget) = stream.into_socket();
        let (reader, writer) = socket.into_split();
        let writer: Box<dyn DirectWrite> = Box::new(DirectWriter::new(writer, counter));
        Self { reader, writer: Some(writer), _budget: budget }
    }

    fn writer(&mut self) -> io::Result<Pin<&mut dyn DirectWrite>> {
        let writer =
            self.writer.as_mut().ok_or_else(|| io::Error::other("the writer of the socket is lent"))?;
        Ok(Pin::new(&mut **writer))
    }
}

impl LendWriter for ServerTcp {
    fn lend_writer(&mut self) -> Option<Box<dyn DirectWrite>> {
        self.writer.take()
    }

    fn reclaim_writer(&mut self, writer: Box<dyn DirectWrite>) {
        self.writer = Some(writer);
    }

    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn bound_unsent(&self) {
        /// Bytes. At half of it the socket takes more again.
        const UNSENT: u32 = 4 << 10;
        if let Err(error) = socket2::SockRef::from(self.reader.as_ref()).set_tcp_notsent_lowat(UNSENT) {
            log::debug!(
                error = shown(&error),
                "cannot limit the unsent bytes of a socket; clients may get old values"
            );
        }
    }
}

impl LendWriter for UpgradedIo {
    fn lend_writer(&mut self) -> Option<Box<dyn DirectWrite>> {
        if let Either::Left(socket) = &mut self.socket { socket.lend_writer() } else { None }
    }

    fn reclaim_writer(&mut self, writer: Box<dyn DirectWrite>) {
        if let Either::Left(socket) = &mut self.socket {
            socket.reclaim_writer(writer);
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
