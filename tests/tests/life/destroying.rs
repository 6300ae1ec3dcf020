//! The end of an actor.

use super::*;

paused_world!(a_destroyed_actor_is_gone_and_its_key_is_free, registry(), async |world: &World| {
    let sleeper = sleeper(world, "doomed");
    let id = sleeper.resolve().await.unwrap();
    sleeper.write("a".into()).await.unwrap();
    sleeper.write_later(60_000).await.unwrap();
    assert_eq!(sleeper.destroy().await.unwrap(), 2, "the call that destroys is answered");
    pass_s(1).await;
    assert_eq!(noted("doomed"), ["destroyed with 2 lines"]);
    for _ in 0..2 {
        let error = world.client.get::<Sleeper>("doomed").diary().await.unwrap_err();
        assert!(error.fault().is_some_and(|fault| fault.is("actor", "not_found")), "{error}");
        let error = world.client.get_for_id::<Sleeper>(id).diary().await.unwrap_err();
        assert!(error.fault().is_some_and(|fault| fault.is("actor", "not_found")), "{error}");
    }
    let again = world.client.create::<Sleeper>("doomed").await.unwrap();
    assert_eq!(again.diary().await.unwrap(), ["wake"]);
    assert_ne!(again.resolve().await.unwrap(), id);
    pass_s(100).await;
    assert!(!again.diary().await.unwrap().contains(&"later".into()), "its schedules are gone too");
});

paused_world!(
    the_connections_of_a_destroyed_actor_are_closed_after_its_last_words,
    registry(),
    async |world: &World| {
        let first = sleeper(world, "closing");
        first.write("a".into()).await.unwrap();
        let conn = world.client.get::<Sleeper>("closing").connect();
        let (tell, mut heard_by_conn) = heard();
        conn.on({
            let tell = tell.clone();
            move |event: Told| tell.send(event.0).unwrap()
        });
        conn.on_error(move |error| tell.send(error.to_string()).unwrap());
        conn.destroy().await.unwrap();
        assert_eq!(heard_by_conn.next().await, "not yet");
        assert_eq!(heard_by_conn.next().await, "destroy");
        assert_eq!(heard_by_conn.next().await, "the connection is lost: closed with code 1000");
        assert!(heard_by_conn.next().await.contains("actor.not_found"), "it tries once to come back");
        assert_eq!(sleeper(world, "closing").diary().await.unwrap(), ["wake"], "nothing of it is passed on");
    }
);

paused_world!(
    who_calls_an_actor_while_it_is_destroyed_is_told_that_it_is_gone,
    registry(),
    async |world: &World| {
        let sleeper = sleeper(world, "crowd");
        let get = world.client.get::<Sleeper>("crowd");
        let waiting = tokio::spawn({
            let sleeper = sleeper.clone();
            async move { sleeper.wait_for("crowd".into()).await }
        });
        pass(std::time::Duration::from_millis(1)).await;
        // Behind the one that waits: first the end, then those who come too late.
        let destroyed = sleeper.destroy();
        let late: Vec<_> = (0..50).map(|n: u32| get.write(n.to_string())).collect();
        let (destroyed, late, ()) =
            tokio::join!(destroyed, futures_util::future::join_all(late), async { release("crowd") });
        waiting.await.unwrap().unwrap();
        destroyed.unwrap();
        for late in late {
            let error = late.unwrap_err();
            assert!(error.fault().is_some_and(|fault| fault.is("actor", "not_found")), "{error}");
        }
    }
);
