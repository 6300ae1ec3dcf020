//! Which listeners run, in which order, until when; and what the server is told of it.

use std::sync::{Arc, Mutex};

use super::{
    Notes, Sent,
    board::{BoardEvent, Cleared, Posted, post},
    connect, open,
};
use crate::{Subscription, client::ConnectionError};

#[tokio::test(start_paused = true)]
async fn l15_on_runs_for_every_event_of_its_kind_in_the_order_sent() {
    let (connection, _server, mut peer) = open().await;
    let notes = Notes::default();
    connection.on({
        let notes = notes.clone();
        move |posted: Posted| notes.add(posted.text)
    });
    peer.settle(&connection).await;
    peer.posted("one");
    peer.event(&Cleared);
    peer.posted("two");
    peer.posted("three");
    peer.settle(&connection).await;
    assert_eq!(notes.take(), ["one", "two", "three"]);
}

#[tokio::test(start_paused = true)]
async fn l20_once_runs_exactly_once_though_two_events_arrive_in_one_batch() {
    let (connection, _server, mut peer) = open().await;
    let notes = Notes::default();
    connection.once({
        let notes = notes.clone();
        move |posted: Posted| notes.add(posted.text)
    });
    assert_eq!(peer.settle(&connection).await, [Sent::Subscribe("posted")]);
    peer.posted("one");
    peer.posted("two");
    // R37: nobody else listens, so the server is told to stop.
    assert_eq!(peer.settle(&connection).await, [Sent::Unsubscribe("posted")]);
    assert_eq!(notes.take(), ["one"]);
}

#[tokio::test(start_paused = true)]
async fn r37_once_leaves_the_subscription_to_others_that_listen() {
    let (connection, _server, mut peer) = open().await;
    connection.once(|_: Posted| {});
    connection.on(|_: Posted| {});
    assert_eq!(peer.settle(&connection).await, [Sent::Subscribe("posted")]);
    peer.posted("one");
    assert_eq!(peer.settle(&connection).await, []);
}

#[tokio::test(start_paused = true)]
async fn l20_once_outlives_an_event_that_cannot_be_decoded() {
    let (connection, _server, mut peer) = open().await;
    let notes = Notes::default();
    connection.once({
        let notes = notes.clone();
        move |posted: Posted| notes.add(posted.text)
    });
    peer.settle(&connection).await;
    peer.raw_event(0, "[{}]");
    peer.posted("two");
    peer.settle(&connection).await;
    assert_eq!(notes.take(), ["two"]);
}

#[tokio::test(start_paused = true)]
async fn l22_a_listener_added_before_a_call_is_told_to_the_server_before_it() {
    let (connection, _server, mut peer) = open().await;
    connection.on(|_: Posted| {});
    let call = tokio::spawn({
        let connection = connection.clone();
        async move { post(&connection, "hello").await }
    });
    assert_eq!(peer.sent().await, Sent::Subscribe("posted"));
    assert_eq!(peer.sent().await, Sent::Call(0, "hello".to_owned()));
    peer.answer(0, 1);
    assert!(matches!(call.await.unwrap(), Ok(1)));
}

#[tokio::test(start_paused = true)]
async fn r10_an_event_before_a_reply_has_run_its_listeners_when_the_call_returns() {
    let (connection, _server, mut peer) = open().await;
    let notes = Notes::default();
    connection.on({
        let notes = notes.clone();
        move |posted: Posted| notes.add(posted.text)
    });
    let server = async {
        peer.sent().await;
        peer.sent().await;
        peer.posted("hello");
        peer.answer(0, 1);
    };
    let client = async {
        post(&connection, "hello").await.unwrap();
        notes.take()
    };
    assert_eq!(tokio::join!(client, server).0, ["hello"]);
}

#[tokio::test(start_paused = true)]
async fn r27_listeners_added_before_the_connection_is_open_work_once_it_is() {
    let (connection, mut server) = connect();
    let notes = Notes::default();
    connection.on({
        let notes = notes.clone();
        move |posted: Posted| notes.add(posted.text)
    });
    let mut peer = server.accept().await;
    assert_eq!(peer.settle(&connection).await, [Sent::Subscribe("posted")]);
    peer.posted("one");
    peer.settle(&connection).await;
    assert_eq!(notes.take(), ["one"]);
}

#[tokio::test(start_paused = true)]
async fn r34_listeners_run_in_the_order_added_and_a_panicking_one_stops_nothing() {
    let (connection, _server, mut peer) = open().await;
    let notes = Notes::default();
    for name in ["first", "second", "third"] {
        let notes = notes.clone();
        connection.on(move |posted: Posted| {
            notes.add(format!("{name} {}", posted.text));
            assert!(name != "second", "a listener's own fault");
        });
    }
    peer.settle(&connection).await;
    peer.posted("a");
    peer.posted("b");
    peer.settle(&connection).await;
    assert_eq!(notes.take(), ["first a", "second a", "third a", "first b", "second b", "third b"]);
}

#[tokio::test(start_paused = true)]
async fn r40_unsubscribe_holds_even_for_events_that_are_already_queued() {
    let (connection, _server, mut peer) = open().await;
    let notes = Notes::default();
    let subscription = connection.on({
        let notes = notes.clone();
        move |posted: Posted| notes.add(posted.text)
    });
    connection.on({
        let notes = notes.clone();
        move |posted: Posted| notes.add(format!("other {}", posted.text))
    });
    peer.settle(&connection).await;
    peer.posted("queued");
    subscription.unsubscribe();
    subscription.unsubscribe();
    // Others are not affected, and the server goes on for them.
    assert_eq!(peer.settle(&connection).await, []);
    assert_eq!(notes.take(), ["other queued"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r40_unsubscribe_holds_even_for_an_event_that_other_listeners_are_busy_with() {
    let (connection, _server, mut peer) = open().await;
    let (busy, is_busy) = std::sync::mpsc::channel();
    let (go_on, may_go_on) = std::sync::mpsc::channel();
    connection.once(move |_: Posted| {
        busy.send(()).unwrap();
        may_go_on.recv().unwrap();
    });
    let notes = Notes::default();
    let subscription = connection.on({
        let notes = notes.clone();
        move |posted: Posted| notes.add(posted.text)
    });
    peer.settle(&connection).await;
    peer.posted("one");
    tokio::task::spawn_blocking(move || is_busy.recv().unwrap()).await.unwrap();
    subscription.unsubscribe();
    go_on.send(()).unwrap();
    peer.settle(&connection).await;
    assert_eq!(notes.take(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn r40_the_last_listener_to_go_tells_the_server() {
    let (connection, _server, mut peer) = open().await;
    let (one, two) = (connection.on(|_: Posted| {}), connection.on(|_: Posted| {}));
    assert_eq!(peer.settle(&connection).await, [Sent::Subscribe("posted")]);
    one.unsubscribe();
    one.unsubscribe();
    assert_eq!(peer.settle(&connection).await, []);
    two.unsubscribe();
    assert_eq!(peer.settle(&connection).await, [Sent::Unsubscribe("posted")]);
}

#[tokio::test(start_paused = true)]
async fn r41_a_dropped_subscription_goes_on_and_a_scoped_one_ends_with_its_scope() {
    let (connection, _server, mut peer) = open().await;
    let notes = Notes::default();
    drop(connection.on({
        let notes = notes.clone();
        move |posted: Posted| notes.add(posted.text)
    }));
    {
        let notes = notes.clone();
        let _scoped = connection.on(move |_: Cleared| notes.add("cleared")).scoped();
        peer.settle(&connection).await;
        peer.event(&Cleared);
        peer.settle(&connection).await;
    }
    peer.event(&Cleared);
    peer.posted("one");
    assert_eq!(peer.settle(&connection).await, [Sent::Unsubscribe("cleared")]);
    assert_eq!(notes.take(), ["cleared", "one"]);
}

#[tokio::test(start_paused = true)]
async fn a_listener_added_inside_a_listener_takes_effect_from_the_next_event() {
    let (connection, _server, mut peer) = open().await;
    let notes = Notes::default();
    connection.on({
        let (connection, notes) = (connection.clone(), notes.clone());
        move |posted: Posted| {
            let (added_at, notes) = (posted.text, notes.clone());
            connection.once(move |posted: Posted| notes.add(format!("{} since {added_at}", posted.text)));
        }
    });
    peer.settle(&connection).await;
    for text in ["one", "two", "three"] {
        peer.posted(text);
    }
    peer.settle(&connection).await;
    assert_eq!(notes.take(), ["two since one", "three since two"]);
    connection.close().await;
}

#[tokio::test(start_paused = true)]
async fn a_listener_removed_inside_a_listener_is_gone_from_the_next_event() {
    let (connection, _server, mut peer) = open().await;
    let notes = Notes::default();
    let second: Arc<Mutex<Option<Subscription>>> = Arc::default();
    connection.on({
        let second = Arc::clone(&second);
        move |_: Posted| second.lock().unwrap().take().iter().for_each(Subscription::unsubscribe)
    });
    *second.lock().unwrap() = Some(connection.on({
        let notes = notes.clone();
        move |posted: Posted| notes.add(posted.text)
    }));
    peer.settle(&connection).await;
    peer.posted("one");
    peer.posted("two");
    peer.settle(&connection).await;
    assert_eq!(notes.take(), ["one"]);
}

#[tokio::test(start_paused = true)]
async fn an_event_that_cannot_be_decoded_is_told_once_and_the_next_is_delivered() {
    let (connection, _server, mut peer) = open().await;
    let notes = Notes::default();
    for _ in 0..2 {
        let notes = notes.clone();
        connection.on(move |posted: Posted| notes.add(posted.text));
    }
    connection.on_error({
        let notes = notes.clone();
        move |error| {
            assert!(matches!(error, ConnectionError::Undecodable { event: "posted", .. }), "{error}");
            notes.add("undecodable");
        }
    });
    peer.settle(&connection).await;
    peer.raw_event(0, r#"[{"text":7}]"#);
    peer.posted("good");
    peer.settle(&connection).await;
    assert_eq!(notes.take(), ["undecodable", "good", "good"]);
}

#[tokio::test(start_paused = true)]
async fn an_event_beyond_the_table_is_ignored() {
    let (connection, _server, mut peer) = open().await;
    peer.raw_event(7, "[]");
    peer.settle(&connection).await;
}

#[tokio::test(start_paused = true)]
async fn events_are_a_stream_of_every_kind_that_unsubscribes_when_dropped() {
    let (connection, _server, mut peer) = open().await;
    let mut events = connection.events();
    assert_eq!(peer.settle(&connection).await, [Sent::Subscribe("posted"), Sent::Subscribe("cleared")]);
    peer.posted("one");
    peer.event(&Cleared);
    assert_eq!(events.next().await, Some(BoardEvent::Posted(Posted { text: "one".to_owned() })));
    assert_eq!(events.next().await, Some(BoardEvent::Cleared(Cleared)));
    drop(events);
    assert_eq!(peer.settle(&connection).await, [Sent::Unsubscribe("posted"), Sent::Unsubscribe("cleared")]);
}

fn refuse_posted(peer: &super::Peer) {
    let fault = crate::Fault::from_parts("user", "no_member", "you are no member");
    peer.send(super::LinkIncoming::Refused { index: 0, fault });
}

#[tokio::test(start_paused = true)]
async fn a_refused_event_is_asked_for_again_by_whoever_listens_next_and_given_up_with_the_last() {
    let (connection, _server, mut peer) = open().await;
    let first = connection.on(|_: Posted| {});
    connection.on(|_: Cleared| {}).unsubscribe();
    peer.settle(&connection).await;
    refuse_posted(&peer);
    assert_eq!(first.refused().await.unwrap().event(), "posted");
    // That somebody else comes and goes is no reason to ask.
    connection.on(|_: Cleared| {}).unsubscribe();
    assert!(!peer.settle(&connection).await.contains(&Sent::Subscribe("posted")));
    let second = connection.on(|_: Posted| {});
    assert_eq!(peer.settle(&connection).await, [Sent::Subscribe("posted")]);
    // The server may have let the second in after it had refused the first again.
    refuse_posted(&peer);
    second.refused().await.unwrap();
    first.unsubscribe();
    second.unsubscribe();
    assert_eq!(peer.settle(&connection).await, [Sent::Unsubscribe("posted")]);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_that_comes_after_the_listener_has_gone_is_nothing_to_anybody() {
    let (connection, _server, mut peer) = open().await;
    let notes = Notes::default();
    connection.on_error({
        let notes = notes.clone();
        move |error: &ConnectionError| notes.add(error.to_string())
    });
    let gone = connection.on(|_: Posted| {});
    peer.settle(&connection).await;
    gone.unsubscribe();
    peer.settle(&connection).await;
    refuse_posted(&peer);
    peer.settle(&connection).await;
    assert_eq!((notes.take(), gone.refused().await), (vec![], None));
}

#[tokio::test(start_paused = true)]
async fn events_that_are_missing_are_an_error_that_names_them_and_no_event() {
    let (connection, _server, mut peer) = open().await;
    let notes = Notes::default();
    connection.on_error({
        let notes = notes.clone();
        move |error: &ConnectionError| notes.add(format!("{error:?}"))
    });
    connection.on({
        let notes = notes.clone();
        move |posted: Posted| notes.add(posted.text)
    });
    peer.settle(&connection).await;
    peer.posted("one");
    peer.send(super::LinkIncoming::Dropped { index: 0, dropped: 3 });
    peer.posted("five");
    peer.settle(&connection).await;
    assert_eq!(notes.take(), ["one", "Missed { event: \"posted\", events: 3 }", "five"]);
}
