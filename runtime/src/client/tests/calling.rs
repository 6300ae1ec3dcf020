//! Calls on a connection, and what becomes of them when it breaks.

use super::{
    Sent,
    board::{Board, BoardError, Posted, post},
    connect, open,
};
use crate::{CallError, Connection, Fault, client::link::LinkIncoming};

type Call = tokio::task::JoinHandle<Result<u32, CallError<BoardError>>>;

/// A call under way, and its place in the order of calls.
async fn begin(connection: &Connection<Board>, text: &'static str) -> Call {
    let connection = connection.clone();
    let call = tokio::spawn(async move { post(&connection, text).await });
    tokio::task::yield_now().await;
    call
}

#[tokio::test(start_paused = true)]
async fn answers_find_their_calls_in_any_order() {
    let (connection, _server, mut peer) = open().await;
    let (one, two) = (begin(&connection, "one").await, begin(&connection, "two").await);
    assert_eq!(peer.sent().await, Sent::Call(0, "one".to_owned()));
    assert_eq!(peer.sent().await, Sent::Call(1, "two".to_owned()));
    peer.answer(1, 2);
    peer.answer(0, 1);
    assert!(matches!(one.await.unwrap(), Ok(1)));
    assert!(matches!(two.await.unwrap(), Ok(2)));
}

#[tokio::test(start_paused = true)]
async fn r27_calls_made_before_the_connection_is_open_follow_the_subscriptions_in_order() {
    let (connection, mut server) = connect();
    let _calls = (begin(&connection, "one").await, begin(&connection, "two").await);
    connection.on(|_: Posted| {});
    let mut peer = server.accept().await;
    assert_eq!(peer.sent().await, Sent::Subscribe("posted"));
    assert_eq!(peer.sent().await, Sent::Call(0, "one".to_owned()));
    assert_eq!(peer.sent().await, Sent::Call(1, "two".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_before_the_server_has_accepted_the_link() {
    let (connection, mut server) = connect();
    let mut peer = server.attempt().await.link();
    let _call = begin(&connection, "one").await;
    assert_eq!(peer.all_sent(), []);
    peer.open();
    assert_eq!(peer.sent().await, Sent::Call(0, "one".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_call_in_flight_when_the_link_breaks_may_have_been_applied() {
    let (connection, mut server, mut peer) = open().await;
    let call = begin(&connection, "one").await;
    peer.sent().await;
    drop(peer);
    assert!(matches!(call.await.unwrap(), Err(CallError::MaybeApplied(_))));
    // It is not sent again.
    let mut peer = server.accept().await;
    assert_eq!(peer.settle(&connection).await, []);
}

#[tokio::test(start_paused = true)]
async fn a_call_made_while_disconnected_is_sent_after_the_subscriptions_are_back() {
    let (connection, mut server, peer) = open().await;
    connection.on(|_: Posted| {});
    drop(peer);
    let attempt = server.attempt().await;
    let call = begin(&connection, "late").await;
    let mut peer = attempt.link();
    peer.open();
    assert_eq!(peer.sent().await, Sent::Subscribe("posted"));
    assert_eq!(peer.sent().await, Sent::Call(0, "late".to_owned()));
    peer.answer(0, 1);
    assert!(matches!(call.await.unwrap(), Ok(1)));
}

#[tokio::test(start_paused = true)]
async fn call_ids_count_on_after_a_reconnect() {
    let (connection, mut server, mut peer) = open().await;
    peer.settle(&connection).await;
    drop(peer);
    let mut peer = server.accept().await;
    let _call = begin(&connection, "next").await;
    assert_eq!(peer.sent().await, Sent::Call(1, "next".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_its_caller_gave_up_before_it_was_sent_is_never_sent() {
    let (connection, mut server) = connect();
    let given_up = begin(&connection, "given up").await;
    let _kept = begin(&connection, "kept").await;
    given_up.abort();
    assert!(given_up.await.is_err());
    let mut peer = server.accept().await;
    assert_eq!(peer.sent().await, Sent::Call(0, "kept".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn calls_end_as_not_sent_or_maybe_applied_when_the_connection_is_closed() {
    let (connection, _server) = connect();
    let queued = begin(&connection, "queued").await;
    connection.close().await;
    assert!(matches!(queued.await.unwrap(), Err(CallError::NotSent(_))));
    assert!(matches!(post(&connection, "later").await, Err(CallError::NotSent(_))));

    let (connection, _server, mut peer) = open().await;
    let in_flight = begin(&connection, "in flight").await;
    peer.sent().await;
    connection.close().await;
    assert!(matches!(in_flight.await.unwrap(), Err(CallError::MaybeApplied(_))));
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_comes_while_the_connection_closes_is_taken() {
    let (connection, _server, mut peer) = open().await;
    let call = begin(&connection, "one").await;
    peer.sent().await;
    let server = async {
        assert_eq!(peer.sent().await, Sent::Close);
        peer.answer(0, 1);
        peer.close(1000, "");
        drop(peer);
    };
    tokio::join!(connection.close(), server);
    assert!(matches!(call.await.unwrap(), Ok(1)));
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_is_refused_ends_its_calls_with_the_reason() {
    let (connection, mut server) = connect();
    let queued = begin(&connection, "queued").await;
    let peer = server.attempt().await.link();
    let fault = Fault::from_parts("user", "full", "the board is full");
    peer.send(LinkIncoming::Error(fault.clone()));
    peer.close(1011, "user.full");
    for result in [queued.await.unwrap(), post(&connection, "later").await] {
        assert_eq!(result.unwrap_err().fault(), Some(&fault));
    }
}
