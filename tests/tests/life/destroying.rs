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

/// Judges who comes, and lets itself be kept beyond its end.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Judged {
    name: String,
}

/// A message that never comes.
#[derive(Debug, Serialize, Deserialize)]
struct Never;

static KEPT: std::sync::Mutex<Vec<Ctx<Judged>>> = std::sync::Mutex::new(Vec::new());

#[actor(queues(Never))]
impl Judged {
    #[on_before_connect]
    fn admit(&self, _params: u32) {}

    #[action]
    fn keep(&mut self, ctx: &Ctx<Self>, name: String) {
        self.name = name;
        KEPT.lock().unwrap().push(ctx.clone());
    }

    #[action]
    fn name(&self) -> String {
        self.name.clone()
    }

    #[action]
    async fn wait(&mut self, ctx: &Ctx<Self>) -> bool {
        let queue = ctx.queue::<Never>();
        let message = tokio::time::timeout(std::time::Duration::from_secs(10), queue.next());
        message.await.is_ok_and(|message| message.is_none()) && ctx.is_cancelled()
    }

    #[action]
    fn work(&self, ctx: &Ctx<Self>) {
        let beside = ctx.clone();
        ctx.keep_awake(async move {
            beside.cancelled().await;
            note(&beside.key().to_string(), "told");
        });
    }

    #[action]
    fn destroy(&mut self, ctx: &Ctx<Self>) {
        ctx.destroy();
    }
}

paused_world!(
    a_call_by_identity_never_gets_to_the_next_actor_of_the_key,
    Registry::new().in_memory().register::<Judged>(),
    async |world: &World| {
        let first = world.client.create::<Judged>("by id").await.unwrap();
        first.keep("first".into()).await.unwrap();
        let id = first.resolve().await.unwrap();
        let by_id = world.client.get_for_id::<Judged>(id).with_params(1).unwrap();
        assert_eq!(by_id.name().await.unwrap(), "first");
        first.destroy().await.unwrap();
        pass_s(1).await;
        let second = world.client.create::<Judged>("by id").await.unwrap();
        second.keep("second".into()).await.unwrap();
        for error in [
            by_id.name().await.map(drop).unwrap_err(),
            by_id.resolve().await.map(drop).unwrap_err(),
            by_id.send_and_wait(Never, std::time::Duration::ZERO).await.map(drop).unwrap_err(),
        ] {
            assert!(error.fault().is_some_and(|fault| fault.is("actor", "not_found")), "{error}");
        }
        // Others have theirs there.
        KEPT.lock().unwrap().retain(|ctx| ctx.key().to_string() != "by id");
    }
);

paused_world!(
    who_calls_after_the_turn_that_destroys_is_told_that_it_is_gone,
    Registry::new().in_memory().register::<Judged>().register::<Flame>(),
    async |world: &World| {
        let judged = world.client.create::<Judged>("right after").await.unwrap();
        // Both begin on this task, one after the other, and the actor's own has not run in between.
        let (destroyed, after) = tokio::join!(judged.destroy(), judged.name());
        destroyed.unwrap();
        let error = after.unwrap_err();
        assert!(error.fault().is_some_and(|fault| fault.is("actor", "not_found")), "{error}");

        let flame = world.client.create::<Flame>("right after").await.unwrap();
        let flame = world.client.get_for_id::<Flame>(flame.resolve().await.unwrap());
        flame.burn().await.unwrap();
        flame.put_out().await.unwrap();
        let error = flame.burn().await.unwrap_err();
        assert!(error.fault().is_some_and(|fault| fault.is("actor", "not_found")), "{error}");
    }
);

/// Burns in memory.
#[derive(Debug, Default)]
struct Flame;

#[actor(ephemeral)]
impl Flame {
    #[action]
    fn burn(&self) {}

    #[action]
    fn put_out(&self, ctx: &Ctx<Self>) {
        ctx.destroy();
    }
}

paused_world!(
    a_destroy_tells_what_the_actor_does_to_stop,
    Registry::new().in_memory().register::<Judged>(),
    async |world: &World| {
        let judged = world.client.create::<Judged>("cancelled").await.unwrap();
        judged.work().await.unwrap();
        let before = tokio::time::Instant::now();
        judged.keep("kept".into()).await.unwrap();
        let waiting = tokio::spawn({
            let judged = judged.clone();
            async move { judged.wait().await }
        });
        pass(std::time::Duration::from_millis(100)).await;
        KEPT.lock().unwrap().iter().for_each(|ctx| {
            if ctx.key().to_string() == "cancelled" {
                ctx.destroy();
            }
        });
        let is_told = waiting.await.unwrap().unwrap();
        assert!(is_told, "its queue says that there will be no message");
        pass(std::time::Duration::from_millis(100)).await;
        assert_eq!(noted("cancelled"), ["told"]);
        assert!(before.elapsed() < std::time::Duration::from_secs(1));
        assert!(judged.name().await.is_err());
    }
);
