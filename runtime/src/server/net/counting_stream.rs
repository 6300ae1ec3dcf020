//! A socket as hyper reads it: the bytes of an unfinished head are charged to the budget of its address.
//!
//! hyper keeps a head until it is whole, and does not say how much that is. So this counts what is read while no
//! request is being answered: in the phase `HEAD`, which the service around hyper (`net/mod.rs`) sets to `REQUEST`
//! when it gets a request, and back when it has given the response. After an upgrade nothing is counted here any
//! more.

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

/// A socket, and the charge for what was read of it that is no whole request yet.
pub(in crate::server) struct CountingStream {
    socket: TcpStream,
    budget: Arc<HeadBudget>,
    charge: Charge,
}

/// The permit of a socket, which it has until it is closed, and what is being read of it.
pub(in crate::server) struct HeadBudget {
    permit: Permit,
    phase: AtomicU8,
    /// Bytes of a head that is not whole.
    unfinished: AtomicUsize,
}

const HEAD: u8 = 0;
const REQUEST: u8 = 1;
const UPGRADED: u8 = 2;

impl HeadBudget {
    pub(in crate::server) fn new(permit: Permit) -> Arc<Self> {
        Arc::new(Self { permit, phase: AtomicU8::new(HEAD), unfinished: AtomicUsize::new(0) })
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
    pub(in crate::server) fn new(socket: TcpStream, budget: Arc<HeadBudget>) -> Self {
        let charge = Charge::new(budget.permit.budget().clone());
        Self { socket, budget, charge }
    }

    /// The socket, after an upgrade, and what has its permit.
    pub(in crate::server) fn into_socket(self) -> (TcpStream, Arc<HeadBudget>) {
        (self.socket, self.budget)
    }

    /// Counts what was read.
    fn count(&mut self, bytes: usize) -> io::Result<()> {
        if self.budget.phase() != HEAD {
            self.reset();
            return Ok(());
        }
        let unfinished = self.budget.unfinished.load(Ordering::Relaxed) + bytes;
        self.budget.unfinished.store(unfinished, Ordering::Relaxed);
        // Twice: hyper's buffer grows by doubling.
        self.charge.set(2 * unfinished).map_err(|Full| {
            refuse(&self.socket, &faults::address_overloaded());
            io::Error::other("its address has no room for more unfinished requests")
        })
    }

    fn reset(&mut self) {
        self.budget.unfinished.store(0, Ordering::Relaxed);
        // To hold nothing always has room.
        let _ = self.charge.set(0);
    }

    /// A response is being written: what was read before it was used, except for the rest of the last piece.
    fn wrote(&mut self) {
        if self.budget.unfinished.load(Ordering::Relaxed) > 0 {
            self.reset();
        }
    }
}

/// Bytes that are read at once: less than is free of charge, because the beginning of a request that comes in one
/// piece with the end of the request before it is not counted.
const PIECE: usize = Charge::FREE / 2;

impl AsyncRead for CountingStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.budget.phase() == UPGRADED {
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
