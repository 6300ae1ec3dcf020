//! Sessions over a pipe, with an actor that only takes notes. Time is virtual.

mod frozen;
mod lent_writer;
mod pace;
mod slow;
mod too_long;
mod waking;

use std::{
    pin::Pin,
    sync::atomic::{AtomicBool, Ordering},
    task::Context,
    time::Duration,
};

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use parking_lot::Mutex;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, ReadBuf, duplex},
    sync::oneshot,
    task::JoinHandle,
};
use tokio_websockets::{ClientBuilder, Message, WebSocketStream};

use super::*;
use crate::{
    ConnId,
    delivery::{batch::Batch, outgoing_message::OutgoingMessage},
    wire::{EncodedArgs, Encoding, PROTOCOL_VERSION, ToClient, ToServer},
};

/// Notes what it is told.
#[derive(Default)]
struct Notes(Mutex<Vec<String>>);

impl Notes {
    fn add(&self, note: String) {
        self.0.lock().push(note);
    }

    fn read(&self) -> Vec<String> {
        self.0.lock().clone()
    }
}

struct FakeConn(Arc<Notes>, Arc<Outbox>);

impl HostedConn for FakeConn {
    fn id(&self) -> ConnId {
        ConnId::new(1, 2)
    }

    fn subscribe(&self, event: &str, on: bool) -> bool {
        self.0.add(format!("subscribe {event} {on}"));
        event != "refuse"
    }

    fn call(&self, id: u64, action: &str, args: &EncodedArgs<'_>) -> bool {
        assert_ne!(action, "panic", "the actor broke");
        if action == "answer" {
            assert!(self.1.send_message(&ToClient::ActionResponse { id, output: Bytes::from_static(b"1") }));
        }
        self.0.add(format!("call {id} {action} {}", String::from_utf8_lossy(args.as_bytes())));
        action != "refuse"
    }

    fn hang_up(&self) {
        self.0.add("hang up".to_owned());
    }
}

struct Scene {
    notes: Arc<Notes>,
    outbox: Arc<Outbox>,
    stop: Option<oneshot::Sender<()>>,
    is_stopping: Arc<AtomicBool>,
    session: JoinHandle<()>,
}

impl Scene {
    /// A session with a pipe of this many bytes, and its other end.
    fn start(encoding: Encoding, pipe: usize) -> (Self, DuplexStream) {
        Self::start_in(&Arc::default(), encoding, pipe)
    }

    /// The same in a process that may be frozen.
    fn start_in(uptime: &Arc<Uptime>, encoding: Encoding, pipe: usize) -> (Self, DuplexStream) {
        let (ours, theirs) = duplex(pipe);
        let notes = Arc::new(Notes::default());
        let (session, outbox) = session_on(ours, &notes, encoding, uptime);
        let (stop, stopped) = oneshot::channel();
        let is_stopping = Arc::new(AtomicBool::new(false));
        let stopping = Arc::clone(&is_stopping);
        let parting = async move { stopped.await.expect("the scene is on") };
        let session = tokio::spawn(session.run(parting, move || stopping.load(Ordering::Relaxed)));
        (Self { notes, outbox, stop: Some(stop), is_stopping, session }, theirs)
    }

    /// The same with somebody at the other end who speaks WebSocket.
    fn with_client(encoding: Encoding) -> (Self, WebSocketStream<DuplexStream>) {
        let (scene, pipe) = Self::start(encoding, 64 * 1024);
        (scene, ClientBuilder::new().take_over(pipe))
    }

    async fn end(self) -> Vec<String> {
        self.session.await.expect("the session ends without a panic");
        self.notes.read()
    }
}

/// A session that does not run yet, with its end of a pipe, and its outbox.
fn session_on(
    ours: DuplexStream,
    notes: &Arc<Notes>,
    encoding: Encoding,
    uptime: &Arc<Uptime>,
) -> (Session<DuplexStream>, Arc<Outbox>) {
    let outbox = Arc::new(Outbox::new(encoding, PROTOCOL_VERSION, Arc::default()));
    let conn = Arc::new(FakeConn(Arc::clone(notes), Arc::clone(&outbox)));
    let (transport, own) = (Transport::new(ours), Arc::clone(&outbox));
    (Session::new(transport, own, Some(conn), Box::new(()), &Limits::new(), uptime), outbox)
}

fn message(payload: impl Into<Bytes>) -> Arc<Batch> {
    Batch::of(OutgoingMessage::reliable(payload.into()))
}

fn call(id: u64) -> Message {
    call_of(id, "act")
}

fn call_of(id: u64, action: &str) -> Message {
    let message = ToServer::ActionRequest { id, name: action.to_owned(), args: Bytes::from_static(b"[1]") };
    Message::text(message.encode(Encoding::Json).expect("it can be encoded"))
}

fn closed_with(message: Option<Result<Message, tokio_websockets::Error>>) -> (u16, String) {
    let message = message.expect("a message").expect("no error");
    let (code, reason) = message.as_close().expect("a close");
    (code.into(), reason.to_owned())
}

#[tokio::test(start_paused = true)]
async fn frames_are_handled_in_the_order_sent() {
    let (scene, mut client) = Scene::with_client(Encoding::Json);
    let subscribe = ToServer::SubscriptionRequest { event: "posted".to_owned(), subscribe: true };
    client.feed(call(1)).await.expect("open");
    client.feed(Message::text(subscribe.encode(Encoding::Json).expect("encodes"))).await.expect("open");
    client.feed(call(2)).await.expect("open");
    client.close().await.expect("the close is answered");
    assert_eq!(scene.end().await, ["call 1 act [1]", "subscribe posted true", "call 2 act [1]", "hang up"]);
}

#[tokio::test(start_paused = true)]
async fn a_large_backlog_is_written_in_order_and_before_the_close() {
    let (scene, mut client) = Scene::with_client(Encoding::Bare);
    for id in 0..1000 {
        assert!(
            scene.outbox.send_message(&ToClient::ActionResponse { id, output: Bytes::from_static(&[0xf6]) })
        );
    }
    scene.outbox.close(Close::new(1000, "kicked"));
    for expected in 0..1000 {
        let message = client.next().await.expect("a message").expect("no error");
        assert!(message.is_binary());
        let message = ToClient::decode(Encoding::Bare, message.as_payload()).expect("a message");
        assert!(matches!(message, ToClient::ActionResponse { id, .. } if id == expected));
    }
    assert_eq!(closed_with(client.next().await), (1000, "kicked".to_owned()));
    drop(client);
    assert_eq!(scene.end().await, ["hang up"]);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_closes_the_connection() {
    for (encoding, message) in [
        (Encoding::Json, Message::text("{}".to_owned())),
        (Encoding::Json, Message::binary(call(1).into_payload())),
        (Encoding::Cbor, call(1)),
        (Encoding::Bare, Message::binary(vec![4, 0, 9])),
    ] {
        let (scene, mut client) = Scene::with_client(encoding);
        client.send(message).await.expect("open");
        assert_eq!(closed_with(client.next().await), (1011, "actor.invalid_request".to_owned()));
        drop(client);
        assert_eq!(scene.end().await, ["hang up"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_that_is_too_long_closes_the_connection_and_is_not_read() {
    let (scene, mut pipe) = Scene::start(Encoding::Json, 64 * 1024);
    // Text, final, masked, of a gigabyte that never comes.
    pipe.write_all(&[0x81, 0xff, 0, 0, 0, 0, 0x40, 0, 0, 0, 1, 2, 3, 4]).await.expect("open");
    let mut said = Vec::new();
    pipe.read_to_end(&mut said).await.expect("the session closes");
    assert_eq!(said, b"\x88\x1b\x03\xf3message.incoming_too_long");
    drop(pipe);
    assert_eq!(scene.end().await, ["hang up"]);
}

#[tokio::test(start_paused = true)]
async fn fragments_that_are_no_call_and_too_long_together_close_the_connection() {
    let (scene, mut pipe) = Scene::start(Encoding::Json, 256 * 1024);
    let mut frames = Vec::new();
    for first in [0x01, 0x00] {
        frames.extend([first, 0xfe, 0x9c, 0x40, 0, 0, 0, 0]);
        frames.extend(vec![b' '; 40_000]);
    }
    pipe.write_all(&frames).await.expect("open");
    let mut said = Vec::new();
    pipe.read_to_end(&mut said).await.expect("the session closes");
    assert_eq!(said, b"\x88\x1b\x03\xf3message.incoming_too_long");
    drop(pipe);
    assert_eq!(scene.end().await, ["hang up"]);
}

#[tokio::test(start_paused = true)]
async fn a_breach_of_the_protocol_is_answered() {
    let (scene, mut pipe) = Scene::start(Encoding::Json, 1024);
    // An unmasked text frame.
    pipe.write_all(&[0x81, 0x01, b'x']).await.expect("open");
    let mut said = Vec::new();
    pipe.read_to_end(&mut said).await.expect("the session closes");
    assert_eq!(said[..4], [0x88, u8::try_from(said.len() - 2).expect("short"), 0x03, 0xea]);
    drop(pipe);
    assert_eq!(scene.end().await, ["hang up"]);
}

#[tokio::test(start_paused = true)]
async fn a_stop_lets_what_waits_be_written_and_says_to_come_back() {
    let (mut scene, mut client) = Scene::with_client(Encoding::Json);
    scene.outbox.send(message("last words"));
    scene.is_stopping.store(true, Ordering::Relaxed);
    scene.stop.take().expect("not stopped yet").send(()).expect("the session is there");
    assert_eq!(client.next().await.expect("a message").expect("no error").as_text(), Some("last words"));
    assert_eq!(closed_with(client.next().await), (1011, "guard.service_unavailable".to_owned()));
    drop(client);
    assert_eq!(scene.end().await, ["hang up"]);
}

/// Each answer wakes the session as soon as it is there.
#[tokio::test(start_paused = true)]
async fn a_peer_whose_calls_are_answered_at_once_leaves_their_turns_to_others() {
    let (scene, pipe) = Scene::start(Encoding::Json, 1 << 20);
    let (mut client, mut turns) = (ClientBuilder::new().take_over(pipe), 0);
    for id in 0..6400 {
        client.feed(call_of(id, "answer")).await.expect("there is room");
    }
    client.flush().await.expect("there is room");
    while scene.notes.0.lock().len() < 6400 {
        tokio::task::yield_now().await;
        turns += 1;
    }
    assert!(turns >= 6400 / timeouts::READS_AT_ONCE - 1, "{turns}");
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_goes_on_after_a_call_too_many_is_heard_less_and_less() {
    let (scene, mut client) = Scene::with_client(Encoding::Json);
    let began = Instant::now();
    let heard = async |calls| {
        while scene.notes.0.lock().len() < calls {
            sleep(Duration::from_millis(1)).await;
        }
        began.elapsed().as_millis()
    };
    for id in 0..20 {
        client.feed(call_of(id, "refuse")).await.expect("open");
    }
    client.feed(call_of(20, "act")).await.expect("open");
    client.feed(call_of(21, "refuse")).await.expect("open");
    client.feed(call_of(22, "act")).await.expect("open");
    client.flush().await.expect("open");
    assert_eq!(heard(1).await, 1);
    assert!((63..68).contains(&heard(7).await), "1 + 2 + .. + 32");
    let before = Instant::now();
    scene.outbox.send(message("meanwhile"));
    client.next().await.expect("a message").expect("open");
    assert_eq!(before.elapsed(), Duration::ZERO, "it is told what there is all the same");
    assert!((895..905).contains(&heard(20).await), "and 64 each after that");
    let all = heard(23).await;
    assert!((960..970).contains(&all), "who was taken again has not to wait as long: {all}");
}

#[tokio::test(start_paused = true)]
async fn a_panic_hangs_up_too() {
    let (scene, mut client) = Scene::with_client(Encoding::Json);
    let message =
        ToServer::ActionRequest { id: 1, name: "panic".to_owned(), args: Bytes::from_static(b"[]") };
    client.send(Message::text(message.encode(Encoding::Json).expect("encodes"))).await.expect("open");
    assert!(scene.session.await.is_err_and(|error| error.is_panic()));
    assert_eq!(scene.notes.read(), ["hang up"]);
}

#[tokio::test(start_paused = true)]
async fn a_lost_socket_hangs_up_once() {
    let (scene, pipe) = Scene::start(Encoding::Json, 1024);
    drop(pipe);
    assert_eq!(scene.end().await, ["hang up"]);
}

/// A socket that takes one byte at a time.
struct Trickle(DuplexStream);

impl LendWriter for Trickle {}

impl AsyncRead for Trickle {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for Trickle {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        let one = buf.len().min(1);
        Pin::new(&mut self.0).poll_write(cx, &buf[..one])
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

#[tokio::test(start_paused = true)]
async fn frames_survive_a_socket_that_takes_a_byte_at_a_time() {
    let (ours, theirs) = duplex(7);
    let notes = Arc::new(Notes::default());
    let outbox = Arc::new(Outbox::new(Encoding::Json, PROTOCOL_VERSION, Arc::default()));
    let conn = Arc::new(FakeConn(Arc::clone(&notes), Arc::clone(&outbox)));
    let session = Session::new(
        Transport::new(Trickle(ours)),
        Arc::clone(&outbox),
        Some(conn),
        Box::new(()),
        &Limits::new(),
        &Arc::default(),
    );
    let session = tokio::spawn(session.run(std::future::pending(), || false));
    let mut client = ClientBuilder::new().take_over(theirs);
    for nth in 0..300 {
        assert!(outbox.send(message(format!("message {nth}"))));
    }
    client.send(call(7)).await.expect("open");
    for nth in 0..300 {
        let message = client.next().await.expect("a message").expect("no error");
        assert_eq!(message.as_text(), Some(format!("message {nth}").as_str()));
    }
    client.close().await.expect("the close is answered");
    session.await.expect("no panic");
    assert_eq!(notes.read(), ["call 7 act [1]", "hang up"]);
}
