//! The session of one connection: the loop between its socket, its outbox and its actor.
//!
//! One task owns the socket. It reads while the peer is slow to take what is written, locks nothing, and never waits
//! for the actor. There are many sessions and most of them are idle, so the loop is one hand-written [`Future::poll`]
//! (`run`, with [`poll_io`](Session::poll_io)) instead of an `async fn` with branches, each of which would have room
//! of its own in the task.
//!
//! ```text
//!                  ┌────────────────────────────────────────────────────────────┐
//!                  ▼                                                            │
//!     ┌─ write_next ── the outbox has batches: hand them to the socket ─┐       │
//!     │                                                                 ▼       │
//!     │            ┌──────────────────── read_and_flush ────────────────────┐   │
//!     │            │ write what is left; read up to 16 messages or 50 µs    │───┤ Written, ReadSome, Read
//!     │            └───────────────────────┬────────────────────────────────┘   │
//!     │                                    │ Pressed: the peer sends faster     │
//!     │                                    ▼ than it is heard                   │
//!     │                     yield to other tasks (FairYield) ───────────────────┘
//!     │
//!     └─ nothing to write, nothing to read: Idle. The writer is lent to the outbox, which writes events by itself.
//!
//!     every state ── close, error, time-out, stop ──▶ End ──▶ tell the actor ──▶ Socket::close ──▶ drop `until_end`
//! ```
//!
//! What the fields say about a state:
//!
//! - **`close`** is set once the outbox has given its last messages: the connection ends when they are written.
//! - **`is_held`**: values that are replaced while they wait (`LatestBy`) are kept back until the peer has answered a
//!   ping, so that they do not grow old in the buffers of the system.
//! - **`write_stall`** runs only while something is written that the peer does not take, or while values are held. It
//!   ends the session after [`Limits::slow_timeout`], if more than the limits of the queue has waited meanwhile.
//! - **`heartbeat`** pings a peer that is silent, and ends the session if there is no answer, or if one message takes
//!   too long to arrive. Its timer lives in `run`.
//! - **`fair_yield`** is on while others have their turn, or, after a call too many, for the backoff of [`Incoming`]: 1 ms, then
//!   twice as long each time, up to 64 ms, until a call is taken again. What there is to write is written all the
//!   same.
//! - In `run`, **`are_waiting`** says that the shutdown and the heartbeat have this task's waker already, so they
//!   need not be polled again; in `poll_io`, **`is_drained`** says that the outbox had nothing left when it was last
//!   asked, and that it has this task's waker.
//!   There too, **`reading`** lasts from the first message to a rest or a yield, for 64 messages or 1 ms: what they
//!   broadcast is collected until then, while the answers are written in between.
//! - **`is_attending`**: the outbox has no waker. What is sent while a session reads is mostly what it causes itself, and to
//!   be woken by that would have it polled once more, or by another thread. It looks at the outbox before it rests.
//!
//! The order at the end matters: the actor is told first (`Incoming::hang_up`), so that it does not wait for a peer that
//! takes its time over the close; the permit and the entry of the access log (`until_end`) are dropped last.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use futures_util::FutureExt as _;
use tokio::time::{Instant, sleep, timeout};

use super::{
    end::End,
    fair_yield::FairYield,
    framing::{followed_by_ping, frames},
    heartbeat::Heartbeat,
    incoming::Incoming,
    reading::{Pause, Reading},
    socket::{Received, Socket},
    transport::Transport,
    write_stall::WriteStall,
};
use crate::{
    Limits,
    delivery::outbox::{Close, NextWrite, Outbox},
    error::Code,
    host::HostedConn,
    server::net::{tcp::LendWriter, timeouts},
    util::uptime::Uptime,
};

/// A WebSocket, and the connection that it carries.
pub(in crate::server) struct Session<S> {
    socket: Socket<S>,
    outbox: Arc<Outbox>,
    incoming: Incoming,
    /// What is dropped when the session has ended: its permit, for example.
    until_end: Box<dyn Send>,
    /// The close to send once everything before it is written.
    close: Option<Box<Close>>,
    /// Whether values are kept back until the peer has read what was written before.
    is_held: bool,
    /// Whether the outbox writes with the writer just now. Until it is back, the session can write nothing.
    is_writer_in_use: bool,
    /// Whether the outbox wakes nobody, as the session looks at it before it rests.
    is_attending: bool,
    /// How long the peer has taken none of what is written.
    write_stall: WriteStall,
    heartbeat: Heartbeat,
    /// Nothing is read until other tasks had their turn.
    fair_yield: FairYield,
}

impl<S: LendWriter> Session<S> {
    pub(in crate::server) fn new(
        transport: Transport<S>,
        outbox: Arc<Outbox>,
        conn: Option<Arc<dyn HostedConn>>,
        until_end: Box<dyn Send>,
        limits: &Limits,
        uptime: &Arc<Uptime>,
    ) -> Self {
        Self {
            socket: Socket::new(
                transport.skipping_messages(limits.incoming_message, limits.body),
                limits.incoming_message,
            ),
            outbox,
            incoming: Incoming::new(conn),
            until_end,
            close: None,
            is_held: false,
            is_writer_in_use: false,
            is_attending: false,
            write_stall: WriteStall::new(limits.slow_timeout),
            heartbeat: Heartbeat::new(limits, uptime),
            fair_yield: FairYield::default(),
        }
    }

    /// Carries the connection until something ends it, or until `shutdown` resolves and everything is written. That
    /// happens only when `is_stopping`.
    pub(in crate::server) fn run(
        self,
        shutdown: impl Future<Output = ()>,
        is_stopping: impl Fn() -> bool,
    ) -> impl Future<Output = ()> {
        let mut this = self;
        // Not an `async fn`, whose future would have room for the session twice.
        async move {
            let end = {
                let (mut shutdown, mut timer) =
                    (pin!(shutdown.fuse()), pin!(sleep(this.heartbeat.first_check())));
                let mut are_waiting = false;
                let _guard = ReclaimOnDrop(Arc::clone(&this.outbox));
                poll_fn(|cx| {
                    loop {
                        match this.poll_io(cx) {
                            Poll::Ready(end) => return Poll::Ready(end),
                            // It is woken when the writer is back.
                            Poll::Pending if this.is_writer_in_use => return Poll::Pending,
                            Poll::Pending => {}
                        }
                        // To poll these two costs as much as an event does, and mostly for nothing.
                        if are_waiting && !is_stopping() && !timer.is_elapsed() {
                            this.lend_writer();
                            return Poll::Pending;
                        }
                        are_waiting = false;
                        if shutdown.as_mut().poll(cx).is_ready() {
                            this.outbox.close(Close::of(Code::ServiceUnavailable));
                        } else if timer.as_mut().poll(cx).is_ready() {
                            match this.check_heartbeat() {
                                Ok(next) => timer.as_mut().reset(next),
                                Err(end) => return Poll::Ready(end),
                            }
                        } else {
                            are_waiting = true;
                            this.lend_writer();
                            return Poll::Pending;
                        }
                    }
                })
                .await
            };
            // The actor does not wait for a peer that takes its time over the close.
            this.incoming.hang_up();
            // A peer that does not take the close in time is dropped. Boxed, so that it takes no room before.
            let _ = timeout(timeouts::CLOSE_TIMEOUT, Box::pin(this.socket.close(end))).await;
            drop(this.until_end);
        }
    }

    /// The session is idle: the outbox may write events to the socket without waking it.
    fn lend_writer(&mut self) {
        if let Some(writer) = self.socket.lend_writer() {
            self.outbox.lend(writer);
        }
    }

    /// Writes and reads until there is neither room nor anything to read.
    fn poll_io(&mut self, cx: &mut Context<'_>) -> Poll<End> {
        let (mut is_drained, mut reading) = (false, None);
        loop {
            if !self.socket.is_writing() {
                match ready!(self.write_next(cx)) {
                    Ok(drained) => is_drained = drained,
                    Err(end) => return Poll::Ready(end),
                }
            }
            match self.read_and_flush(cx, &mut reading) {
                // Idle: the outbox and the socket have this task's waker.
                Poll::Ready(Ok(Progress::Written)) if is_drained => return Poll::Pending,
                Poll::Ready(Ok(Progress::Written)) => {}
                // What was read has caused answers, of which nobody is told.
                Poll::Ready(Ok(Progress::ReadSome)) => is_drained = false,
                Poll::Ready(Ok(Progress::Read)) => (is_drained, reading) = (false, None),
                Poll::Ready(Ok(Progress::Pressed)) => {
                    (is_drained, reading) = (false, None);
                    self.fair_yield.begin();
                }
                Poll::Ready(Err(end)) => return Poll::Ready(end),
                Poll::Pending if self.socket.is_writing() || self.is_held => {
                    if std::mem::take(&mut self.is_attending) {
                        self.outbox.leave(cx);
                    }
                    return self.write_stall.poll(&self.outbox, self.heartbeat.uptime(), cx);
                }
                Poll::Pending => return Poll::Pending,
            }
        }
    }

    /// Everything before is written: begins with the next messages of the outbox, if there are any. Says whether the
    /// outbox has none left. Pending until the writer is back.
    fn write_next(&mut self, cx: &mut Context<'_>) -> Poll<Result<bool, End>> {
        if !self.is_held {
            self.write_stall.clear();
        }
        if let Some(close) = self.close.take() {
            return Poll::Ready(Err(End::Close(*close)));
        }
        let taken = self.outbox.take(cx);
        (self.is_writer_in_use, self.is_attending) = (taken.is_pending(), false);
        let NextWrite { writer, batches, ping, close, is_all, is_held } = ready!(taken);
        self.is_held = is_held;
        if let Some(writer) = writer {
            self.socket.reclaim_writer(writer);
        }
        if !batches.is_empty() {
            let frames = frames(self.outbox.encoding().is_text(), &batches);
            self.socket.write(match ping {
                None => frames,
                Some(ping) => followed_by_ping(&frames, ping),
            });
            self.close = close;
        } else if let Some(close) = close {
            return Poll::Ready(Err(End::Close(*close)));
        }
        Poll::Ready(Ok(is_all))
    }

    /// Writes what is being written, and reads unless others have their turn. Pending if neither can go on.
    fn read_and_flush(
        &mut self,
        cx: &mut Context<'_>,
        reading: &mut Option<Reading>,
    ) -> Poll<Result<Progress, End>> {
        if self.fair_yield.poll(cx).is_ready() {
            return self.read_some(cx, reading);
        }
        if ready!(self.socket.poll_flush(cx))? { Poll::Ready(Ok(Progress::Written)) } else { Poll::Pending }
    }

    /// Reads what is there, for a moment, so that the answers are written together; and writes what is being written.
    /// Pending if neither can go on.
    fn read_some(
        &mut self,
        cx: &mut Context<'_>,
        reading: &mut Option<Reading>,
    ) -> Poll<Result<Progress, End>> {
        let Some(mut message) = ready!(self.socket.poll_step(cx))? else {
            return Poll::Ready(Ok(Progress::Written));
        };
        let began = Instant::now();
        self.heartbeat.message_received(began);
        if !self.socket.is_writing() {
            self.outbox.attend();
            self.is_attending = true;
        }
        let reading = reading.get_or_insert_with(|| Reading::begin(began, self.incoming.begin_batch()));
        let mut received = 0;
        loop {
            self.receive(&message)?;
            received += 1;
            if self.fair_yield.is_sleeping() {
                return Poll::Ready(Ok(Progress::Read));
            }
            match reading.pause_after(received, began) {
                None => {}
                Some(Pause::ToAnswer) => return Poll::Ready(Ok(Progress::ReadSome)),
                Some(Pause::ToYield) => return Poll::Ready(Ok(Progress::Pressed)),
            }
            message = match self.socket.poll_step(cx)? {
                Poll::Ready(Some(message)) => message,
                _ => return Poll::Ready(Ok(Progress::Read)),
            };
        }
    }

    fn receive(&mut self, received: &Received) -> Result<(), End> {
        if let Some(backoff) = self.incoming.receive(&self.outbox, received)? {
            self.fair_yield.sleep(backoff);
        }
        Ok(())
    }

    /// Whether the peer is still there. One that sends messages, but does not answer a ping, is not.
    fn check_heartbeat(&mut self) -> Result<Instant, End> {
        let pinged = self.outbox.unanswered_since();
        if pinged.is_some_and(|pinged| self.heartbeat.is_overdue(pinged)) {
            return Err(End::Gone);
        }
        self.heartbeat.check(&mut self.socket)
    }
}

/// How reading and writing went on.
enum Progress {
    /// Everything is written, and there is nothing to read.
    Written,
    /// Some is read of what there was, and answers are to be written.
    ReadSome,
    /// What there was is read.
    Read,
    /// The peer sends faster than it is read.
    Pressed,
}

/// Takes the writer back from the outbox, which may outlive the session: the socket is closed with the session, however
/// that ends.
struct ReclaimOnDrop(Arc<Outbox>);

impl Drop for ReclaimOnDrop {
    fn drop(&mut self) {
        self.0.end_lending();
    }
}

#[cfg(test)]
mod tests;
