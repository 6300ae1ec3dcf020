//! Listening: what `on`, `once` and `connect` promise, with real actors behind them. The client's own tests
//! (`runtime/src/client/tests`) look at the same rows from the server's side.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use callboard::{client::Status, prelude::*};
use callboard_tests::{
    Cleared, Heard, Join, Posted, Renamed, Room, RoomConn, RoomEvent, RoomHandle, World, both_worlds, heard,
    in_time, release, room, room_registry as registry, settle,
};
use tokio::{net::TcpListener, sync::oneshot};

/// The texts of posted messages, as a listener hears them.
fn texts(conn: &RoomConn) -> Heard<String> {
    let (tell, heard) = heard();
    conn.on(move |posted: Posted| tell.send(posted.text).unwrap_or(()));
    heard
}

/// The statuses of a connection from now on.
fn statuses(conn: &RoomConn) -> Heard<Status> {
    let (tell, heard) = heard();
    conn.on_status_change(move |status| tell.send(status).unwrap_or(()));
    heard
}

/// Has the actor close the connection, and waits until it is back.
async fn lose(conn: &RoomConn, room: &RoomHandle) {
    let mut statuses = statuses(conn);
    settle(conn).await;
    assert!(room.kick(conn.id().unwrap()).await.unwrap());
    for status in [Status::Disconnected, Status::Connecting, Status::Connected] {
        assert_eq!(statuses.next().await, status);
    }
}

both_worlds!(l15_on_runs_for_every_event_in_the_order_sent, registry(), async |world: &World| {
    let room = room(world, "l15");
    let conn = room.connect(Join::named("ann"));
    let mut heard = texts(&conn);
    settle(&conn).await;
    let sent: Vec<_> = (0..100).map(|number| number.to_string()).collect();
    for text in &sent {
        room.post(text.clone()).await.unwrap();
    }
    for text in &sent {
        assert_eq!(&heard.next().await, text);
    }
});

both_worlds!(l20_r37_once_runs_exactly_once, registry(), async |world: &World| {
    let conn = room(world, "l20").connect(Join::named("ann"));
    let (tell, mut once) = heard();
    conn.once(move |posted: Posted| tell.send(posted.text).unwrap_or(()));
    let (one, two) = tokio::join!(conn.post("one".into()), conn.post("two".into()));
    one.unwrap();
    two.unwrap();
    settle(&conn).await;
    assert_eq!(once.so_far(), ["one"]);
});

both_worlds!(
    l22_r36_a_listener_is_in_force_before_a_later_call_and_hears_its_own_broadcast,
    registry(),
    async |world: &World| {
        let conn = room(world, "l22").connect(Join::named("ann"));
        for text in ["opening", "open"] {
            let mut heard = texts(&conn);
            conn.post(text.into()).await.unwrap();
            assert_eq!(heard.so_far(), [text]);
        }
    }
);

both_worlds!(
    r27_connect_returns_at_once_and_what_was_done_before_it_is_open_works_after,
    registry(),
    async |world: &World| {
        let conn = room(world, "r27").connect(Join::named("ann"));
        assert_eq!(conn.status(), Status::Connecting);
        let mut events = conn.events();
        conn.clear().await.unwrap();
        assert_eq!(conn.status(), Status::Connected);
        while !matches!(events.next().await.unwrap(), RoomEvent::Cleared(Cleared)) {}
    }
);

both_worlds!(
    r28_r38_a_lost_connection_comes_back_with_its_listeners_and_its_params,
    registry(),
    async |world: &World| {
        let room = room(world, "r28");
        let conn = room.connect(Join { name: "ann".into(), role: Some("boss".into()) });
        let mut heard = texts(&conn);
        settle(&conn).await;
        let before = conn.id();
        lose(&conn, &room).await;
        assert_ne!(conn.id(), before, "a reconnect is a new connection");
        let here = conn.who_is_here().await.unwrap();
        assert_eq!(here, [(conn.id().unwrap(), "boss".to_owned(), Some("boss".to_owned()))]);
        room.post("after".into()).await.unwrap();
        assert_eq!(heard.next().await, "after");
    }
);

both_worlds!(
    a_call_under_way_when_the_connection_is_lost_may_have_been_applied_and_a_later_one_is_sent,
    registry(),
    async |world: &World| {
        let name = format!("doubt {:?}", world.url);
        let room = room(world, "doubt");
        let conn = room.connect(Join::named("ann"));
        // Who is in already needs no hook, which would wait for the action's end.
        let other = room.connect(Join::named("bob"));
        other.opened().await.unwrap();
        let (tell, mut announced) = heard();
        conn.on(move |renamed: Renamed| tell.send(renamed.0).unwrap_or(()));
        let call = tokio::spawn({
            let (conn, name) = (conn.clone(), name.clone());
            async move { conn.announce_and_wait(name).await }
        });
        assert_eq!(announced.next().await, name);
        other.kick(conn.id().unwrap()).await.unwrap();
        let error = call.await.unwrap().unwrap_err();
        assert!(matches!(error, CallError::MaybeApplied(_)), "{error}");
        // It still runs, and until it ends nobody else may write.
        let later = conn.post("later".into());
        release(&name);
        assert_eq!(later.await.unwrap().text, "later");
    }
);

both_worlds!(
    r34_listeners_run_in_the_order_added_and_a_panicking_one_stops_nothing,
    registry(),
    async |world: &World| {
        let conn = room(world, "r34").connect(Join::named("ann"));
        let (tell, mut heard) = heard();
        for name in ["first", "second", "third"] {
            let tell = tell.clone();
            conn.on(move |_: Posted| {
                tell.send(name).unwrap_or(());
                assert_ne!(name, "second", "a listener's own fault");
            });
        }
        for _ in 0..2 {
            conn.post("hello".into()).await.unwrap();
            assert_eq!(heard.so_far(), ["first", "second", "third"]);
        }
    }
);

both_worlds!(
    r40_r41_unsubscribe_is_the_end_of_one_listener_and_a_dropped_subscription_is_not,
    registry(),
    async |world: &World| {
        let conn = room(world, "r40").connect(Join::named("ann"));
        let mut other = texts(&conn);
        let (tell, mut heard) = heard();
        let subscription = conn.on(move |posted: Posted| tell.send(posted.text).unwrap_or(()));
        let (tell, mut scoped) = callboard_tests::heard();
        {
            let _scoped = conn.on(move |posted: Posted| tell.send(posted.text).unwrap_or(())).scoped();
            conn.post("one".into()).await.unwrap();
        }
        subscription.unsubscribe();
        subscription.unsubscribe();
        conn.post("two".into()).await.unwrap();
        assert_eq!((heard.so_far(), scoped.so_far()), (vec!["one".to_owned()], vec!["one".to_owned()]));
        assert_eq!(other.so_far(), ["one", "two"]);
    }
);

both_worlds!(
    a_listener_added_inside_a_listener_takes_effect_from_the_next_event,
    registry(),
    async |world: &World| {
        let conn = room(world, "inside").connect(Join::named("ann"));
        let (tell, mut heard) = heard();
        conn.once({
            let conn = conn.clone();
            move |_: Posted| {
                conn.on(move |posted: Posted| tell.send(posted.text).unwrap_or(()));
            }
        });
        conn.post("one".into()).await.unwrap();
        conn.post("two".into()).await.unwrap();
        assert_eq!(heard.so_far(), ["two"]);
    }
);

both_worlds!(a_closed_connection_says_so, registry(), async |world: &World| {
    let conn = room(world, "closed").connect(Join::named("ann"));
    let mut events = conn.events();
    settle(&conn).await;
    conn.close().await;
    assert_eq!(conn.status(), Status::Closed);
    while events.next().await.is_some() {}
    assert!(matches!(conn.post("late".into()).await, Err(CallError::NotSent(_))));
});

both_worlds!(the_last_connection_that_is_dropped_leaves, registry(), async |world: &World| {
    let room = room(world, "dropped");
    let conn = room.connect(Join::named("ann"));
    let _subscription = conn.on(|_: Posted| {});
    settle(&conn).await;
    drop(conn);
    while !room.who_is_here().await.unwrap().is_empty() {}
});

#[tokio::test]
async fn r28_a_connection_survives_a_restart_of_its_server() {
    let (address, stop) = serve("127.0.0.1:0").await;
    let room = Client::new(&format!("http://{address}")).unwrap().get_or_create::<Room>("restarted");
    let room = room.with_params(Join::caller()).unwrap();
    let conn = room.connect(Join::named("ann"));
    let mut heard = texts(&conn);
    let mut statuses = statuses(&conn);
    in_time(async {
        settle(&conn).await;
        assert_eq!(statuses.so_far().last(), Some(&Status::Connected));
        stop.send(()).unwrap();
        while statuses.next().await != Status::Disconnected {}
        // Sent while nobody is there: it waits.
        let call = conn.post("after".into());
        let restart = async {
            while !matches!(room.get_messages().await, Err(CallError::NotSent(_))) {}
            serve(&address).await
        };
        let (posted, _server) = tokio::join!(call, restart);
        assert_eq!(posted.unwrap().text, "after");
        assert_eq!(heard.so_far(), ["after"]);
    })
    .await;
}

/// Serves rooms at an address until told to stop.
async fn serve(address: &str) -> (String, oneshot::Sender<()>) {
    let listener = loop {
        match TcpListener::bind(address).await {
            Ok(listener) => break listener,
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    };
    let address = listener.local_addr().unwrap().to_string();
    let (stop, stopped) = oneshot::channel::<()>();
    tokio::spawn(async move {
        let stopped = async { stopped.await.unwrap_or(()) };
        registry().serve_listener(listener, stopped).await.unwrap();
    });
    (address, stop)
}
