//! Actions, state and errors, through both ways to an actor.
#![allow(clippy::unwrap_used)]

use std::collections::HashSet;

use callboard::prelude::*;
use callboard_tests::{
    Join, Posted, Room, RoomAction, RoomError, World, both_worlds, heard, room, room_registry as registry,
};

both_worlds!(
    l17_r31_same_key_same_actor_and_keys_compare_element_by_element,
    registry(),
    async |world: &World| {
        let keys: [Key; 6] = [
            Key::from(["a/b"]),
            Key::from(["a", "b"]),
            Key::from(["a,b"]),
            Key::from(["a\\", "b"]),
            Key::from([""]),
            Key::from(()),
        ];
        let mut ids = HashSet::new();
        for key in &keys {
            room(world, key).post(format!("{key:?}")).await.unwrap();
            ids.insert(room(world, key).resolve().await.unwrap());
        }
        assert_eq!(ids.len(), keys.len(), "different keys, different actors");
        for key in &keys {
            let messages = room(world, key).get_messages().await.unwrap();
            assert_eq!(messages.into_iter().map(|m| m.text).collect::<Vec<_>>(), [format!("{key:?}")]);
        }
    }
);

both_worlds!(an_action_that_is_told_runs_and_its_answer_is_thrown_away, registry(), async |world: &World| {
    let room = room(world, "told");
    room.tell(RoomAction::Post { text: "told".into() }).await.unwrap();
    room.tell(RoomAction::AnnounceAndFail {}).await.unwrap();
    let messages = room.get_messages().await.unwrap();
    assert_eq!(messages.into_iter().map(|message| message.text).collect::<Vec<_>>(), ["told"]);
});

both_worlds!(
    what_is_told_on_a_connection_runs_in_the_order_of_its_calls,
    registry(),
    async |world: &World| {
        let conn = room(world, "told on a connection").connect(Join::named("ann"));
        conn.tell(RoomAction::Post { text: "first".into() }).unwrap();
        conn.tell(RoomAction::AnnounceAndFail {}).unwrap();
        conn.post("second".into()).await.unwrap();
        let messages = conn.get_messages().await.unwrap();
        assert_eq!(messages.into_iter().map(|message| message.text).collect::<Vec<_>>(), ["first", "second"]);
    }
);

both_worlds!(
    what_a_hook_declares_comes_back_as_the_enum_from_a_call_that_it_refuses,
    registry(),
    async |world: &World| {
        let banned = world.client.get_or_create::<Room>("banned").with_params(Join::named("banned")).unwrap();
        let error = banned.get_messages().await.unwrap_err();
        assert_eq!(error.declared(), Some(RoomError::Banned { name: "banned".into(), tries: 3 }));
        assert_eq!(error.fault().unwrap().declared(), error.declared::<RoomError>());
        let own = room(world, "open").announce_and_fail().await.unwrap_err();
        assert_eq!(
            own.declared::<RoomError>(),
            None,
            "what the action declares is `CallError::Action`: {own}"
        );
    }
);

both_worlds!(r08_state_event_and_reply_of_one_message_are_the_same, registry(), async |world: &World| {
    let conn = room(world, "r08").connect(Join::named("ann"));
    let (tell, mut heard) = heard();
    conn.on(move |posted: Posted| tell.send(posted).unwrap_or(()));
    let reply = conn.send_message("ann".into(), "é ✓ 😀 \0 \" \\ \n".into()).await.unwrap();
    assert_eq!(conn.get_messages().await.unwrap(), std::slice::from_ref(&reply));
    assert_eq!(heard.so_far(), [reply]);
});

both_worlds!(
    r22_an_update_for_an_unknown_player_changes_and_sends_nothing,
    registry(),
    async |world: &World| {
        let conn = room(world, "r22").connect(Join::named("ann"));
        let error = conn.whisper("nobody".into(), "x".into()).await.unwrap_err();
        assert_eq!(error.action(), Some(RoomError::NotHere { name: "nobody".into() }));
        assert_eq!(conn.get_messages().await.unwrap(), []);
    }
);

both_worlds!(
    r19_a_declared_error_comes_back_as_the_enum_and_any_other_is_internal,
    registry(),
    async |world: &World| {
        let room = room(world, "r19");
        let declared = room.whisper("eve".into(), "x".into()).await.unwrap_err();
        assert!(
            matches!(&declared, CallError::Action(RoomError::NotHere { name }) if name == "eve"),
            "{declared}"
        );
        let internal = room.fail().await.unwrap_err();
        let fault = internal.fault().expect("not declared");
        assert!(fault.is("rivetkit", "internal_error"), "{fault}");
        assert_eq!(fault.message(), "An internal error occurred");
        assert!(
            !format!("{internal} {internal:?}").contains("SECRET"),
            "its text is nowhere outside the log"
        );
        // A caller in the same process may ask what it came from; it crosses no wire.
        assert_eq!(std::error::Error::source(fault).is_some(), world.url.is_none());
    }
);

both_worlds!(a_panic_costs_one_call_and_none_of_its_changes_stay, registry(), async |world: &World| {
    let conn = room(world, "panic").connect(Join::named("ann"));
    let kept = conn.post("kept".into()).await.unwrap();
    let error = conn.change_and_panic().await.unwrap_err();
    assert!(error.fault().is_some_and(|fault| fault.code() == "internal_error"), "{error}");
    assert!(!format!("{error:?}").contains("SECRET"));
    assert_eq!(conn.get_messages().await.unwrap(), [kept]);
    assert_eq!(conn.read_diary().await.unwrap(), ["admit ann", "connect ann"]);
});

both_worlds!(calls_of_one_connection_run_in_the_order_sent, registry(), async |world: &World| {
    let conn = room(world, "order").connect(Join::named("ann"));
    let calls: Vec<_> = (0..200)
        .map(|n: u32| {
            let conn = conn.clone();
            async move {
                // Both kinds: one that may run at once, one that goes through the mailbox.
                if n.is_multiple_of(3) {
                    conn.post(n.to_string()).await
                } else {
                    conn.send_message("ann".into(), n.to_string()).await
                }
            }
        })
        .collect();
    futures_util::future::try_join_all(calls).await.unwrap();
    let texts: Vec<_> = conn.get_messages().await.unwrap().into_iter().map(|m| m.text).collect();
    assert_eq!(texts, (0..200).map(|n: u32| n.to_string()).collect::<Vec<_>>());
});

both_worlds!(parallel_calls_all_succeed_and_none_is_lost, registry(), async |world: &World| {
    let room = room(world, "parallel");
    let calls = (0..100).map(|n: u32| {
        let room = room.clone();
        tokio::spawn(async move { room.send_message("u".into(), n.to_string()).await.unwrap().text })
    });
    let texts: HashSet<_> = futures_util::future::try_join_all(calls).await.unwrap().into_iter().collect();
    assert_eq!(texts.len(), 100);
    assert_eq!(room.get_messages().await.unwrap().len(), 100);
});

both_worlds!(get_of_a_missing_actor_is_not_found_and_makes_nothing, registry(), async |world: &World| {
    let missing = world.client.get::<Room>("missing").with_params(Join::caller()).unwrap();
    for _ in 0..2 {
        let error = missing.get_messages().await.unwrap_err();
        assert!(error.fault().is_some_and(|fault| fault.is("actor", "not_found")), "{error}");
    }
    let error = missing.connect(Join::named("ann")).opened().await.unwrap_err();
    assert!(error.fault().is_some_and(|fault| fault.is("actor", "not_found")), "{error}");
});

/// Lets everybody in.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Shelf {
    books: Vec<String>,
}

#[actor]
impl Shelf {
    #[action]
    fn put(&mut self, book: String) -> usize {
        self.books.push(book);
        self.books.len()
    }
}

both_worlds!(
    create_makes_an_actor_once,
    Registry::new().in_memory().register::<Shelf>(),
    async |world: &World| {
        let shelf = world.client.create::<Shelf>("new").await.unwrap();
        let id = shelf.resolve().await.unwrap();
        let error = world.client.create::<Shelf>("new").await.unwrap_err();
        let fault = error.fault().expect("the server refused");
        assert!(fault.is("actor", "duplicate_key"), "{fault}");
        assert_eq!(fault.metadata().unwrap()["existing_actor_id"], id.to_string());
        assert_eq!(world.client.get::<Shelf>("new").resolve().await.unwrap(), id);
        let by_id = world.client.get_for_id::<Shelf>(id);
        assert_eq!(by_id.put("by id".into()).await.unwrap(), 1);
        assert_eq!(shelf.put("by key".into()).await.unwrap(), 2);
        let nobody = world.client.get_for_id::<Shelf>(ActorId::generate()).put("x".into()).await.unwrap_err();
        assert!(nobody.fault().is_some_and(|fault| fault.is("actor", "not_found")), "{nobody}");
    }
);

both_worlds!(a_handle_with_params_shows_them_where_it_is_resolved, registry(), async |world: &World| {
    let room = room(world, "resolved");
    let id = room.resolve().await.unwrap();
    let found = world.client.get::<Room>("resolved").with_params(Join::caller()).unwrap();
    assert_eq!(found.resolve().await.unwrap(), id);
    if world.url.is_some() {
        let error = world.client.get::<Room>("resolved").resolve().await.unwrap_err();
        assert!(error.fault().is_some_and(|fault| fault.is("actor", "invalid_params")), "{error}");
        let banned = world.client.get_or_create::<Room>("x").with_params(Join::named("banned")).unwrap();
        let error = banned.resolve().await.unwrap_err();
        assert!(error.fault().is_some_and(|fault| fault.code() == "banned"), "{error}");
    }
});

both_worlds!(an_unregistered_actor_is_a_clear_error, Registry::new().in_memory(), async |world: &World| {
    let error = room(world, "x").get_messages().await.unwrap_err();
    assert!(error.fault().is_some_and(|fault| fault.code() == "not_registered"), "{error}");
});
