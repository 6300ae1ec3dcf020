//! Publishing: what `broadcast` and `send` promise. The ids in the names are those of `tests/README.md`.
#![allow(clippy::unwrap_used)]

use callboard_tests::{
    Cleared, Join, Moved, Odd, Renamed, RoomError, Welcome, Whispered, World, both_worlds, forward, hear,
    heard, join, member, release, room, room_registry as registry, settle,
};

both_worlds!(l01_broadcast_and_send_both_reach_a_client, registry(), async |world: &World| {
    let room = room(world, "l01");
    let (conn, mut posted) = member(&room, "ann").await;
    let mut whispered = hear::<Whispered>(&conn).await;
    let message = room.post("to all".into()).await.unwrap();
    room.whisper("ann".into(), "to one".into()).await.unwrap();
    assert_eq!(posted.next().await, message);
    assert_eq!(whispered.next().await.text, "to one");
});

both_worlds!(
    l03_one_broadcast_gives_each_subscriber_one_delivery_and_a_later_one_none,
    registry(),
    async |world: &World| {
        let room = room(world, "l03");
        let (ann, mut to_ann) = member(&room, "ann").await;
        let (bob, mut to_bob) = member(&room, "bob").await;
        let message = ann.post("hello".into()).await.unwrap();
        let (eve, mut to_eve) = member(&room, "eve").await;
        settle(&bob).await;
        settle(&eve).await;
        assert_eq!(to_ann.so_far(), std::slice::from_ref(&message), "the caller's own included");
        assert_eq!(to_bob.so_far(), [message]);
        assert_eq!(to_eve.so_far(), []);
    }
);

both_worlds!(l04_broadcast_with_no_connections_succeeds, registry(), async |world: &World| {
    assert_eq!(room(world, "l04").post("anyone?".into()).await.unwrap().text, "anyone?");
});

both_worlds!(l09_r18_send_reaches_that_connection_only, registry(), async |world: &World| {
    let room = room(world, "l09");
    let (ann, bob, eve) = (join(&room, "ann").await, join(&room, "bob").await, join(&room, "eve").await);
    let (mut to_ann, mut to_bob, mut to_eve) =
        (hear::<Whispered>(&ann).await, hear::<Whispered>(&bob).await, hear::<Whispered>(&eve).await);
    ann.whisper("bob".into(), "psst".into()).await.unwrap();
    settle(&bob).await;
    settle(&eve).await;
    assert_eq!(to_bob.so_far(), [Whispered { from: "ann".into(), text: "psst".into() }]);
    assert_eq!((to_ann.so_far(), to_eve.so_far()), (vec![], vec![]));
});

both_worlds!(
    l14_r25_sending_while_one_disconnects_skips_nobody_and_tells_who_is_gone,
    registry(),
    async |world: &World| {
        let room = room(world, "l14");
        let ann = join(&room, "ann").await;
        let bob = join(&room, "bob").await;
        let eve = join(&room, "eve").await;
        let (mut to_ann, mut to_eve) = (hear::<Renamed>(&ann).await, hear::<Renamed>(&eve).await);
        let told = ann.tell_each("news".into(), "bob".into()).await.unwrap();
        assert_eq!(told, 2, "`send` says whether it was handed over");
        bob.close().await;
        settle(&eve).await;
        assert_eq!(to_ann.next().await.0, "news");
        assert_eq!(to_eve.next().await.0, "news");
        while ann.who_is_here().await.unwrap().len() > 2 {}
        let told = ann.tell_each("more".into(), "nobody".into()).await.unwrap();
        assert_eq!(told, 2, "who is gone is not in the list");
    }
);

both_worlds!(
    r01_an_event_sent_early_in_a_long_action_arrives_before_the_reply,
    registry(),
    async |world: &World| {
        let room = room(world, "r01");
        let ann = join(&room, "ann").await;
        let mut announced = hear::<Renamed>(&ann).await;
        let gate = format!("r01 {}", world.url.is_some());
        let call = tokio::spawn({
            let (ann, gate) = (ann.clone(), gate.clone());
            async move { ann.announce_and_wait(gate).await.unwrap() }
        });
        assert_eq!(announced.next().await.0, gate);
        assert!(!call.is_finished(), "the action still waits");
        release(&gate);
        assert_eq!(call.await.unwrap(), gate);
    }
);

both_worlds!(
    r10_an_event_sent_before_an_action_returns_arrives_before_the_reply,
    registry(),
    async |world: &World| {
        let (ann, mut posted) = member(&room(world, "r10"), "ann").await;
        for _ in 0..50 {
            let message = ann.send_message("ann".into(), "hi".into()).await.unwrap();
            assert_eq!(posted.so_far(), [message], "the listener has run when the call returns");
        }
    }
);

both_worlds!(
    r20_a_failing_action_sends_nothing_after_its_failure_and_kills_nothing,
    registry(),
    async |world: &World| {
        let ann = join(&room(world, "r20"), "ann").await;
        let mut renamed = hear::<Renamed>(&ann).await;
        let error = ann.announce_and_fail().await.unwrap_err();
        assert_eq!(error.action(), Some(RoomError::Closed));
        assert_eq!(renamed.so_far(), [Renamed("before".into())]);
        assert_eq!(ann.get_messages().await.unwrap(), [], "actor and connection live on");
    }
);

both_worlds!(r21_all_but_the_sender_by_connection_or_by_player, registry(), async |world: &World| {
    let room = room(world, "r21");
    let (tab1, tab2, bob) = (join(&room, "ann").await, join(&room, "ann").await, join(&room, "bob").await);
    let (mut to1, mut to2, mut to_bob) =
        (hear::<Moved>(&tab1).await, hear::<Moved>(&tab2).await, hear::<Moved>(&bob).await);
    tab1.step(1.0, -2.5).await.unwrap();
    tab1.step_with_all_tabs(3.0, 4.0).await.unwrap();
    settle(&tab2).await;
    settle(&bob).await;
    assert_eq!(to1.so_far(), []);
    assert_eq!(to2.so_far(), [Moved("ann".into(), 1.0, -2.5)], "the other tab of the same player");
    assert_eq!(to_bob.so_far(), [Moved("ann".into(), 1.0, -2.5), Moved("ann".into(), 3.0, 4.0)]);
});

both_worlds!(l21_r39_events_of_every_shape_arrive, registry(), async |world: &World| {
    let ann = join(&room(world, "l21"), "ann").await;
    let mut cleared = hear::<Cleared>(&ann).await;
    let mut renamed = hear::<Renamed>(&ann).await;
    ann.clear().await.unwrap();
    ann.tell_each("new name".into(), "nobody".into()).await.unwrap();
    assert_eq!(cleared.so_far(), [Cleared]);
    assert_eq!(renamed.so_far(), [Renamed("new name".into())]);
});

both_worlds!(an_event_sent_in_on_connect_arrives_after_the_first_frame, registry(), async |world: &World| {
    let conn = room(world, "welcome").connect(Join::named("ann"));
    let (tell, mut welcomed) = heard();
    conn.on(forward::<Welcome>(tell));
    assert_eq!(welcomed.next().await, Welcome { name: "ann".into(), here: 1 });
});

both_worlds!(
    an_event_over_the_outgoing_limit_is_an_error_to_the_actor_and_closes_nobody,
    registry(),
    async |world: &World| {
        let ann = join(&room(world, "large"), "ann").await;
        let mut renamed = hear::<Renamed>(&ann).await;
        assert!(!ann.send_large(2 * 1024 * 1024).await.unwrap());
        assert!(ann.send_large(200 * 1024).await.unwrap());
        assert_eq!(renamed.so_far().len(), 1);
    }
);

#[tokio::test]
async fn a_payload_that_cannot_be_encoded_is_an_error_to_the_actor_and_closes_nobody() {
    let world = World::network(registry()).await;
    let ann = join(&room(&world, "odd"), "ann").await;
    let _odd = hear::<Odd>(&ann).await;
    assert!(!ann.send_odd().await.unwrap());
    settle(&ann).await;
    world.stop().await;
}
