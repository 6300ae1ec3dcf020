//! The way of messages from the socket to the actor.

use std::{sync::Arc, time::Duration};

use tokio_websockets::Message;

use super::{end::End, socket::Received};
use crate::{
    delivery::outbox::{Close, Outbox},
    error::{Code, faults},
    host::{HostedConn, connections::read_batch::ReadBatch},
    server::net::timeouts,
    util::{log, shown::shown},
    wire::{ClientMessage, Encoding, ToClient, ToServer},
};

/// What a session does with the messages of its peer.
pub(super) struct Incoming {
    /// `None` for a connection that was refused: its session only says why.
    conn: Option<HangUpOnDrop>,
    /// For how long nothing is read if the next call is one too many again.
    next_backoff: Duration,
}

impl Incoming {
    pub(super) fn new(conn: Option<Arc<dyn HostedConn>>) -> Self {
        Self { conn: conn.map(HangUpOnDrop), next_backoff: timeouts::FIRST_BACKOFF }
    }

    /// Tells the actor that the connection has ended.
    pub(super) fn hang_up(&mut self) {
        drop(self.conn.take());
    }

    /// Has what the next messages broadcast go out together.
    pub(super) fn begin_batch(&self) -> Option<ReadBatch> {
        self.conn.as_ref()?.0.begin_batch()
    }

    /// Takes a message. If that is one call too many, it says for how long nothing is to be read.
    pub(super) fn receive(&mut self, outbox: &Outbox, received: &Received) -> Result<Option<Duration>, End> {
        let message = match received {
            Received::Message(message) => message,
            Received::TooLong { is_text, beginning } => {
                return self.refuse_too_long(outbox, *is_text, beginning);
            }
        };
        if message.is_close() {
            return Err(End::Answer);
        }
        if message.is_pong() {
            outbox.ping_answered(message.as_payload());
        }
        if message.is_text() || message.is_binary() {
            if !self.dispatch(outbox, message) {
                return Ok(Some(self.back_off()));
            }
            self.next_backoff = timeouts::FIRST_BACKOFF;
        }
        Ok(None)
    }

    /// Reads nothing for a while: to refuse a call costs nearly as much as to take it.
    fn back_off(&mut self) -> Duration {
        let backoff = self.next_backoff;
        self.next_backoff = timeouts::LONGEST_BACKOFF.min(2 * backoff);
        backoff
    }

    /// Answers a call that is too long. Ends the session if the message is no call.
    fn refuse_too_long(
        &mut self,
        outbox: &Outbox,
        is_text: bool,
        beginning: &[u8],
    ) -> Result<Option<Duration>, End> {
        if self.conn.is_none() || outbox.is_closed() {
            return Ok(None);
        }
        let encoding = outbox.encoding();
        let id = ToServer::call_id(encoding, beginning).filter(|_| is_text == encoding.is_text());
        let action_id = Some(id.ok_or(End::TooLong)?);
        outbox.send_message(&ToClient::Error { action_id, fault: faults::incoming_too_long(), actor: None });
        Ok(Some(self.back_off()))
    }

    /// Hands a message to the actor; `false` if it was refused, as one call or subscription too many.
    fn dispatch(&self, outbox: &Outbox, message: &Message) -> bool {
        let Some(HangUpOnDrop(conn)) = &self.conn else { return true };
        if outbox.is_closed() {
            // No answer to it could be sent.
            return true;
        }
        match read(outbox.encoding(), message) {
            Some(ClientMessage::Call { id, action, args }) => conn.call(id, &action, &args),
            Some(ClientMessage::Subscription { event, on }) => conn.subscribe(&event, on),
            None => {
                outbox.close(Close::of(Code::InvalidRequest));
                true
            }
        }
    }
}

/// A message of this encoding; `None` if it is anything else.
fn read(encoding: Encoding, message: &Message) -> Option<ClientMessage<'_>> {
    match message.as_text() {
        Some(text) if encoding.is_text() => ToServer::read_text(text).ok(),
        None if !encoding.is_text() => {
            ToServer::read_binary(encoding, message.as_payload()).ok().map(|(message, _)| message)
        }
        _ => None,
    }
}

/// Tells the actor once that the connection has ended, however that happens.
struct HangUpOnDrop(Arc<dyn HostedConn>);

impl Drop for HangUpOnDrop {
    fn drop(&mut self) {
        log::debug!(conn = shown(self.0.id()), "connection closed");
        self.0.hang_up();
    }
}
