//! Sleep: when an actor goes to sleep, and what it wakes with.

use super::*;

paused_world!(
    an_idle_actor_sleeps_and_wakes_at_the_next_call_with_its_state_and_identity,
    registry(),
    async |world: &World| {
        let sleeper = sleeper(world, "idle");
        sleeper.write("a".into()).await.unwrap();
        let id = sleeper.resolve().await.unwrap();
        pass_s(11).await;
        assert_eq!(sleeper.diary().await.unwrap(), ["wake", "a", "sleep", "wake"]);
        assert_eq!(sleeper.in_mind().await.unwrap(), [""; 0]);
        assert_eq!(sleeper.resolve().await.unwrap(), id);
        assert_eq!(world.client.get_for_id::<Sleeper>(id).diary().await.unwrap().len(), 4);
    }
);

paused_world!(a_used_actor_stays_awake, registry(), async |world: &World| {
    let sleeper = sleeper(world, "used");
    sleeper.write("a".into()).await.unwrap();
    for _ in 0..5 {
        pass_s(9).await;
        assert_eq!(sleeper.in_mind().await.unwrap(), ["a"]);
    }
    pass_s(9).await;
    let waiting = tokio::spawn({
        let sleeper = sleeper.clone();
        async move { sleeper.wait_for("used".into()).await }
    });
    pass_s(50).await;
    release("used");
    waiting.await.unwrap().unwrap();
    assert_eq!(sleeper.in_mind().await.unwrap(), ["a"], "a call under way is use");
});

paused_world!(
    a_call_under_way_holds_up_no_other_when_the_actor_would_sleep,
    registry(),
    async |world: &World| {
        let sleeper = sleeper(world, "long read");
        sleeper.write("a".into()).await.unwrap();
        let waiting = tokio::spawn({
            let sleeper = sleeper.clone();
            async move { sleeper.wait_for("long read".into()).await }
        });
        pass_s(30).await;
        let before = tokio::time::Instant::now();
        // Through the mailbox, beside the one that waits: it is what lets that one end.
        let second = sleeper.wait_for("long read, second".into());
        release("long read, second");
        second.await.unwrap();
        assert_eq!(before.elapsed().as_secs(), 0);
        release("long read");
        waiting.await.unwrap().unwrap();
        assert_eq!(sleeper.diary().await.unwrap(), ["wake", "a"]);
    }
);

paused_world!(an_open_connection_keeps_its_actor_awake, registry(), async |world: &World| {
    let sleeper = sleeper(world, "connected");
    let conn = sleeper.connect();
    conn.write("a".into()).await.unwrap();
    pass_s(100).await;
    assert_eq!(conn.in_mind().await.unwrap(), ["a"]);
    conn.close().await;
    pass_s(11).await;
    assert_eq!(sleeper.diary().await.unwrap(), ["wake", "a", "sleep", "wake"]);
});

paused_world!(an_actor_sleeps_when_it_asks_to, registry(), async |world: &World| {
    let sleeper = sleeper(world, "asks");
    sleeper.write("a".into()).await.unwrap();
    assert_eq!(sleeper.go_to_sleep().await.unwrap(), 2);
    pass_s(1).await;
    assert_eq!(sleeper.in_mind().await.unwrap(), [""; 0]);
    assert_eq!(sleeper.diary().await.unwrap(), ["wake", "a", "sleep", "wake"]);
    pass_s(9).await;
    assert_eq!(sleeper.diary().await.unwrap().len(), 4, "the wish is over");
});

paused_world!(what_on_sleep_sends_arrives_at_open_connections, registry(), async |world: &World| {
    let conn = sleeper(world, "words").connect();
    let (tell, mut told) = heard();
    conn.on(move |event: Told| tell.send(event.0).unwrap());
    conn.go_to_sleep().await.unwrap();
    assert_eq!(told.next().await, "sleep");
    pass_s(1).await;
    assert_eq!(conn.diary().await.unwrap(), ["wake", "sleep", "wake"], "the connection is the same");
});

/// Sleeps soon.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Napper;

#[actor(sleep_timeout = "50ms")]
impl Napper {
    #[on_sleep]
    fn doze(&mut self) {
        release("nap");
    }

    #[action]
    fn poke(&self) {}
}

/// With a paused clock all of the code between two moments takes no time; here it takes some.
#[tokio::test]
async fn an_actor_sleeps_by_a_clock_that_runs() {
    let registry = Registry::new().in_memory().register::<Napper>();
    registry.client().get_or_create::<Napper>("napper").poke().await.unwrap();
    let asleep = gate("nap");
    let asleep = tokio::time::timeout(std::time::Duration::from_secs(30), asleep.notified());
    asleep.await.expect("it sleeps when nobody needs it");
    registry.stop().await;
}
