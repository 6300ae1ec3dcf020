//! A socket over a pipe, on a clock that the test stops.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex},
    time::sleep,
};
use tokio_websockets::ClientBuilder;

use super::*;
use crate::client::tests::board::{Board, BoardAction, BoardReply};

const IDLE: Duration = Duration::from_secs(3);

/// The driver's ends of a socket, and the server's. The pipe holds this many bytes.
fn start(
    pipe: usize,
) -> (mpsc::UnboundedSender<LinkOutgoing<Board>>, mpsc::UnboundedReceiver<LinkIncoming<Board>>, DuplexStream)
{
    let (ours, theirs) = duplex(pipe);
    let (tx, outgoing) = mpsc::unbounded_channel();
    let (incoming, rx) = mpsc::unbounded_channel();
    let activity = Activity::new();
    let stream = ClientBuilder::new().take_over(activity.monitor(ours));
    tokio::spawn(
        Socket::new(Encoding::Json, MaxMessage::default(), activity, IDLE).run(stream, outgoing, incoming),
    );
    (tx, rx, theirs)
}

fn post(text: String) -> LinkOutgoing<Board> {
    LinkOutgoing::Call { id: 0, action: BoardAction::Post { text } }
}

/// A text as one frame of a server.
fn frame(text: &[u8]) -> Vec<u8> {
    let head = match text.len() {
        length @ ..=125 => vec![0x81, u8::try_from(length).unwrap()],
        length => [&[0x81, 127][..], &(length as u64).to_be_bytes()].concat(),
    };
    [&head[..], text].concat()
}

#[tokio::test(start_paused = true)]
async fn a_reply_that_comes_slowly_is_no_silence_and_what_is_silent_after_it_is_dead() {
    let (_tx, mut rx, mut server) = start(1024);
    let message = wire::ToClient::Event {
        name: "posted".into(),
        args: format!("[\"{}\"]", "x".repeat(900_000)).into(),
    };
    let bytes = frame(&message.encode(Encoding::Json).unwrap());
    let began = Instant::now();
    for piece in bytes.chunks(8_000) {
        server.write_all(piece).await.unwrap();
        sleep(Duration::from_millis(100)).await;
    }
    assert!(matches!(rx.recv().await, Some(LinkIncoming::Event { .. })));
    assert_eq!(began.elapsed().as_secs(), 11);
    let heard = Instant::now();
    let Some(LinkIncoming::Closed { reason, .. }) = rx.recv().await else { panic!("nothing comes") };
    assert_eq!(reason, "nothing heard for 3s");
    assert!((2..=3).contains(&heard.elapsed().as_secs()), "{:?}", heard.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_server_that_takes_a_call_slowly_is_alive() {
    let (tx, mut rx, mut server) = start(1024);
    assert!(tx.send(post("x".repeat(60_000))).is_ok());
    let began = Instant::now();
    let mut taken = vec![0; 60_000];
    for piece in taken.chunks_mut(800) {
        server.read_exact(piece).await.unwrap();
        sleep(Duration::from_millis(100)).await;
    }
    assert!(began.elapsed() > 2 * IDLE);
    let reply = wire::ToClient::ActionResponse { id: 0, output: "7".into() };
    server.write_all(&frame(&reply.encode(Encoding::Json).unwrap())).await.unwrap();
    let reply = rx.recv().await;
    let Some(LinkIncoming::Reply { id: 0, result }) = reply else { panic!("no reply") };
    assert!(matches!(result, Ok(BoardReply::Post(Ok(7)))), "{result:?}");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_takes_nothing_is_dead_though_there_is_room_for_what_is_sent() {
    let (tx, mut rx, _server) = start(1 << 20);
    let began = Instant::now();
    let talk = async {
        while tx.send(post("hi".to_owned())).is_ok() {
            sleep(Duration::from_secs(1)).await;
        }
    };
    tokio::join!(talk, async {
        assert!(matches!(rx.recv().await, Some(LinkIncoming::Closed { .. })));
    });
    assert!((3..=4).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_client_that_was_frozen_asks_before_it_takes_the_server_for_dead() {
    let (_tx, mut rx, mut server) = start(1024);
    tokio::task::yield_now().await;
    // No timer of this process fires while it is frozen.
    tokio::time::advance(100 * IDLE).await;
    let mut ping = [0; 6];
    server.read_exact(&mut ping).await.unwrap();
    assert_eq!(ping[0], 0x89);
    sleep(IDLE / 4).await;
    server.write_all(&[0x8a, 0]).await.unwrap();
    let answered = Instant::now();
    assert!(matches!(rx.recv().await, Some(LinkIncoming::Closed { .. })));
    assert_eq!(answered.elapsed(), IDLE, "from its answer on");
}
