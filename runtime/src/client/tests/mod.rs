//! Connections against a server that the test plays itself, on a clock that the test stops.

extern crate self as callboard;

#[path = "../../../tests/client_network/board.rs"]
pub(super) mod board;
mod calling;
mod ending;
mod listening;
mod reconnecting;
mod telling;
mod updates;
mod waiting;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use self::board::{Board, BoardAction, BoardReply, JoinParams};
use super::{
    connection::Connection,
    handle::Handle,
    link::{BoxFuture, Dial, DialError, Link, LinkIncoming, LinkOutgoing, Outgoing, Port},
};
use crate::{Action, ActorId, CallError, Contract, Event, EventOf, contract::ReplyOf, wire};

/// The test's side of everything: each attempt to connect waits for it.
struct Server {
    attempts: mpsc::UnboundedReceiver<Attempt>,
}

/// One attempt to connect.
struct Attempt {
    params: Option<wire::Params>,
    answer: oneshot::Sender<Result<Link<Board>, DialError>>,
}

/// The server's side of one link.
struct Peer {
    tx: mpsc::UnboundedSender<LinkIncoming<Board>>,
    rx: mpsc::UnboundedReceiver<LinkOutgoing<Board>>,
}

/// What a client sent, to be compared.
#[derive(Debug, PartialEq)]
enum Sent {
    Call(u64, String),
    Subscribe(&'static str),
    Unsubscribe(&'static str),
    Close,
}

/// A connection that is just being opened, and the server it is opened to.
fn connect() -> (Connection<Board>, Server) {
    connect_with(None)
}

/// One whose calls may take so long.
fn connect_with(call_timeout: Option<Duration>) -> (Connection<Board>, Server) {
    let (attempts, received) = mpsc::unbounded_channel();
    let port: Arc<dyn Port<Board>> = Arc::new(Dialer { attempts, call_timeout });
    let connection = Handle::new(port, None).connect_with(JoinParams { name: "ada".to_owned() });
    (connection, Server { attempts: received })
}

/// An open connection.
async fn open() -> (Connection<Board>, Server, Peer) {
    let (connection, mut server) = connect();
    let peer = server.accept().await;
    connection.opened().await.unwrap();
    (connection, server, peer)
}

impl Server {
    async fn attempt(&mut self) -> Attempt {
        self.attempts.recv().await.unwrap()
    }

    /// Lets the next attempt in.
    async fn accept(&mut self) -> Peer {
        let peer = self.attempt().await.link();
        peer.open();
        peer
    }

    fn has_attempt(&mut self) -> bool {
        !self.attempts.is_empty()
    }
}

impl Attempt {
    fn link(self) -> Peer {
        let (tx, from_server) = mpsc::unbounded_channel();
        let (to_server, rx) = mpsc::unbounded_channel();
        assert!(self.answer.send(Ok(Link { tx: to_server, rx: from_server })).is_ok());
        Peer { tx, rx }
    }

    fn refuse(self, error: DialError) {
        assert!(self.answer.send(Err(error)).is_ok());
    }
}

impl Peer {
    fn send(&self, message: LinkIncoming<Board>) {
        assert!(self.tx.send(message).is_ok(), "the client is gone");
    }

    fn open(&self) {
        let conn_id = "0000000000000001-2a".to_owned();
        self.send(LinkIncoming::Open { actor_id: ActorId::generate().to_string(), conn_id });
    }

    fn event<E: EventOf<Board>>(&self, payload: &E) {
        self.raw_event(E::INDEX, payload.write_event(wire::Format::Json).unwrap());
    }

    fn raw_event(&self, index: usize, args: impl Into<Bytes>) {
        self.send(LinkIncoming::Event { index, format: wire::Format::Json, args: args.into() });
    }

    fn posted(&self, text: &str) {
        self.event(&board::Posted { text: text.to_owned() });
    }

    fn answer(&self, id: u64, value: u32) {
        self.send(LinkIncoming::Reply { id, result: Ok(BoardReply::Post(Ok(value))) });
    }

    fn close(&self, code: u16, reason: &str) {
        self.send(LinkIncoming::Closed { code, reason: reason.to_owned() });
    }

    async fn sent(&mut self) -> Sent {
        Self::describe(self.rx.recv().await.unwrap())
    }

    /// What was sent and not taken yet.
    fn all_sent(&mut self) -> Vec<Sent> {
        std::iter::from_fn(|| self.rx.try_recv().ok()).map(Self::describe).collect()
    }

    fn describe(message: LinkOutgoing<Board>) -> Sent {
        match message {
            LinkOutgoing::Call { id, action: BoardAction::Post { text } } => Sent::Call(id, text),
            LinkOutgoing::Call { id, action } => Sent::Call(id, action.info().name.to_owned()),
            LinkOutgoing::Subscribe { index, on: true } => Sent::Subscribe(event_name(index)),
            LinkOutgoing::Subscribe { index, on: false } => Sent::Unsubscribe(event_name(index)),
            LinkOutgoing::Close => Sent::Close,
        }
    }

    /// Waits until the client has dealt with all that either side did before: a call, there and back. Returns what
    /// else the client sent.
    async fn settle(&mut self, connection: &Connection<Board>) -> Vec<Sent> {
        let mut others = Vec::new();
        let answer = async {
            loop {
                match self.sent().await {
                    Sent::Call(id, text) if text == "settle" => return self.answer(id, 0),
                    other => others.push(other),
                }
            }
        };
        let (reply, ()) = tokio::join!(board::post(connection, "settle"), answer);
        reply.unwrap();
        others.extend(self.all_sent());
        others
    }
}

fn event_name(index: usize) -> &'static str {
    <Board as Contract>::Event::TABLE[index].name
}

struct Dialer {
    attempts: mpsc::UnboundedSender<Attempt>,
    call_timeout: Option<Duration>,
}

impl Dial<Board> for Dialer {
    fn address(&self) -> &'static str {
        "http://a.test"
    }

    fn dial(&self, params: Option<wire::Params>) -> BoxFuture<'_, Result<Link<Board>, DialError>> {
        Box::pin(async move {
            let (answer, answered) = oneshot::channel();
            let gone = || DialError::Unreachable("the test is over".to_owned());
            self.attempts.send(Attempt { params, answer }).map_err(|_| gone())?;
            answered.await.unwrap_or_else(|_| Err(gone()))
        })
    }
}

impl Port<Board> for Dialer {
    fn call(
        &self,
        _: BoardAction,
        _: Option<wire::Params>,
    ) -> BoxFuture<'_, Result<ReplyOf<Board>, CallError>> {
        unreachable!("these tests are about connections")
    }

    fn tell(&self, _: BoardAction, _: Option<wire::Params>) -> BoxFuture<'_, Result<(), CallError>> {
        unreachable!("these tests are about connections")
    }

    fn params_format(&self) -> wire::Format {
        wire::Params::NETWORK
    }

    fn format(&self) -> wire::Format {
        wire::Format::Json
    }

    fn send(
        &self,
        _: Outgoing,
        _: Option<wire::Params>,
    ) -> BoxFuture<'_, Result<super::link::Sent, CallError>> {
        unreachable!("these tests are about connections")
    }

    fn resolve(&self, _: Option<wire::Params>) -> BoxFuture<'_, Result<ActorId, CallError>> {
        unreachable!("these tests are about connections")
    }

    fn call_timeout(&self) -> Option<Duration> {
        self.call_timeout
    }

    fn dialer(&self) -> Arc<dyn Dial<Board>> {
        Arc::new(Self { attempts: self.attempts.clone(), call_timeout: None })
    }
}

/// What listeners noted, in the order in which they ran.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<String>>>);

impl Notes {
    fn add(&self, note: impl Into<String>) {
        self.0.lock().unwrap().push(note.into());
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}
