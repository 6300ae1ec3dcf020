//! One WebSocket: messages of a connection to frames and back.

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

use super::{call, max_message::MaxMessage, pulse::Pulse};
use crate::{
    Action, CallError, Contract, Event, Reply,
    client::link::{FromServer, ToServer},
    contract::ReplyOf,
    error::faults,
    util::{log, shown::shown},
    wire::{self, DecodeError, Encoding, Notice, Outcome, ToClient},
};

/// How long a socket that we closed may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(2);

/// What the two halves of a socket share.
pub(super) struct Socket {
    encoding: Encoding,
    /// The wire names of the calls under way, which say how their answers are read.
    calls: Mutex<HashMap<u64, &'static str>>,
    /// Wakes the writer for a ping.
    ping: Notify,
    /// What this server takes.
    max_message: MaxMessage,
    pulse: Pulse,
    idle_timeout: Duration,
}

impl Socket {
    pub(super) fn new(
        encoding: Encoding,
        max_message: MaxMessage,
        pulse: Pulse,
        idle_timeout: Duration,
    ) -> Self {
        Self { encoding, calls: Mutex::default(), ping: Notify::new(), max_message, pulse, idle_timeout }
    }

    /// Carries messages until either side is done, and says why it ended.
    pub(super) async fn carry<C: Contract, S: AsyncRead + AsyncWrite + Unpin>(
        self,
        socket: WebSocketStream<S>,
        outgoing: mpsc::UnboundedReceiver<ToServer<C>>,
        incoming: mpsc::UnboundedSender<FromServer<C>>,
    ) {
        let (sink, stream) = socket.split();
        let mut reading = pin!(self.read(stream, &incoming));
        let end = tokio::select! {
            end = &mut reading => end,
            () = self.write(sink, outgoing, &incoming) => {
                timeout(GOODBYE, reading).await.unwrap_or_else(|_| End::broken("closed without an answer"))
            }
        };
        // A driver that has gone does not mind.
        let _ = incoming.send(FromServer::Closed { code: end.code, reason: end.reason });
    }

    /// Sends what the connection sends, each batch with one flush, and at last a close frame.
    async fn write<C: Contract, S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        mut sink: SplitSink<WebSocketStream<S>, Message>,
        mut outgoing: mpsc::UnboundedReceiver<ToServer<C>>,
        incoming: &mpsc::UnboundedSender<FromServer<C>>,
    ) {
        loop {
            let mut next = tokio::select! {
                message = outgoing.recv() => self.outgoing(message, incoming),
                () = self.ping.notified() => Next::Send(Message::ping(Bytes::new())),
            };
            while let Next::Send(message) = next {
                if sink.feed(message).await.is_err() {
                    return;
                }
                next = match outgoing.try_recv() {
                    Ok(message) => self.outgoing(Some(message), incoming),
                    Err(mpsc::error::TryRecvError::Empty) => Next::Nothing,
                    Err(mpsc::error::TryRecvError::Disconnected) => Next::Close,
                };
            }
            if let Next::Close = next {
                let goodbye = Message::close(Some(CloseCode::NORMAL_CLOSURE), "Disposed");
                // Whether it got there, the reading half will see.
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
        message: Option<ToServer<C>>,
        incoming: &mpsc::UnboundedSender<FromServer<C>>,
    ) -> Next {
        match message {
            Some(ToServer::Call { id, action }) => match self.call(id, &action) {
                Ok(frame) => Next::Send(frame),
                Err(error) => {
                    let _ = incoming.send(FromServer::Reply { id, result: Err(error) });
                    Next::Nothing
                }
            },
            Some(ToServer::Subscribe { index, on }) => self.subscription::<C>(index, on),
            Some(ToServer::Close) | None => Next::Close,
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

    fn subscription<C: Contract>(&self, index: usize, subscribe: bool) -> Next {
        let event = C::Event::TABLE[index].name.to_owned();
        match (wire::ToServer::SubscriptionRequest { event, subscribe }).encode(self.encoding) {
            Ok(frame) => Next::Send(self.frame(frame)),
            Err(error) => {
                log::error!(error = shown(&error), "a subscription cannot be encoded");
                Next::Nothing
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
        incoming: &mpsc::UnboundedSender<FromServer<C>>,
    ) -> End {
        let mut pinged_at = None;
        loop {
            // A message that is half read is no silence.
            let heard = self.pulse.last();
            let pinged = pinged_at.filter(|at| *at >= heard);
            // From the ping on, however late it was: this process may have been frozen before.
            match timeout_at(pinged.unwrap_or(heard) + self.idle_timeout / 2, stream.next()).await {
                Ok(Some(Ok(message))) if message.is_close() => {
                    let end = End::of_close(&message);
                    // The echo goes out with the end of the stream.
                    let _ = timeout(GOODBYE, stream.next()).await;
                    return end;
                }
                Ok(Some(Ok(message))) => {
                    if let Err(error) = self.incoming(&message, incoming) {
                        return End::broken(&format!("a message cannot be decoded: {error}"));
                    }
                }
                Ok(Some(Err(error))) => return End::of_error(&error),
                Ok(None) => return End::broken("the server closed the socket"),
                Err(_) if self.pulse.last() > heard => {}
                Err(_) if pinged.is_some() => {
                    return End::broken(&format!("nothing heard for {:?}", self.idle_timeout));
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
        incoming: &mpsc::UnboundedSender<FromServer<C>>,
    ) -> Result<(), DecodeError> {
        if !message.is_text() && !message.is_binary() {
            return Ok(());
        }
        let message = match ToClient::decode(self.encoding, message.as_payload())? {
            ToClient::Init { actor_id, connection_id } => {
                FromServer::Open { actor_id, conn_id: connection_id }
            }
            ToClient::Event { name, args } => {
                let format = self.encoding.format();
                let message = match place_of::<C>(&name) {
                    Some(index) => Some(FromServer::Event { index, format, args }),
                    None if Notice::has_name(&name) => self.notice(&name, &args)?,
                    None => None,
                };
                let Some(message) = message else {
                    log::debug!(
                        actor = C::NAME,
                        event = shown(&name),
                        "an event that the contract does not have"
                    );
                    return Ok(());
                };
                message
            }
            ToClient::ActionResponse { id, output } => {
                self.reply(id, Outcome::Value { format: self.encoding.format(), bytes: &output })
            }
            ToClient::Error { action_id: Some(id), fault, .. } => self.reply(id, Outcome::Fault(fault)),
            ToClient::Error { action_id: None, fault, .. } => FromServer::Error(fault),
        };
        // A driver that has gone does not mind.
        let _ = incoming.send(message);
        Ok(())
    }

    /// What the server itself has to say.
    fn notice<C: Contract>(&self, name: &str, args: &Bytes) -> Result<Option<FromServer<C>>, DecodeError> {
        Ok(match Notice::read(name, self.encoding.format(), args)? {
            Some(Notice::Refused { event, fault }) => {
                place_of::<C>(&event).map(|index| FromServer::Refused { index, fault })
            }
            Some(Notice::Dropped { event, dropped }) => {
                place_of::<C>(&event).map(|index| FromServer::Dropped { index, dropped })
            }
            None => None,
        })
    }

    fn reply<C: Contract>(&self, id: u64, outcome: Outcome<'_>) -> FromServer<C> {
        let result = match self.calls.lock().remove(&id) {
            Some(name) => ReplyOf::<C>::decode(name, outcome).map_err(CallError::Decode),
            None => Err(faults::unknown_call().into()),
        };
        FromServer::Reply { id, result }
    }
}

/// The place of the event of this name in the contract's table.
fn place_of<C: Contract>(event: &str) -> Option<usize> {
    C::Event::TABLE.iter().position(|info| info.name == event)
}

/// What the writer does next.
enum Next {
    Send(Message),
    Nothing,
    Close,
}

/// Why a socket ended.
struct End {
    code: u16,
    reason: String,
}

impl End {
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
