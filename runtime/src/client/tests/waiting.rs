//! How long calls and openings are waited for.

use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::{
    Peer, Sent, Server,
    board::{Board, BoardAction, post},
    connect, connect_with,
};
use crate::{
    CallError, Connection,
    client::{ConnectionError, Status, calls, link::DialError},
};

const LIMIT: Duration = Duration::from_secs(2);

/// Refuses every attempt.
fn nobody(mut server: Server) {
    tokio::spawn(async move {
        while let Some(attempt) = server.attempts.recv().await {
            attempt.refuse(DialError::Unreachable("nobody listens".to_owned()));
        }
    });
}

/// An open connection whose calls have so long, and the server.
async fn open() -> (Connection<Board>, Server, Peer) {
    let (connection, mut server) = connect_with(Some(LIMIT));
    let peer = server.accept().await;
    connection.opened().await.unwrap();
    (connection, server, peer)
}

#[tokio::test(start_paused = true)]
async fn a_call_on_a_connection_to_nobody_ends_as_not_sent_in_its_time_with_the_cause() {
    let (connection, server) = connect_with(Some(LIMIT));
    nobody(server);
    // Counted from the call, not from when the connection was made.
    for _ in 0..2 {
        let began = Instant::now();
        let Err(CallError::NotSent(why)) = post(&connection, "hi").await else { panic!("it was sent") };
        assert_eq!(began.elapsed().as_secs(), 2);
        assert_eq!(why, "the connection did not open within 2s: nobody listens");
    }
    assert_ne!(connection.status(), Status::Closed, "it goes on trying");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_ended_as_not_sent_is_not_sent_later() {
    let (connection, mut server) = connect_with(Some(LIMIT));
    let attempt = server.attempt().await;
    assert!(matches!(post(&connection, "early").await, Err(CallError::NotSent(_))));
    let mut peer = attempt.link();
    peer.open();
    assert_eq!(peer.settle(&connection).await, []);
}

#[tokio::test(start_paused = true)]
async fn a_call_without_an_answer_may_have_been_applied_and_its_time_counts_from_the_call() {
    let (connection, mut server) = connect_with(Some(LIMIT));
    let attempt = server.attempt().await;
    let began = Instant::now();
    let sent = async {
        tokio::time::sleep(LIMIT * 3 / 4).await;
        let mut peer = attempt.link();
        peer.open();
        assert_eq!(peer.sent().await, Sent::Call(0, "hi".to_owned()));
        peer
    };
    let (result, peer) = tokio::join!(post(&connection, "hi"), sent);
    let Err(CallError::MaybeApplied(why)) = result else { panic!("it was sent, and not answered") };
    assert_eq!((began.elapsed().as_secs(), why.as_str()), (2, "no answer within 2s"));
    // An answer that comes late is nobody's.
    peer.answer(0, 7);
    let mut peer = peer;
    peer.settle(&connection).await;
}

#[tokio::test(start_paused = true)]
async fn a_call_made_while_the_connection_is_lost_has_its_time_too() {
    let (connection, server, peer) = open().await;
    drop(peer);
    nobody(server);
    while connection.status() == Status::Connected {
        tokio::task::yield_now().await;
    }
    assert!(matches!(post(&connection, "hi").await, Err(CallError::NotSent(_))));
}

#[tokio::test(start_paused = true)]
async fn a_call_without_a_limit_waits_for_the_connection() {
    let (connection, mut server) = connect();
    let attempt = server.attempt().await;
    let opens = async {
        tokio::time::sleep(Duration::from_hours(1)).await;
        let mut peer = attempt.link();
        peer.open();
        peer.sent().await;
        peer.answer(0, 7);
        peer
    };
    assert!(matches!(tokio::join!(post(&connection, "hi"), opens).0, Ok(7)));
}

#[tokio::test(start_paused = true)]
async fn opening_can_be_given_a_time_and_the_connection_goes_on_trying() {
    let (connection, mut server) = connect();
    server.attempt().await.refuse(DialError::Unreachable("nobody listens".to_owned()));
    let error = connection.opened_within(LIMIT).await.unwrap_err();
    assert!(matches!(error, ConnectionError::NotOpen(_)), "{error:?}");
    assert_eq!(error.to_string(), "the connection did not open within 2s: nobody listens");
    assert!(timeout(LIMIT, connection.opened()).await.is_err(), "as `timeout` does it");
    let peer = server.accept().await;
    connection.opened_within(LIMIT).await.unwrap();
    // What has ended is told as what it is.
    drop(peer);
    connection.close().await;
    assert_eq!(connection.opened_within(LIMIT).await, Err(ConnectionError::Closed));
}

#[tokio::test(start_paused = true)]
async fn calls_that_were_given_up_take_no_room_while_the_connection_is_not_open() {
    let mut queue = calls::Calls::<Board>::default();
    let (mut longest, mut kept) = (0, Vec::new());
    for n in 0..100_000 {
        let (call, pending) = calls::begin::<Board>(BoardAction::Post { text: "x".repeat(100) });
        if n % 10_000 == 0 {
            kept.push(call);
        } else {
            drop(call);
            assert!(pending.is_cancelled(), "its arguments are gone at once");
        }
        queue.queue(pending);
        longest = longest.max(queue.queued());
    }
    assert!(longest < 200, "{longest} were kept, {} of them for a caller", kept.len());
}
