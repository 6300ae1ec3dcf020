//! Streams: of events, and of what becomes of the connection meanwhile.

use std::time::Duration;

use super::{
    board::{Board, BoardEvent, Posted},
    open,
};
use crate::client::{ConnectionError, Status, Update, Updates, link::LinkIncoming};

fn posted(text: &str) -> Update<String> {
    Update::Event(text.to_owned())
}

/// Events by their text, to be compared.
fn readable(update: Update<BoardEvent>) -> Update<String> {
    match update {
        Update::Event(BoardEvent::Posted(Posted { text })) => Update::Event(text),
        Update::Event(_) => Update::Event("another".to_owned()),
        Update::Status(status) => Update::Status(status),
        Update::Error(error) => Update::Error(error),
    }
}

/// Whether nothing more comes, and that is known.
async fn ended(updates: &mut Updates<Board>) -> bool {
    let next = tokio::time::timeout(Duration::from_secs(1), updates.next());
    matches!(next.await, Ok(None))
}

#[tokio::test(start_paused = true)]
async fn updates_tell_between_which_events_the_connection_was_lost_and_is_back() {
    let (connection, mut server, peer) = open().await;
    let mut updates = connection.updates();
    peer.posted("one");
    peer.send(LinkIncoming::Dropped { index: 0, dropped: 3 });
    peer.posted("two");
    drop(peer);
    let mut peer = server.accept().await;
    peer.posted("three");
    peer.settle(&connection).await;
    connection.close().await;
    let all: Vec<_> = std::iter::from_fn(|| updates.try_next()).map(readable).collect();
    assert!(ended(&mut updates).await);
    let [one, missed, two, lost, why, again, back, three, end] = &all[..] else { panic!("{all:?}") };
    assert_eq!((one, two, three), (&posted("one"), &posted("two"), &posted("three")));
    assert!(matches!(missed, Update::Error(ConnectionError::Missed { events: 3, .. })), "{missed:?}");
    assert_eq!(lost, &Update::Status(Status::Disconnected));
    assert!(matches!(why, Update::Error(ConnectionError::Lost(_))), "{why:?}");
    assert_eq!(again, &Update::Status(Status::Connecting));
    assert_eq!(back, &Update::Status(Status::Connected));
    assert_eq!(end, &Update::Status(Status::Closed));
}

#[tokio::test(start_paused = true)]
async fn updates_end_with_what_ended_the_connection() {
    let (connection, _server, peer) = open().await;
    let mut updates = connection.updates();
    assert!(updates.try_next().is_none());
    let fault = crate::Fault::new("user", "no", "no more");
    peer.send(LinkIncoming::Error(fault.clone()));
    peer.close(1008, "user.no");
    let error = Update::Error(ConnectionError::Fault(fault));
    assert_eq!(updates.next().await.map(readable), Some(error));
    assert_eq!(updates.next().await.map(readable), Some(Update::Status(Status::Closed)));
    assert!(ended(&mut updates).await);
    drop(connection);
}

#[tokio::test(start_paused = true)]
async fn updates_that_are_dropped_unsubscribe() {
    let (connection, _server, mut peer) = open().await;
    let updates = connection.updates();
    let subscribed = peer.settle(&connection).await;
    assert!(!subscribed.is_empty());
    drop(updates);
    assert_eq!(peer.settle(&connection).await.len(), subscribed.len());
}

#[tokio::test(start_paused = true)]
async fn an_event_that_is_here_can_be_taken_without_waiting() {
    let (connection, _server, mut peer) = open().await;
    let mut events = connection.events();
    assert!(events.try_next().is_none());
    peer.posted("one");
    peer.settle(&connection).await;
    assert!(matches!(events.try_next(), Some(BoardEvent::Posted(Posted { text })) if text == "one"));
    assert!(events.try_next().is_none());
}
