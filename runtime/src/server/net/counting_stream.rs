//! A socket as HTTP reads it: what it holds of an unfinished head is counted.

use std::{
    io::{self, IoSlice},
    mem::MaybeUninit,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU8, AtomicUsize, Ordering},
    },
    task::{Context, Poll, ready},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

use super::{permits::Permit, refuse::refuse};
use crate::{
    error::faults,
    limits::memory_budget::{Charge, Full},
};

/// A socket, and what has been read of it that is no request yet.
///
/// The HTTP library holds a head until it is whole. It says nothing about how much that is, so this counts what is read
/// while no request is being answered.
pub(in crate::server) struct CountingStream {
    socket: TcpStream,
    seat: Arc<HeadBudget>,
    held: Charge,
}

/// A socket's place, which it has until it is closed, and what is being read of it.
pub(in crate::server) struct HeadBudget {
    place: Permit,
    phase: AtomicU8,
    /// Bytes of a head that is not whole.
    unfinished: AtomicUsize,
}

const HEAD: u8 = 0;
const REQUEST: u8 = 1;
const UPGRADED: u8 = 2;

impl HeadBudget {
    pub(in crate::server) fn new(place: Permit) -> Arc<Self> {
        Arc::new(Self { place, phase: AtomicU8::new(HEAD), unfinished: AtomicUsize::new(0) })
    }

    /// A head is whole: what follows is its body.
    pub(in crate::server) fn requested(&self) {
        self.phase.store(REQUEST, Ordering::Relaxed);
    }

    /// The request has its response; the next one may follow.
    pub(in crate::server) fn answered(&self) {
        self.phase.store(HEAD, Ordering::Relaxed);
    }

    /// There will be no other request.
    pub(in crate::server) fn upgraded(&self) {
        self.phase.store(UPGRADED, Ordering::Relaxed);
    }

    /// Whether a head is half read: nothing is being answered, and the peer has begun to ask for something.
    pub(in crate::server) fn has_half_a_head(&self) -> bool {
        self.phase() == HEAD && self.unfinished.load(Ordering::Relaxed) > 0
    }

    fn phase(&self) -> u8 {
        self.phase.load(Ordering::Relaxed)
    }
}

impl CountingStream {
    pub(in crate::server) fn new(socket: TcpStream, seat: Arc<HeadBudget>) -> Self {
        let held = Charge::new(seat.place.account().clone());
        Self { socket, seat, held }
    }

    /// The socket, after an upgrade, and the place that it has until it is closed.
    pub(in crate::server) fn into_socket(self) -> (TcpStream, Arc<HeadBudget>) {
        (self.socket, self.seat)
    }

    /// Counts what was read.
    fn count(&mut self, bytes: usize) -> io::Result<()> {
        if self.seat.phase() != HEAD {
            self.begin_anew();
            return Ok(());
        }
        let unfinished = self.seat.unfinished.load(Ordering::Relaxed) + bytes;
        self.seat.unfinished.store(unfinished, Ordering::Relaxed);
        // Twice: the room that it is read into grows by doubling.
        self.held.set(2 * unfinished).map_err(|Full| {
            refuse(&self.socket, &faults::address_overloaded());
            io::Error::other("too much is held for its address")
        })
    }

    fn begin_anew(&mut self) {
        self.seat.unfinished.store(0, Ordering::Relaxed);
        // Nothing always has room.
        let _ = self.held.set(0);
    }

    /// A response is on its way: what was read before it has been used, but for the rest of the last piece.
    fn wrote(&mut self) {
        if self.seat.unfinished.load(Ordering::Relaxed) > 0 {
            self.begin_anew();
        }
    }
}

/// What is read at once. No more than may be held without being counted: the beginning of a request that comes together
/// with the end of the one before it is not.
const PIECE: usize = Charge::FREE / 2;

impl AsyncRead for CountingStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.seat.phase() == UPGRADED {
            return Pin::new(&mut self.socket).poll_read(cx, buffer);
        }
        let mut piece = [const { MaybeUninit::uninit() }; PIECE];
        let most = PIECE.min(buffer.remaining());
        let mut piece = ReadBuf::uninit(&mut piece[..most]);
        ready!(Pin::new(&mut self.socket).poll_read(cx, &mut piece))?;
        buffer.put_slice(piece.filled());
        Poll::Ready(self.count(piece.filled().len()))
    }
}

impl AsyncWrite for CountingStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.wrote();
        Pin::new(&mut self.socket).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.wrote();
        Pin::new(&mut self.socket).poll_write_vectored(cx, slices)
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
