//! One WebSocket: messages of a connection to frames and back.
//!
//! Two futures run side by side in one task. `write` takes messages of the driver, and flushes once for all that
//! wait. `read` passes messages to the driver, and watches for silence:
//!
//! ```text
//! nothing came for idle_timeout / 2  ──► ping
//! nothing came for as long again     ──► the link is broken (code 1006)
//! ```
//!
//! If `write` ends first, this side has closed, and the server has `CLOSE_TIMEOUT` to close too. If `read` ends
//! first, the socket is over. Either way the driver gets one `Closed` as the last message.

use std::{collections::HashMap, pin::pin, time::Duration};

use bytes::Bytes;
use futures_util::{
    SinkExt, StreamExt,
    stream::{SplitSink, SplitStream},
};
use parking_lot::Mutex;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::{Notify, mpsc},
    time::{Instant, timeout, timeout_at},
};
use tokio_websockets::{CloseCode, Error, Message, WebSocketStream};

use super::{activity::Activity, call, max_message::MaxMessage};
use crate::{
    Action, CallError, Contract, Event, Reply,
    client::link::{LinkIncoming, LinkOutgoing},
    contract::{ReplyOf, position_of},
    error::faults,
    util::{log, shown::shown},
    wire::{self, DecodeError, Encoding, Notice, Outcome, ToClient},
};

/// How long the server may take to close a socket that we have closed.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// What the two halves of a socket share.
pub(super) struct Socket {
    encoding: Encoding,
    /// The wire names of the calls under way, which say how their answers are read.
    calls: Mutex<HashMap<u64, &'static str>>,
    /// Wakes the writer for a ping.
    ping: Notify,
    /// The longest message that this server takes.
    max_message: MaxMessage,
    activity: Activity,
    idle_timeout: Duration,
}

impl Socket {
    pub(super) fn new(
        encoding: Encoding,
        max_message: MaxMessage,
        activity: Activity,
        idle_timeout: Duration,
    ) -> Self {
        Self { encoding, calls: Mutex::default(), ping: Notify::new(), max_message, activity, idle_timeout }
    }

    /// Runs the socket until either side is done, and at last sends the reason to the driver.
    pub(super) async fn run<C: Contract, S: AsyncRead + AsyncWrite + Unpin>(
        self,
        socket: WebSocketStream<S>,
        outgoing: mpsc::UnboundedReceiver<LinkOutgoing<C>>,
        incoming: mpsc::UnboundedSender<LinkIncoming<C>>,
    ) {
        let (sink, stream) = socket.split();
        let mut reading = pin!(self.read(stream, &incoming));
        let end = tokio::select! {
            end = &mut reading => end,
            () = self.write(sink, outgoing, &incoming) => {
                timeout(CLOSE_TIMEOUT, reading).await.unwrap_or_else(|_| CloseReason::broken("closed without an answer"))
            }
        };
        // An error means that the driver has ended.
        let _ = incoming.send(LinkIncoming::Closed { code: end.code, reason: end.reason });
    }

    /// Writes what the connection sends, each batch with one flush, and at last a close frame.
    async fn write<C: Contract, S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        mut sink: SplitSink<WebSocketStream<S>, Message>,
        mut outgoing: mpsc::UnboundedReceiver<LinkOutgoing<C>>,
        incoming: &mpsc::UnboundedSender<LinkIncoming<C>>,
    ) {
        loop {
            let mut next = tokio::select! {
                message = outgoing.recv() => self.outgoing(message, incoming),
                () = self.ping.notified() => WriteStep::Send(Message::ping(Bytes::new())),
            };
            while let WriteStep::Send(message) = next {
                if sink.feed(message).await.is_err() {
                    return;
                }
                next = match outgoing.try_recv() {
                    Ok(message) => self.outgoing(Some(message), incoming),
                    Err(mpsc::error::TryRecvError::Empty) => WriteStep::Nothing,
                    Err(mpsc::error::TryRecvError::Disconnected) => WriteStep::Close,
                };
            }
            if let WriteStep::Close = next {
                let goodbye = Message::close(Some(CloseCode::NORMAL_CLOSURE), "Disposed");
                // The reading half notices whether it arrived.
                let _ = sink.send(goodbye).await;
                return;
            }
            if sink.flush().await.is_err() {
                return;
            }
        }
    }

    /// The frame of a message. A call that cannot be encoded is answered here.
    fn outgoing<C: Contract>(
        &self,
        message: Option<LinkOutgoing<C>>,
        incoming: &mpsc::UnboundedSender<LinkIncoming<C>>,
    ) -> WriteStep {
        match message {
            Some(LinkOutgoing::Call { id, action }) => match self.call(id, &action) {
                Ok(frame) => WriteStep::Send(frame),
                Err(error) => {
                    let _ = incoming.send(LinkIncoming::Reply { id, result: Err(error) });
                    WriteStep::Nothing
                }
            },
            Some(LinkOutgoing::Subscribe { index, on }) => self.subscription::<C>(index, on),
            Some(LinkOutgoing::Close) | None => WriteStep::Close,
        }
    }

    fn call<A: Action>(&self, id: u64, action: &A) -> Result<Message, CallError> {
        let name = action.info().name;
        let args = call::encode(action, self.encoding)?;
        let frame =
            wire::ToServer::ActionRequest { id, name: name.to_owned(), args }.encode(self.encoding)?;
        self.max_message.check(frame.len())?;
        self.calls.lock().insert(id, name);
        Ok(self.frame(frame))
    }

    fn subscription<C: Contract>(&self, index: usize, subscribe: bool) -> WriteStep {
        let event = C::Event::TABLE[index].name.to_owned();
        match (wire::ToServer::SubscriptionRequest { event, subscribe }).encode(self.encoding) {
            Ok(frame) => WriteStep::Send(self.frame(frame)),
            Err(error) => {
                log::error!(error = shown(&error), "failed to encode a subscription");
                WriteStep::Nothing
            }
        }
    }

    fn frame(&self, bytes: Bytes) -> Message {
        if self.encoding.is_text() { Message::text(bytes) } else { Message::binary(bytes) }
    }

    /// Passes on what the server sends, until the socket ends or falls silent.
    async fn read<C: Contract, S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        mut stream: SplitStream<WebSocketStream<S>>,
        incoming: &mpsc::UnboundedSender<LinkIncoming<C>>,
    ) -> CloseReason {
        let mut pinged_at = None;
        loop {
            // Bytes of a message that is not complete count too.
            let heard = self.activity.last();
            let pinged = pinged_at.filter(|at| *at >= heard);
            // The time counts from the ping, however late that was: this process may have been frozen before.
            match timeout_at(pinged.unwrap_or(heard) + self.idle_timeout / 2, stream.next()).await {
                Ok(Some(Ok(message))) if message.is_close() => {
                    let end = CloseReason::of_close(&message);
                    // The echo goes out with the end of the stream.
                    let _ = timeout(CLOSE_TIMEOUT, stream.next()).await;
                    return end;
                }
                Ok(Some(Ok(message))) => {
                    if let Err(error) = self.incoming(&message, incoming) {
                        return CloseReason::broken(&format!("a message cannot be decoded: {error}"));
                    }
                }
                Ok(Some(Err(error))) => return CloseReason::of_error(&error),
                Ok(None) => return CloseReason::broken("the server closed the socket"),
                Err(_) if self.activity.last() > heard => {}
                Err(_) if pinged.is_some() => {
                    return CloseReason::broken(&format!("nothing heard for {:?}", self.idle_timeout));
                }
                Err(_) => {
                    pinged_at = Some(Instant::now());
                    self.ping.notify_one();
                }
            }
        }
    }

    fn incoming<C: Contract>(
        &self,
        message: &Message,
        incoming: &mpsc::UnboundedSender<LinkIncoming<C>>,
    ) -> Result<(), DecodeError> {
        if !message.is_text() && !message.is_binary() {
            return Ok(());
        }
        let message = match ToClient::decode(self.encoding, message.as_payload())? {
            ToClient::Init { actor_id, connection_id } => {
                LinkIncoming::Open { actor_id, conn_id: connection_id }
            }
            ToClient::Event { name, args } => {
                let format = self.encoding.format();
                let message = match position_of(C::Event::TABLE, &name) {
                    Some(index) => Some(LinkIncoming::Event { index, format, args }),
                    None if Notice::has_name(&name) => self.notice(&name, &args)?,
                    None => None,
                };
                let Some(message) = message else {
                    log::debug!(
                        actor = C::NAME,
                        event = shown(&name),
                        "received an event that is not in the contract; ignoring it"
                    );
                    return Ok(());
                };
                message
            }
            ToClient::ActionResponse { id, output } => {
                self.reply(id, Outcome::Value { format: self.encoding.format(), bytes: &output })
            }
            ToClient::Error { action_id: Some(id), fault, .. } => self.reply(id, Outcome::Fault(fault)),
            ToClient::Error { action_id: None, fault, .. } => LinkIncoming::Error(fault),
        };
        // An error means that the driver has ended.
        let _ = incoming.send(message);
        Ok(())
    }

    /// The message for a notice, an event of the server itself.
    fn notice<C: Contract>(&self, name: &str, args: &Bytes) -> Result<Option<LinkIncoming<C>>, DecodeError> {
        Ok(match Notice::read(name, self.encoding.format(), args)? {
            Some(Notice::Refused { event, fault }) => {
                position_of(C::Event::TABLE, &event).map(|index| LinkIncoming::Refused { index, fault })
            }
            Some(Notice::Dropped { event, dropped }) => {
                position_of(C::Event::TABLE, &event).map(|index| LinkIncoming::Dropped { index, dropped })
            }
            None => None,
        })
    }

    fn reply<C: Contract>(&self, id: u64, outcome: Outcome<'_>) -> LinkIncoming<C> {
        let result = match self.calls.lock().remove(&id) {
            Some(name) => ReplyOf::<C>::decode(name, outcome).map_err(CallError::Decode),
            None => Err(faults::unknown_call().into()),
        };
        LinkIncoming::Reply { id, result }
    }
}

/// What the writer does next.
enum WriteStep {
    Send(Message),
    Nothing,
    Close,
}

/// Why a socket ended.
struct CloseReason {
    code: u16,
    reason: String,
}

impl CloseReason {
    /// Without a close frame.
    fn broken(why: &str) -> Self {
        Self { code: 1006, reason: why.to_owned() }
    }

    fn of_error(error: &Error) -> Self {
        Self::broken(&error.to_string())
    }

    fn of_close(message: &Message) -> Self {
        match message.as_close() {
            Some((code, reason)) => Self { code: code.into(), reason: reason.to_owned() },
            None => Self::broken("the server closed the socket"),
        }
    }
}

#[cfg(test)]
mod tests;
