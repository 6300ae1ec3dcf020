//! Connections: who is connected, with what, and who is not let in.
#![allow(clippy::unwrap_used)]

use callboard::prelude::*;
use callboard_tests::{
    Join, Posted, Renamed, RoomError, Welcome, World, both_worlds, forward, hear, heard, join, room,
    room_registry as registry,
};

both_worlds!(
    l10_r16_iterating_gives_every_open_connection_once_in_the_order_joined,
    registry(),
    async |world: &World| {
        let room = room(world, "l10");
        let mut conns = vec![];
        for name in ["ann", "bob", "eve", "dan"] {
            conns.push(join(&room, name).await);
        }
        conns.remove(1).close().await;
        let ids: Vec<_> = conns.iter().map(|conn| conn.id().expect("it is open")).collect();
        let here: Vec<_> = loop {
            // The list loses a closed connection once the server knows.
            let here = room.who_is_here().await.unwrap();
            if here.len() < 4 {
                break here.into_iter().map(|(id, ..)| id).collect();
            }
        };
        assert_eq!(here, ids);
    }
);

both_worlds!(
    l11_a_connection_id_is_unique_stable_and_can_be_an_argument,
    registry(),
    async |world: &World| {
        let room = room(world, "l11");
        let (ann, bob) = (join(&room, "ann").await, join(&room, "bob").await);
        let (id, name) = ann.who_am_i().await.unwrap().expect("a connection calls");
        assert_eq!((Some(id), name.as_str()), (ann.id(), "ann"));
        assert_ne!(ann.id(), bob.id());
        assert!(bob.rename(id, "anna".into()).await.unwrap());
        assert_eq!(
            ann.who_am_i().await.unwrap(),
            Some((id, "anna".to_owned())),
            "stable, with its new state"
        );
    }
);

both_worlds!(l12_finding_a_connection_that_is_gone_gives_none, registry(), async |world: &World| {
    let room = room(world, "l12");
    let ann = join(&room, "ann").await;
    let id = ann.id().unwrap();
    ann.close().await;
    while room.kick(id).await.unwrap() {}
    let again = join(&room, "ann").await;
    assert_ne!(again.id(), Some(id), "ids are never reused");
});

both_worlds!(
    l24_r16_a_connection_has_state_and_params_and_can_be_closed,
    registry(),
    async |world: &World| {
        let room = room(world, "l24");
        let boss = room.connect(Join { name: "ann".into(), role: Some("boss".into()) });
        let guest = join(&room, "bob").await;
        boss.opened().await.unwrap();
        let roles: Vec<_> =
            guest.who_is_here().await.unwrap().into_iter().map(|(_, role, param)| (role, param)).collect();
        assert!(roles.contains(&("boss".to_owned(), Some("boss".to_owned()))));
        assert!(roles.contains(&("guest".to_owned(), None)), "an absent optional param is `None`");
        let id = boss.id().unwrap();
        assert!(guest.kick(id).await.unwrap());
        while guest.who_is_here().await.unwrap().iter().any(|(here, ..)| *here == id) {}
    }
);

both_worlds!(
    r14_the_hook_runs_once_per_connection_before_any_action_on_it,
    registry(),
    async |world: &World| {
        let conn = room(world, "r14").connect(Join::named("ann"));
        conn.post("first".into()).await.unwrap();
        conn.post("second".into()).await.unwrap();
        assert_eq!(conn.read_diary().await.unwrap(), ["admit ann", "connect ann"]);
    }
);

both_worlds!(
    r42_a_rejected_connection_gets_the_typed_error_and_is_never_in_the_list,
    registry(),
    async |world: &World| {
        let room = room(world, "r42");
        let (tell, mut heard) = heard::<Welcome>();
        let conn = room.connect(Join::named("banned"));
        conn.on(forward::<Welcome>(tell));
        let error = conn.opened().await.unwrap_err();
        let fault = error.fault().expect("the server refused");
        assert!(fault.is("user", "banned"), "{fault}");
        assert_eq!(
            RoomError::restore(fault.code(), fault.metadata()),
            Some(RoomError::Banned { name: "banned".into(), tries: 3 })
        );
        let call = conn.post("let me in".into()).await.unwrap_err();
        assert!(call.fault().is_some_and(|fault| fault.is("user", "banned")), "{call}");
        assert_eq!(room.who_is_here().await.unwrap(), []);
        assert_eq!(room.get_messages().await.unwrap(), []);
        assert_eq!(heard.so_far(), []);
    }
);

both_worlds!(a_panicking_connect_hook_refuses_that_connection_alone, registry(), async |world: &World| {
    let room = room(world, "panic");
    let ann = join(&room, "ann").await;
    let error = room.connect(Join::named("panic")).opened().await.unwrap_err();
    assert!(error.fault().is_some_and(|fault| fault.code() == "internal_error"), "{error}");
    assert!(!error.to_string().contains("SECRET"));
    ann.post("still here".into()).await.unwrap();
    assert_eq!(
        room.read_diary().await.unwrap(),
        ["admit ann", "connect ann"],
        "what the hook had begun is undone"
    );
});

both_worlds!(
    r17_l23_r35_on_a_connection_the_caller_is_set_and_results_are_equal,
    registry(),
    async |world: &World| {
        let room = room(world, "r17");
        let conn = join(&room, "ann").await;
        let (caller, name) = room.who_am_i().await.unwrap().expect("who was judged is known");
        assert!(name == "caller" && Some(caller) != conn.id());
        assert_eq!(conn.who_is_here().await.unwrap().len(), 1, "a call is in no list");
        assert_eq!(conn.who_am_i().await.unwrap(), Some((conn.id().unwrap(), "ann".to_owned())));
        let args = || ("text".to_owned(), -7, Some(true));
        let (a, b, c) = args();
        assert_eq!(room.echo(a, b, c).await.unwrap(), args());
        let (a, b, c) = args();
        assert_eq!(conn.echo(a, b, c).await.unwrap(), args());
    }
);

both_worlds!(
    a_connection_that_goes_away_runs_its_hook_and_the_others_hear_of_it,
    registry(),
    async |world: &World| {
        let room = room(world, "part");
        let (ann, bob) = (join(&room, "ann").await, join(&room, "bob").await);
        let mut renamed = hear::<Renamed>(&ann).await;
        drop(bob);
        assert_eq!(renamed.next().await.0, "bob left");
    }
);

both_worlds!(r26_events_come_from_the_subscription_on, registry(), async |world: &World| {
    let room = room(world, "r26");
    let conn = join(&room, "ann").await;
    room.post("before".into()).await.unwrap();
    let mut posted = hear::<Posted>(&conn).await;
    room.post("after".into()).await.unwrap();
    assert_eq!(posted.next().await.text, "after");
});
