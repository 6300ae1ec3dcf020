//! Actions that are told on a connection: nobody waits for their answers.

use std::time::Duration;

use super::{
    Sent,
    board::{BoardAction, post},
    connect, connect_with, open,
};
use crate::{CallError, client::link::LinkIncoming};

fn told(text: &str) -> BoardAction {
    BoardAction::Post { text: text.to_owned() }
}

#[tokio::test(start_paused = true)]
async fn what_is_told_is_sent_in_the_order_of_calls_and_its_answer_is_nobodys() {
    let (connection, _server, mut peer) = open().await;
    connection.tell(told("a")).unwrap();
    let call = post(&connection, "b");
    let answers = async {
        assert_eq!(peer.sent().await, Sent::Call(0, "a".to_owned()));
        assert_eq!(peer.sent().await, Sent::Call(1, "b".to_owned()));
        peer.send(LinkIncoming::Reply { id: 0, result: Err(CallError::NotSent("whatever".to_owned())) });
        peer.answer(1, 7);
    };
    assert!(matches!(tokio::join!(call, answers).0, Ok(7)));
    connection.tell(told("c")).unwrap();
    assert_eq!(peer.settle(&connection).await, [Sent::Call(2, "c".to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn what_is_told_before_the_connection_is_open_is_sent_once_it_is() {
    let (connection, mut server) = connect();
    connection.tell(told("early")).unwrap();
    tokio::time::sleep(Duration::from_hours(1)).await;
    let mut peer = server.accept().await;
    assert_eq!(peer.settle(&connection).await, [Sent::Call(0, "early".to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn what_is_told_and_cannot_be_sent_in_the_time_of_a_call_never_is() {
    let limit = Duration::from_secs(2);
    let (connection, mut server) = connect_with(Some(limit));
    connection.tell(told("too early")).unwrap();
    tokio::time::sleep(limit).await;
    connection.tell(told("in time")).unwrap();
    let mut peer = server.accept().await;
    assert_eq!(peer.settle(&connection).await, [Sent::Call(0, "in time".to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn nothing_can_be_told_on_a_connection_that_is_over() {
    let (connection, _server, _peer) = open().await;
    connection.close().await;
    assert!(matches!(connection.tell(told("late")), Err(CallError::NotSent(_))));
}
