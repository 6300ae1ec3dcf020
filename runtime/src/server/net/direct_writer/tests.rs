//! Who writes what waits: the session, or the outbox that has its writer. Over real sockets.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    task::{Wake, Waker},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket, TcpStream, tcp::OwnedReadHalf},
};

use super::*;
use crate::delivery::{
    outbox::{Close, NextWrite, Outbox, WriteBy, flush},
    outgoing_message::OutgoingMessage,
};

/// A session that takes what it is given, and counts how often it is woken.
struct Session {
    outbox: Arc<Outbox>,
    wakings: Arc<Wakings>,
    _reader: OwnedReadHalf,
}

#[derive(Default)]
struct Wakings(AtomicUsize);

impl Wake for Wakings {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl Session {
    /// One that rests, and its client.
    async fn rest() -> (Self, TcpStream) {
        let listener = TcpSocket::new_v4().expect("a socket");
        listener.set_send_buffer_size(8 << 10).expect("a small buffer");
        listener.bind("127.0.0.1:0".parse().expect("an address")).expect("a free port");
        let listener: TcpListener = listener.listen(1).expect("it listens");
        let client = TcpSocket::new_v4().expect("a socket");
        client.set_recv_buffer_size(8 << 10).expect("a small buffer");
        let address = listener.local_addr().expect("it is bound");
        let (client, accepted) = tokio::join!(client.connect(address), listener.accept());
        let (reader, writer) = accepted.expect("a client").0.into_split();
        writer.writable().await.expect("it is open");
        let outbox = Arc::new(Outbox::new(Encoding::Json, 4, Arc::default()));
        let session = Self { outbox, wakings: Arc::default(), _reader: reader };
        assert!(session.take().writer.is_none());
        session.outbox.lend(Box::new(DirectWriter::new(writer, None)));
        (session, client.expect("it listens"))
    }

    fn take(&self) -> NextWrite {
        let waker = Waker::from(Arc::clone(&self.wakings));
        match self.outbox.take(&mut Context::from_waker(&waker)) {
            Poll::Ready(next) => next,
            Poll::Pending => panic!("nobody flushes meanwhile"),
        }
    }

    fn send(&self, writer: WriteBy, text: &str) {
        let payload = Bytes::copy_from_slice(text.as_bytes());
        assert!(self.outbox.send_for(writer, Batch::of(OutgoingMessage::reliable(payload))));
    }

    fn wakings(&self) -> usize {
        self.wakings.0.load(Ordering::Relaxed)
    }
}

/// The texts of so many frames of fewer than 126 bytes.
async fn read(client: &mut TcpStream, frames: usize) -> Vec<String> {
    let mut texts = Vec::new();
    for _ in 0..frames {
        assert_eq!(client.read_u8().await.expect("a frame"), 0x81);
        let mut text = vec![0; client.read_u8().await.expect("its length").into()];
        client.read_exact(&mut text).await.expect("its payload");
        texts.push(String::from_utf8(text).expect("it is text"));
    }
    texts
}

#[tokio::test]
async fn what_is_flushed_is_written_without_waking_a_session_that_rests() {
    let (session, mut client) = Session::rest().await;
    session.send(WriteBy::Flush, "one");
    session.send(WriteBy::Flush, "two");
    assert_eq!(session.wakings(), 0);
    session.outbox.flush();
    session.outbox.flush();
    assert_eq!(read(&mut client, 2).await, ["one", "two"]);
    session.send(WriteBy::Flush, "three");
    session.outbox.flush();
    assert_eq!(read(&mut client, 1).await, ["three"]);
    assert_eq!(session.wakings(), 0);
    let taken = session.take();
    assert!(taken.writer.is_some() && taken.batches.is_empty() && taken.is_all);
}

#[tokio::test]
async fn what_is_sent_for_the_session_wakes_it_and_may_be_flushed_before() {
    let (session, mut client) = Session::rest().await;
    session.send(WriteBy::Session, "one");
    assert_eq!(session.wakings(), 1);
    session.send(WriteBy::Flush, "two");
    session.outbox.flush();
    assert_eq!(read(&mut client, 2).await, ["one", "two"]);
    assert!(session.take().batches.is_empty());
}

#[tokio::test]
async fn a_session_that_does_not_rest_is_woken_and_writes_everything() {
    let (session, _client) = Session::rest().await;
    let writer = session.take().writer;
    session.send(WriteBy::Flush, "one");
    assert_eq!(session.wakings(), 1);
    session.outbox.flush();
    let taken = session.take();
    assert_eq!((taken.batches.len(), taken.writer.is_none()), (1, true));
    drop(writer);
}

#[tokio::test]
async fn what_the_socket_does_not_take_is_written_by_the_session_before_anything_else() {
    let (session, mut client) = Session::rest().await;
    let text = "x".repeat(100);
    let mut flushed = 0;
    while session.wakings() == 0 {
        session.send(WriteBy::Flush, &text);
        session.outbox.flush();
        flushed += 1;
    }
    session.send(WriteBy::Flush, "later");
    session.outbox.flush();
    let mut taken = session.take();
    assert!(taken.batches.is_empty() && taken.close.is_none() && !taken.is_all, "nothing overtakes");
    let mut writer = taken.writer.take().expect("it was lent");
    let rest = writer.take_rest().expect("the socket is full");
    let then = session.take();
    assert_eq!((then.batches.len(), then.is_all), (1, true));
    let writing = async {
        writer.write_all(&rest).await.expect("it is open");
        writer.write_all(b"\x81\x05later").await.expect("it is open");
    };
    let (texts, ()) = tokio::join!(read(&mut client, flushed + 1), writing);
    assert!(texts[..flushed].iter().all(|other| *other == text));
    assert_eq!(texts[flushed], "later");
}

#[tokio::test]
async fn a_close_and_what_is_behind_are_for_the_session() {
    let (session, _client) = Session::rest().await;
    session.send(WriteBy::Flush, "last words");
    session.outbox.close(Close::new(1000, "bye"));
    session.outbox.flush();
    let taken = session.take();
    assert_eq!((taken.batches.len(), taken.close.map(|close| close.code)), (1, Some(1000)));

    let (session, _client) = Session::rest().await;
    // More than is written at once.
    for _ in 0..200 {
        session.send(WriteBy::Flush, "one of many");
    }
    session.outbox.flush();
    assert_eq!((session.wakings(), session.take().batches.len()), (1, 128));
}

#[tokio::test]
async fn each_of_many_is_flushed_once() {
    let mut sessions = Vec::new();
    for _ in 0..40 {
        sessions.push(Session::rest().await);
    }
    let outboxes = sessions.iter().map(|(session, _)| Arc::clone(&session.outbox)).collect();
    for (session, _) in &sessions {
        session.send(WriteBy::Flush, "for all");
    }
    flush(&outboxes);
    for (session, client) in &mut sessions {
        assert_eq!(read(client, 1).await, ["for all"]);
        assert_eq!(session.wakings(), 0);
    }
}
