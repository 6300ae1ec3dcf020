//! How a connection ends, and who is told.

use std::{collections::HashMap, sync::Arc};

use tokio::sync::mpsc;

use super::{
    Dialer, Notes, Sent,
    board::{BoardError, Posted, post},
    connect, open,
};
use crate::{
    CallError, Connection, Fault,
    client::{ConnectionError, Status, handle::encode, link::LinkIncoming},
    wire::Params,
};

#[tokio::test(start_paused = true)]
async fn r42_a_rejection_is_the_typed_error_and_is_told_once_even_to_who_asks_late() {
    let (connection, mut server) = connect();
    let notes = Notes::default();
    connection.on_error({
        let notes = notes.clone();
        move |error| notes.add(format!("early {:?}", error.declared::<BoardError>()))
    });
    let peer = server.attempt().await.link();
    let fault = Fault::from_declared(&BoardError::Full { limit: 2 });
    peer.send(LinkIncoming::Error(fault));
    peer.close(1011, "user.full#ray");

    let error = connection.opened().await.unwrap_err();
    assert_eq!(error.declared(), Some(BoardError::Full { limit: 2 }));
    assert_eq!(connection.closed().await, error);
    assert_eq!(connection.status(), Status::Closed);
    connection.on_error({
        let notes = notes.clone();
        move |error| notes.add(format!("late {:?}", error.declared::<BoardError>()))
    });
    assert!(post(&connection, "barrier").await.is_err());
    assert_eq!(notes.take(), ["early Some(Full { limit: 2 })", "late Some(Full { limit: 2 })"]);
    assert!(!server.has_attempt());
}

#[tokio::test(start_paused = true)]
async fn close_says_goodbye_waits_for_the_answer_and_may_be_repeated() {
    let (connection, mut server, mut peer) = open().await;
    let server_side = async {
        assert_eq!(peer.sent().await, Sent::Close);
        assert_eq!(connection.status(), Status::Connected);
        peer.close(1000, "");
        drop(peer);
    };
    tokio::join!(connection.close(), server_side);
    assert_eq!(connection.status(), Status::Closed);
    assert_eq!(connection.closed().await, ConnectionError::Closed);
    connection.close().await;
    assert!(!server.has_attempt());
}

#[tokio::test(start_paused = true)]
async fn close_does_not_wait_for_a_server_that_never_answers() {
    let (connection, _server, _peer) = open().await;
    connection.close().await;
    assert_eq!(connection.status(), Status::Closed);
}

#[tokio::test(start_paused = true)]
async fn close_ends_an_attempt_and_the_pause_between_attempts() {
    let (connection, mut server) = connect();
    let attempt = server.attempt().await;
    connection.close().await;
    assert!(attempt.answer.is_closed());

    let (connection, mut server, peer) = open().await;
    drop(peer);
    while connection.status() != Status::Disconnected {
        tokio::task::yield_now().await;
    }
    connection.close().await;
    assert_eq!(connection.status(), Status::Closed);
    assert!(!server.has_attempt());
}

#[tokio::test(start_paused = true)]
async fn the_last_connection_that_is_dropped_closes_it_whatever_subscriptions_there_are() {
    let (connection, _server, mut peer) = open().await;
    let subscription = connection.on(|_: Posted| {});
    let mut events = connection.events();
    let clone = connection.clone();
    drop(connection);
    peer.settle(&clone).await;
    drop(clone);
    assert_eq!(peer.sent().await, Sent::Close);
    drop(peer);
    assert_eq!(events.next().await, None);
    subscription.unsubscribe();
}

#[tokio::test(start_paused = true)]
async fn streams_of_events_end_with_the_connection() {
    let (connection, _server, peer) = open().await;
    let mut events = connection.events();
    peer.close(1011, "user.banned");
    assert_eq!(events.next().await, None);
    assert_eq!(connection.events().next().await, None);
}

#[tokio::test(start_paused = true)]
async fn params_that_cannot_be_encoded_end_the_connection_with_that_error() {
    let params = HashMap::from([(vec![1, 2], "a map needs keys that are text".to_owned())]);
    let (attempts, mut server) = mpsc::unbounded_channel();
    let connection =
        Connection::open(Arc::new(Dialer { attempts, call_timeout: None }), encode(Params::NETWORK, &params));
    let error = connection.opened().await.unwrap_err();
    assert!(matches!(error, ConnectionError::Params(_)), "{error}");
    assert!(matches!(post(&connection, "one").await, Err(CallError::NotSent(_))));
    assert!(server.try_recv().is_err());
}

#[test]
fn r32_no_params_are_no_params() {
    assert_eq!(encode(Params::NETWORK, &()), Ok(None));
    assert_eq!(encode(Params::NETWORK, &Some(1)).unwrap().unwrap().header(), b"1");
}
