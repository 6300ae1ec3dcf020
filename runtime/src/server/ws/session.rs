//! One connection: the loop between its socket, its outbox and its actor.
//!
//! One task owns the socket, so that reading goes on while the peer is slow to take what is written, and nothing
//! is locked. Frames are handled in the order read; the actor is never waited for.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use futures_util::FutureExt as _;
use tokio::time::{Instant, sleep, timeout};
use tokio_websockets::Message;

use super::{
    end::End,
    fair_yield::FairYield,
    framing::{followed_by_ping, frames},
    heartbeat::Heartbeat,
    socket::{Received, Socket},
    transport::Transport,
    write_stall::WriteStall,
};
use crate::{
    Limits,
    delivery::outbox::{Close, Outbox, Taken},
    error::{Code, faults},
    host::HostedConn,
    server::net::{tcp::LendWriter, timeouts},
    util::{log, shown::shown, uptime::Uptime},
    wire::{ToClient, ToServer},
};

/// A WebSocket, and the connection that it carries.
pub(in crate::server) struct Session<S> {
    socket: Socket<S>,
    outbox: Arc<Outbox>,
    /// `None` for a connection that was refused: all it does is to say so.
    conn: Option<HangUp>,
    /// What others must not have before it ends: its place among all, for example.
    until_end: Box<dyn Send>,
    /// Follows what is being written.
    close: Option<Box<Close>>,
    /// Whether something waits until the peer has read what was written before.
    is_held: bool,
    /// When a peer that is behind has taken too long; only while it does not take what is written.
    patience: WriteStall,
    silence: Heartbeat,
    /// After much was read, until others had their turn.
    pause: FairYield,
    /// How long the next one is if the next call is one too many again.
    next_rest: Duration,
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
                transport.passing_over(limits.incoming_message, limits.body),
                limits.incoming_message,
            ),
            outbox,
            conn: conn.map(HangUp),
            until_end,
            close: None,
            is_held: false,
            patience: WriteStall::new(limits.slow_timeout),
            silence: Heartbeat::new(limits, uptime),
            pause: FairYield::default(),
            next_rest: timeouts::REST,
        }
    }

    /// Carries the connection until something ends it, or until `parting` and all is written. That comes when
    /// `is_stopping`, and not before.
    pub(in crate::server) fn run(
        self,
        parting: impl Future<Output = ()>,
        is_stopping: impl Fn() -> bool,
    ) -> impl Future<Output = ()> {
        let mut this = self;
        // Not an `async fn`, which would have room for all of it twice.
        async move {
            let end = {
                let (mut parting, mut silence) = (pin!(parting.fuse()), pin!(sleep(this.silence.limit())));
                // Both know whom to wake.
                let mut are_waiting = false;
                let _lent = Lent(Arc::clone(&this.outbox));
                poll_fn(|cx| {
                    loop {
                        if let Poll::Ready(end) = this.poll_carry(cx) {
                            return Poll::Ready(end);
                        }
                        // Asking them costs as much as an event does, and there is mostly nothing to hear.
                        if are_waiting && !is_stopping() && !silence.is_elapsed() {
                            this.lend_pen();
                            return Poll::Pending;
                        }
                        are_waiting = false;
                        if parting.as_mut().poll(cx).is_ready() {
                            this.outbox.close(Close::of(Code::ServiceUnavailable));
                        } else if silence.as_mut().poll(cx).is_ready() {
                            match this.check_silence() {
                                Ok(next) => silence.as_mut().reset(next),
                                Err(end) => return Poll::Ready(end),
                            }
                        } else {
                            are_waiting = true;
                            this.lend_pen();
                            return Poll::Pending;
                        }
                    }
                })
                .await
            };
            // The actor shall not wait for a peer that takes its time to say goodbye.
            drop(this.conn.take());
            // Who does not take a goodbye is gone all the same. Boxed, so that it costs nothing before.
            let _ = timeout(timeouts::CLOSE_TIME, Box::pin(this.socket.part(end))).await;
            drop(this.until_end);
        }
    }

    /// It rests: what many are to get is written without waking it.
    fn lend_pen(&mut self) {
        if let Some(pen) = self.socket.lend_pen() {
            self.outbox.lend(pen);
        }
    }

    /// Writes and reads until there is neither room nor anything to read.
    fn poll_carry(&mut self, cx: &mut Context<'_>) -> Poll<End> {
        let mut is_drained = false;
        loop {
            if !self.socket.is_writing() {
                match self.write_next(cx) {
                    Ok(drained) => is_drained = drained,
                    Err(end) => return Poll::Ready(end),
                }
            }
            match self.go_on(cx) {
                // Everything is written, and there is nothing to read: who has more for either wakes this task.
                Poll::Ready(Ok(Progress::Written)) if is_drained => return Poll::Pending,
                Poll::Ready(Ok(Progress::Pressed)) => self.pause.begin(),
                Poll::Ready(Ok(_)) => {}
                Poll::Ready(Err(end)) => return Poll::Ready(end),
                Poll::Pending if self.socket.is_writing() || self.is_held => {
                    return self.patience.poll(&self.outbox, self.silence.uptime(), cx);
                }
                Poll::Pending => return Poll::Pending,
            }
        }
    }

    /// Everything is written: begins with what waits, if anything does. Says whether that is all.
    fn write_next(&mut self, cx: &mut Context<'_>) -> Result<bool, End> {
        if !self.is_held {
            self.patience.rest();
        }
        if let Some(close) = self.close.take() {
            return Err(End::Close(*close));
        }
        let Taken { pen, batches, probe, close, is_all, is_held } = self.outbox.take(cx);
        self.is_held = is_held;
        if let Some(pen) = pen {
            self.socket.take_back_pen(pen);
        }
        if !batches.is_empty() {
            let frames = frames(self.outbox.encoding().is_text(), &batches);
            self.socket.write(match probe {
                None => frames,
                Some(probe) => followed_by_ping(&frames, probe),
            });
            self.close = close;
        } else if let Some(close) = close {
            return Err(End::Close(*close));
        }
        Ok(is_all)
    }

    /// Writes what is being written, and reads unless others have their turn. Pending if neither can go on.
    fn go_on(&mut self, cx: &mut Context<'_>) -> Poll<Result<Progress, End>> {
        if self.pause.poll(cx).is_ready() {
            return self.read_on(cx);
        }
        if ready!(self.socket.poll_flush(cx))? { Poll::Ready(Ok(Progress::Written)) } else { Poll::Pending }
    }

    /// Reads what is there, for a moment: what it causes is then written together. Writes what is being written. Pending
    /// if neither can go on.
    fn read_on(&mut self, cx: &mut Context<'_>) -> Poll<Result<Progress, End>> {
        let Some(first) = ready!(self.socket.poll_step(cx))? else {
            return Poll::Ready(Ok(Progress::Written));
        };
        let began = Instant::now();
        self.read(&first)?;
        for _ in 1..timeouts::READS {
            if self.pause.is_resting() {
                return Poll::Ready(Ok(Progress::Read));
            }
            let Poll::Ready(Some(message)) = self.socket.poll_step(cx)? else {
                return Poll::Ready(Ok(Progress::Read));
            };
            self.read(&message)?;
            if self.silence.since() - began > timeouts::READ_TIME {
                break;
            }
        }
        Poll::Ready(Ok(Progress::Pressed))
    }

    fn read(&mut self, received: &Received) -> Result<(), End> {
        self.silence.end();
        let message = match received {
            Received::Message(message) => message,
            Received::TooLong { is_text, beginning } => return self.refuse(*is_text, beginning),
        };
        if message.is_close() {
            return Err(End::Answer);
        }
        if message.is_pong() {
            self.outbox.answered(message.as_payload());
        }
        if message.is_text() || message.is_binary() {
            if self.take(message) {
                self.next_rest = timeouts::REST;
            } else {
                self.rest();
            }
        }
        Ok(())
    }

    /// Whether the peer is still there. One that talks, and answers no ping, is not.
    fn check_silence(&mut self) -> Result<Instant, End> {
        if self.outbox.unanswered_since().is_some_and(|pinged| self.silence.is_too_long_since(pinged)) {
            return Err(End::Gone);
        }
        self.silence.check(&mut self.socket)
    }

    /// To refuse a call has cost nearly as much as to take it. What there is for its peer is written all the same.
    fn rest(&mut self) {
        self.pause.begin_rest(self.next_rest);
        self.next_rest = timeouts::LONGEST_REST.min(2 * self.next_rest);
    }

    /// Answers a call that is too long. The end, if the message is none.
    fn refuse(&mut self, is_text: bool, beginning: &[u8]) -> Result<(), End> {
        if self.conn.is_none() || self.outbox.is_closed() {
            return Ok(());
        }
        let encoding = self.outbox.encoding();
        let id = ToServer::call_id(encoding, beginning).filter(|_| is_text == encoding.is_text());
        let action_id = Some(id.ok_or(End::TooLong)?);
        self.outbox.send(&ToClient::Error { action_id, fault: faults::incoming_too_long(), actor: None });
        self.rest();
        Ok(())
    }

    /// Hands a message to the actor; `false` if that is one too many.
    fn take(&self, message: &Message) -> bool {
        let Some(HangUp(conn)) = &self.conn else { return true };
        if self.outbox.is_closed() {
            // Nothing that it causes could be answered.
            return true;
        }
        let encoding = self.outbox.encoding();
        let fits = message.is_text() == encoding.is_text();
        match fits.then(|| ToServer::decode(encoding, message.as_payload())) {
            Some(Ok(ToServer::ActionRequest { id, name, args })) => return conn.call(id, &name, &args),
            Some(Ok(ToServer::SubscriptionRequest { event, subscribe })) => {
                return conn.subscribe(&event, subscribe);
            }
            _ => self.outbox.close(Close::of(Code::InvalidRequest)),
        }
        true
    }
}

/// How a session went on.
enum Progress {
    /// Everything is written, and there is nothing to read.
    Written,
    /// It has read what there was.
    Read,
    /// Its peer sends faster than it is heard.
    Pressed,
}

/// What a session lends to its outbox, which may outlive it: the socket is closed with the session, however that ends.
struct Lent(Arc<Outbox>);

impl Drop for Lent {
    fn drop(&mut self) {
        drop(self.0.take_back());
    }
}

/// Tells the actor once that the socket is gone, however its session ends.
struct HangUp(Arc<dyn HostedConn>);

impl Drop for HangUp {
    fn drop(&mut self) {
        log::debug!(conn = shown(self.0.id()), "a connection ended");
        self.0.hang_up();
    }
}

#[cfg(test)]
mod tests;
