//! How a lost connection comes back, and when it does not.

use std::time::Duration;

use tokio::time::Instant;

use super::{Notes, Sent, board::Posted, connect, open};
use crate::{
    Fault,
    client::{ConnectionError, Status, link::DialError},
    wire::Params,
};

#[tokio::test(start_paused = true)]
async fn r28_a_lost_connection_comes_back_by_itself_and_its_listeners_go_on() {
    let (connection, mut server, mut peer) = open().await;
    let notes = Notes::default();
    connection.on({
        let notes = notes.clone();
        move |posted: Posted| notes.add(posted.text)
    });
    peer.settle(&connection).await;
    peer.posted("before");
    peer.settle(&connection).await;
    for text in ["after", "again"] {
        drop(peer);
        peer = server.accept().await;
        assert_eq!(peer.settle(&connection).await, [Sent::Subscribe("posted")]);
        peer.posted(text);
        peer.settle(&connection).await;
    }
    assert_eq!(notes.take(), ["before", "after", "again"]);
}

#[tokio::test(start_paused = true)]
async fn r28_an_idle_connection_stays_open() {
    let (connection, mut server, mut peer) = open().await;
    tokio::time::advance(Duration::from_hours(24)).await;
    assert_eq!(connection.status(), Status::Connected);
    assert!(!server.has_attempt());
    peer.settle(&connection).await;
}

#[tokio::test(start_paused = true)]
async fn r38_params_are_presented_again_at_every_attempt() {
    let (_connection, mut server) = connect();
    for _ in 0..3 {
        let attempt = server.attempt().await;
        assert_eq!(attempt.params.as_ref().map(Params::header), Some(br#"{"name":"ada"}"#.as_slice()));
        drop(attempt.link());
    }
}

#[tokio::test(start_paused = true)]
async fn attempts_go_on_for_ever_with_growing_pauses_of_half_a_minute_at_most() {
    let (connection, mut server) = connect();
    let mut pauses = Vec::new();
    let mut last = Instant::now();
    for attempt in 0..40 {
        let dialed = server.attempt().await;
        pauses.push(last.elapsed());
        last = Instant::now();
        dialed.refuse(match attempt % 3 {
            0 => DialError::Unreachable("refused".to_owned()),
            1 => DialError::Refused(Fault::from_parts("guard", "service_unavailable", "")),
            _ => DialError::Refused(Fault::from_parts("actor", "restarting", "")),
        });
    }
    assert_ne!(connection.status(), Status::Closed);
    // Each is jittered by half, so one is surely longer than the one two before it.
    assert!(pauses[1] >= Duration::from_millis(125) && pauses[1] <= Duration::from_millis(251), "{pauses:?}");
    assert!((1..7).all(|n| pauses[n + 2] >= pauses[n]), "{pauses:?}");
    let longest = Duration::from_secs(15)..=Duration::from_millis(30_001);
    assert!(pauses[9..].iter().all(|pause| longest.contains(pause)), "{pauses:?}");
}

#[tokio::test(start_paused = true)]
async fn the_status_is_told_in_order() {
    let (connection, mut server) = connect();
    let notes = Notes::default();
    connection.on_status_change({
        let notes = notes.clone();
        move |status| notes.add(format!("{status:?}"))
    });
    drop(server.accept().await);
    let _peer = server.accept().await;
    connection.opened().await.unwrap();
    connection.close().await;
    // The first attempt was under way before anybody could listen, or it was not: both are right.
    let told: Vec<_> = notes.take().into_iter().skip_while(|status| status == "Connecting").collect();
    assert_eq!(told, ["Connected", "Disconnected", "Connecting", "Connected", "Closed"]);
}

#[tokio::test(start_paused = true)]
async fn a_lost_link_is_told_and_takes_the_id_with_it() {
    let (connection, mut server, peer) = open().await;
    assert_eq!(connection.id(), "0000000000000001-2a".parse().ok());
    let actor_id = connection.actor_id();
    assert!(actor_id.is_some());
    let notes = Notes::default();
    connection.on_error({
        let notes = notes.clone();
        move |error| notes.add(error.to_string())
    });
    peer.close(1006, "reset by the peer");
    let _attempt = server.attempt().await;
    assert_eq!((connection.id(), connection.actor_id()), (None, actor_id));
    assert_eq!(notes.take(), ["the connection is lost: reset by the peer (1006)"]);
}

#[tokio::test(start_paused = true)]
async fn an_error_of_one_subscription_leaves_the_connection_open() {
    let (connection, mut server, mut peer) = open().await;
    let notes = Notes::default();
    connection.on_error({
        let notes = notes.clone();
        move |error| notes.add(error.to_string())
    });
    peer.send(super::LinkIncoming::Error(Fault::from_parts("actor", "forbidden", "not for you")));
    peer.settle(&connection).await;
    assert_eq!(notes.take(), ["not for you (actor.forbidden)"]);
    assert_eq!(connection.status(), Status::Connected);
    assert!(!server.has_attempt());
}

#[tokio::test(start_paused = true)]
async fn a_missing_actor_is_final() {
    let (connection, mut server) = connect();
    let fault = Fault::from_parts("actor", "not_found", "The actor does not exist or was destroyed.");
    server.attempt().await.refuse(DialError::Refused(fault.clone()));
    assert_eq!(connection.opened().await, Err(ConnectionError::Fault(fault)));
    tokio::time::advance(Duration::from_hours(1)).await;
    assert!(!server.has_attempt());
}
