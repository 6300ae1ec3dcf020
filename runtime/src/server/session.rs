//! One connection: the loop between its socket, its outbox and its actor.
//!
//! One task owns the socket, so that reading goes on while the peer is slow to take what is written, and nothing
//! is locked. Frames are handled in the order read; the actor is never waited for.

use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::{Instant, Sleep, sleep, timeout},
};
use tokio_websockets::{Message, WebSocketStream};

use super::{
    limits,
    socket::{Step, part, poll_step, send, speak},
};
use crate::{
    Limits,
    host::HostedConn,
    outbox::{Close, Outbox},
    wire::ToServer,
};

/// A WebSocket, and the connection that it carries.
pub(super) struct Session<S> {
    socket: WebSocketStream<S>,
    outbox: Arc<Outbox>,
    /// `None` for a connection that was refused: all it does is to say so.
    conn: Option<HangUp>,
    /// Taken from the outbox; those before `fed` are with the socket.
    frames: Vec<Bytes>,
    fed: usize,
    /// Since when the socket has had something to write.
    flushing: Option<Instant>,
    /// When a peer that is behind has taken too long; only while it does not take what is written.
    patience: Patience,
    /// Pings read since the socket last had nothing to write.
    pings: usize,
    heard: Instant,
    /// How long the peer may be silent.
    silence: Duration,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    pub(super) fn new(
        socket: S,
        outbox: Arc<Outbox>,
        conn: Option<Arc<dyn HostedConn>>,
        limits: &Limits,
    ) -> Self {
        Self {
            socket: speak(socket, limits.incoming_message),
            outbox,
            conn: conn.map(HangUp),
            frames: Vec::new(),
            fed: 0,
            flushing: None,
            patience: Patience::new(limits.slow_timeout),
            pings: 0,
            heard: Instant::now(),
            silence: limits.ping_interval,
        }
    }

    /// Carries the connection until something ends it, or until `stopped` and all is written.
    pub(super) async fn run(mut self, stopped: impl Future<Output = ()>) {
        let end = self.carry(stopped).await;
        // The actor shall not wait for a peer that takes its time to say goodbye.
        drop(self.conn.take());
        // Who does not take a goodbye is gone all the same. Boxed, so that it costs nothing before.
        let parting = part(self.socket, self.flushing.is_none(), end);
        let _ = timeout(limits::CLOSE_TIME, Box::pin(parting)).await;
    }

    async fn carry(&mut self, stopped: impl Future<Output = ()>) -> End {
        let (mut stopped, mut stopping) = (pin!(stopped), false);
        let mut silence = pin!(sleep(self.silence));
        let mut close = None;
        loop {
            if self.flushing.is_none() {
                self.pings = 0;
                self.patience.rest();
                if !self.frames.is_empty() {
                    self.feed();
                } else if let Some(close) = close {
                    return End::Close(close);
                }
            }
            let written = self.flushing.is_none();
            let step = poll_fn(|cx| match poll_step(&mut self.socket, &mut self.flushing, self.pings, cx) {
                Poll::Pending if self.flushing.is_some() => self.patience.poll(&self.outbox, cx),
                step => step,
            });
            let went_on = tokio::select! {
                taken = self.outbox.take(&mut self.frames), if written => {
                    close = taken;
                    Ok(())
                }
                step = step => self.read_on(step).await,
                () = &mut silence => self.check_silence().map(|next| silence.as_mut().reset(next)),
                () = &mut stopped, if !stopping => {
                    stopping = true;
                    self.outbox.close(Close::new(1011, "guard.service_unavailable"));
                    Ok(())
                }
            };
            if let Err(end) = went_on {
                return end;
            }
        }
    }

    /// Hands the next frames to the socket, which writes them as soon as it is polled.
    fn feed(&mut self) {
        let end = self.frames.len().min(self.fed + limits::BATCH);
        for frame in &mut self.frames[self.fed..end] {
            let frame = std::mem::take(frame);
            let text = self.outbox.encoding().is_text();
            send(&mut self.socket, if text { Message::text(frame) } else { Message::binary(frame) });
        }
        self.fed = end;
        if self.fed == self.frames.len() {
            self.fed = 0;
            self.frames.clear();
            self.frames.shrink_to(limits::BATCH);
        }
        self.flushing = Some(Instant::now());
    }

    /// Reads what is there, for a moment: what it causes is then written together.
    async fn read_on(&mut self, first: Step) -> Result<(), End> {
        let (mut step, mut read, began) = (first, 0, Instant::now());
        while let Some(message) = step? {
            self.read(&message)?;
            read += 1;
            if read == limits::READS || self.heard - began > limits::READ_TIME {
                break;
            }
            let more =
                poll_fn(|cx| Poll::Ready(poll_step(&mut self.socket, &mut self.flushing, self.pings, cx)));
            let Poll::Ready(more) = more.await else { break };
            step = more;
        }
        Ok(())
    }

    fn read(&mut self, message: &Message) -> Result<(), End> {
        self.heard = Instant::now();
        if message.is_close() {
            return Err(End::Answer);
        }
        if message.is_ping() {
            // The socket has queued the answer.
            self.pings += 1;
            self.flushing.get_or_insert(self.heard);
        }
        if message.is_text() || message.is_binary() {
            self.take(message);
        }
        Ok(())
    }

    /// Hands a message to the actor.
    fn take(&self, message: &Message) {
        let Some(HangUp(conn)) = &self.conn else { return };
        if self.outbox.is_closed() {
            // Nothing that it causes could be answered.
            return;
        }
        let encoding = self.outbox.encoding();
        let fits = message.is_text() == encoding.is_text();
        match fits.then(|| ToServer::decode(encoding, message.as_payload())) {
            Some(Ok(ToServer::ActionRequest { id, name, args })) => conn.call(id, &name, &args),
            Some(Ok(ToServer::SubscriptionRequest { event, subscribe })) => {
                conn.subscribe(&event, subscribe);
            }
            _ => self.outbox.close(Close::new(1011, "actor.invalid_request")),
        }
    }

    /// Pings a peer that is silent. Says when to look again, or that the peer is dead.
    fn check_silence(&mut self) -> Result<Instant, End> {
        let stuck = self.flushing.is_some_and(|since| since.elapsed() >= self.silence);
        let silent = self.heard.elapsed();
        if stuck || silent >= 2 * self.silence {
            return Err(End::Gone);
        }
        if silent < self.silence {
            return Ok(self.heard + self.silence);
        }
        send(&mut self.socket, Message::ping(Bytes::new()));
        self.flushing.get_or_insert_with(Instant::now);
        Ok(self.heard + 2 * self.silence)
    }
}

/// How long a peer that is behind may take over what is being written to it.
struct Patience {
    limit: Duration,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Patience {
    fn new(limit: Duration) -> Self {
        Self { limit, timer: None }
    }

    /// Everything is written.
    fn rest(&mut self) {
        self.timer = None;
    }

    /// The end, if the peer has not taken what is written for too long, and more than that has had no room.
    fn poll(&mut self, outbox: &Outbox, cx: &mut Context<'_>) -> Poll<Step> {
        let limit = self.limit;
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep(limit)));
        while timer.as_mut().poll(cx).is_ready() {
            if outbox.is_behind() {
                return Poll::Ready(Err(End::Gone));
            }
            timer.as_mut().reset(Instant::now() + limit);
        }
        Poll::Pending
    }
}

/// How a session ends.
#[derive(Debug)]
pub(super) enum End {
    /// From here.
    Close(Close),
    /// From there: it closed, or broke the protocol in a way that the socket has an answer for.
    Answer,
    /// With a message that is too long to be read.
    TooLong,
    /// Without a word.
    Gone,
}

/// Tells the actor once that the socket is gone, however its session ends.
struct HangUp(Arc<dyn HostedConn>);

impl Drop for HangUp {
    fn drop(&mut self) {
        tracing::debug!(conn = %self.0.id(), "a connection ended");
        self.0.hang_up();
    }
}

#[cfg(test)]
mod tests;
