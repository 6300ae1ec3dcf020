//! The life of an actor: it wakes, sleeps, and is destroyed, with the hooks around all that.
#![allow(clippy::unwrap_used)]
#![allow(clippy::manual_assert, clippy::unnecessary_wraps)]

use callboard::prelude::*;
use callboard_tests::{World, both_worlds, gate, heard, note, noted, pass, pass_s, paused_world, release};

/// Told to everyone who is connected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Told(String);

/// Keeps a diary of its life.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Sleeper {
    diary: Vec<String>,
    /// Lost in sleep.
    #[serde(skip)]
    in_mind: Vec<String>,
}

#[actor(sleep_timeout = "10s", events(Told))]
impl Sleeper {
    #[on_wake]
    fn wake(&mut self) {
        self.diary.push("wake".into());
    }

    #[on_sleep]
    async fn doze(&mut self, ctx: &Ctx<Self>) {
        self.diary.push("sleep".into());
        ctx.broadcast(&Told("sleep".into()));
    }

    #[on_destroy]
    fn end(&mut self, ctx: &Ctx<Self>) -> Result<(), std::io::Error> {
        note(&ctx.key().to_string(), format!("destroyed with {} lines", self.diary.len()));
        ctx.broadcast(&Told("destroy".into()));
        Ok(())
    }

    #[action]
    fn write(&mut self, text: String) -> usize {
        self.diary.push(text.clone());
        self.in_mind.push(text);
        self.diary.len()
    }

    #[action]
    fn diary(&self) -> Vec<String> {
        self.diary.clone()
    }

    #[action]
    fn in_mind(&self) -> Vec<String> {
        self.in_mind.clone()
    }

    #[action]
    fn go_to_sleep(&mut self, ctx: &Ctx<Self>) -> usize {
        ctx.sleep();
        self.diary.len()
    }

    #[action]
    fn destroy(&mut self, ctx: &Ctx<Self>) -> usize {
        ctx.destroy();
        ctx.broadcast(&Told("not yet".into()));
        self.diary.len()
    }

    #[action]
    fn work(&self, ctx: &Ctx<Self>, until: String) {
        ctx.keep_awake(async move { gate(&until).notified().await });
    }

    #[action]
    fn finish_before_sleep(&self, ctx: &Ctx<Self>, until: String) {
        ctx.wait_until(async move { gate(&until).notified().await });
    }

    /// Writes beside the actor's turns, and through one, once it may; notes what became of it.
    #[action]
    fn write_beside(&self, ctx: &Ctx<Self>, how: String, until: String) {
        let beside = ctx.clone();
        let work = async move {
            gate(&until).notified().await;
            let turn = beside.turn(|sleeper| sleeper.diary.push("turn".into())).await;
            let call = beside.client().get::<Self>(beside.key()).write("call".into()).await;
            let scheduled =
                beside.after(std::time::Duration::ZERO, SleeperAction::Write { text: "later".into() });
            note(&until, turn.map_or_else(|fault| fault.to_string(), |()| "turn".into()));
            note(&until, call.map_or_else(|error| error.to_string(), |_| "call".into()));
            note(&until, scheduled.map_or_else(|error| error.to_string(), |_| "scheduled".into()));
        };
        if how == "keep_awake" {
            ctx.keep_awake(work);
        } else {
            ctx.wait_until(work);
        }
    }

    #[action]
    async fn turn_in_a_turn(&mut self, ctx: &Ctx<Self>) -> String {
        ctx.turn(|_| ()).await.unwrap_err().to_string()
    }

    #[action]
    async fn turn_in_a_read(&self, ctx: &Ctx<Self>) -> String {
        ctx.turn(|_| ()).await.unwrap_err().to_string()
    }

    #[action]
    async fn wait_for(&self, until: String) {
        gate(&until).notified().await;
    }

    #[action]
    fn write_later(&self, ctx: &Ctx<Self>, ms: u64) {
        ctx.after(std::time::Duration::from_millis(ms), SleeperAction::Write { text: "later".into() })
            .unwrap();
    }
}

fn registry() -> Registry {
    Registry::new()
        .in_memory()
        .register::<Sleeper>()
        .register::<Hall>()
        .register::<Watched>()
        .register::<Runner>()
        .register::<Fleeting>()
}

fn sleeper(world: &World, key: &str) -> SleeperHandle {
    world.client.get_or_create::<Sleeper>(key)
}

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

paused_world!(work_keeps_its_actor_awake_until_it_has_ended, registry(), async |world: &World| {
    let sleeper = sleeper(world, "work");
    sleeper.write("a".into()).await.unwrap();
    sleeper.work("work".into()).await.unwrap();
    pass_s(100).await;
    assert_eq!(sleeper.in_mind().await.unwrap(), ["a"]);
    sleeper.go_to_sleep().await.unwrap();
    pass_s(100).await;
    assert_eq!(sleeper.in_mind().await.unwrap(), ["a"], "even if the actor asks to sleep");
    release("work");
    pass_s(11).await;
    assert_eq!(sleeper.diary().await.unwrap(), ["wake", "a", "sleep", "wake"]);
});

paused_world!(an_actor_does_not_sleep_before_the_work_that_must_end, registry(), async |world: &World| {
    let sleeper = sleeper(world, "finish");
    sleeper.finish_before_sleep("finish".into()).await.unwrap();
    sleeper.go_to_sleep().await.unwrap();
    pass_s(5).await;
    let before = tokio::time::Instant::now();
    assert_eq!(sleeper.diary().await.unwrap(), ["wake"], "it does what comes meanwhile");
    assert_eq!(before.elapsed().as_secs(), 0);
    release("finish");
    pass_s(1).await;
    assert_eq!(sleeper.diary().await.unwrap(), ["wake", "sleep", "wake"], "at once after that");

    sleeper.finish_before_sleep("finish never".into()).await.unwrap();
    pass_s(24).await;
    assert_eq!(sleeper.diary().await.unwrap().len(), 3);
    pass_s(26).await;
    assert_eq!(sleeper.diary().await.unwrap().len(), 5, "15 s is enough");
});

paused_world!(work_beside_the_turns_can_take_one, registry(), async |world: &World| {
    for how in ["keep_awake", "wait_until"] {
        let (sleeper, until) = (sleeper(world, how), format!("beside {how}"));
        sleeper.write_beside(how.into(), until.clone()).await.unwrap();
        sleeper.go_to_sleep().await.unwrap();
        pass_s(5).await;
        let before = tokio::time::Instant::now();
        release(&until);
        pass(std::time::Duration::from_millis(100)).await;
        assert_eq!(noted(&until), ["turn", "call", "scheduled"]);
        let diary = sleeper.diary().await.unwrap();
        assert_eq!(diary[..3], ["wake", "turn", "call"], "before it sleeps");
        assert_eq!(diary.iter().filter(|line| *line == "later").count(), 1);
        assert_eq!(before.elapsed().as_secs(), 0);
    }
});

paused_world!(work_that_outlives_its_actor_wakes_it_and_is_told_so, registry(), async |world: &World| {
    let sleeper = sleeper(world, "outlived");
    sleeper.write_beside("wait_until".into(), "outlived".into()).await.unwrap();
    sleeper.go_to_sleep().await.unwrap();
    pass_s(20).await;
    release("outlived");
    pass_s(1).await;
    assert_eq!(noted("outlived"), ["turn", "call", "the actor has gone to sleep"]);
    assert_eq!(sleeper.diary().await.unwrap(), ["wake", "sleep", "wake", "turn", "call"]);
});

paused_world!(a_turn_in_a_turn_is_an_error_at_once, registry(), async |world: &World| {
    let sleeper = sleeper(world, "in a turn");
    let before = tokio::time::Instant::now();
    let (write, read) = (sleeper.turn_in_a_turn().await.unwrap(), sleeper.turn_in_a_read().await.unwrap());
    assert!(
        write.ends_with("sleeper/in a turn.turnInATurn -> sleeper/in a turn.turn. (actor.deadlock)"),
        "{write}"
    );
    assert!(
        read.ends_with("sleeper/in a turn.turnInARead -> sleeper/in a turn.turn. (actor.deadlock)"),
        "{read}"
    );
    assert_eq!(before.elapsed().as_secs(), 0);
});

#[tokio::test(start_paused = true)]
async fn work_that_a_stop_waits_for_gets_no_turn_and_is_told_at_once() {
    let registry = registry();
    let sleeper = registry.client().get_or_create::<Sleeper>("stopping");
    sleeper.write_beside("wait_until".into(), "stopping".into()).await.unwrap();
    let began = tokio::time::Instant::now();
    let stopped = async {
        registry.stop().await;
        began.elapsed().as_secs()
    };
    let ((), stopped) = tokio::join!(
        async {
            pass_s(5).await;
            release("stopping");
        },
        stopped
    );
    assert_eq!(stopped, 5);
    let unavailable = "The server is stopping. (guard.service_unavailable)";
    assert_eq!(noted("stopping"), [unavailable, unavailable, "scheduled"]);
}

#[tokio::test(start_paused = true)]
async fn a_stop_waits_for_work_that_must_end() {
    let registry = registry();
    let sleeper = registry.client().get_or_create::<Sleeper>("stop");
    sleeper.finish_before_sleep("stop".into()).await.unwrap();
    let ended = async {
        pass_s(5).await;
        release("stop");
        tokio::time::Instant::now()
    };
    let stopped = async {
        registry.stop().await;
        tokio::time::Instant::now()
    };
    let (ended, stopped) = tokio::join!(ended, stopped);
    assert!(stopped >= ended);
}

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

/// A hall that sleeps with its guests in it.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Hall {
    said: Vec<String>,
    #[serde(skip)]
    in_mind: Vec<String>,
}

/// What the hall remembers about a guest.
#[derive(Debug, Clone)]
struct Guest {
    name: String,
    seat: u32,
}

#[actor(sleep_timeout = "10s", hibernate, events(Told))]
impl Hall {
    #[on_before_connect]
    fn admit(&self, name: String) -> Guest {
        Guest { name, seat: 0 }
    }

    #[on_disconnect]
    fn part(&mut self, conn: &Conn<Self>) {
        self.said.push(format!("{} left", conn.state().name));
    }

    #[on_wake]
    fn wake(&mut self) {
        self.said.push("wake".into());
    }

    #[action]
    fn say(&mut self, ctx: &Ctx<Self>, text: String) {
        self.said.push(text.clone());
        self.in_mind.push(text.clone());
        ctx.broadcast(&Told(text));
    }

    #[action]
    async fn say_after_a_while(&mut self, ctx: &Ctx<Self>, text: String) {
        tokio::task::yield_now().await;
        self.say(ctx, text);
    }

    #[action]
    fn sit(&self, conn: &Conn<Self>, seat: u32) {
        conn.update_state(|guest| guest.seat = seat);
    }

    #[action]
    fn guests(&self, ctx: &Ctx<Self>) -> Vec<(ConnId, String, u32, String)> {
        let guest = |conn: Conn<Self>| {
            (conn.id(), conn.state().name.clone(), conn.state().seat, conn.params().clone())
        };
        ctx.conns().map(guest).collect()
    }

    #[action]
    fn said(&self) -> Vec<String> {
        self.said.clone()
    }

    #[action]
    fn in_mind(&self) -> Vec<String> {
        self.in_mind.clone()
    }

    #[action]
    fn go_to_sleep(&mut self, ctx: &Ctx<Self>) {
        self.in_mind.push("awake".into());
        ctx.sleep();
    }
}

fn hall(world: &World, key: &str) -> HallHandle {
    world.client.get_or_create::<Hall>(key)
}

paused_world!(
    a_hibernating_actor_sleeps_and_its_connections_stay_as_they_are,
    registry(),
    async |world: &World| {
        let hall = hall(world, "hibernating");
        let (ann, bob) = (hall.connect("ann".into()), hall.connect("bob".into()));
        let (tell, mut told) = heard();
        ann.on(move |event: Told| tell.send(event.0).unwrap());
        ann.sit(7).await.unwrap();
        bob.say("first".into()).await.unwrap();
        let ids = [ann.id().unwrap(), bob.id().unwrap()];
        pass_s(100).await;
        assert_eq!(hall.in_mind().await.unwrap(), [""; 0], "it slept");
        assert_eq!([ann.id().unwrap(), bob.id().unwrap()], ids, "nobody came anew");
        assert_eq!(
            hall.guests().await.unwrap(),
            [(ids[0], "ann".into(), 7, "ann".into()), (ids[1], "bob".into(), 0, "bob".into())]
        );
        hall.say("second".into()).await.unwrap();
        assert_eq!(told.next().await, "first");
        assert_eq!(told.next().await, "second", "the subscription is in force");
    }
);

paused_world!(calls_on_a_connection_wake_a_hibernating_actor_in_order, registry(), async |world: &World| {
    let hall = hall(world, "order");
    let conn = hall.connect("ann".into());
    conn.say("x".into()).await.unwrap();
    for round in 0..10 {
        pass_s(100).await;
        let calls = (0..20).map(|n: u32| {
            let conn = conn.clone();
            async move {
                let text = format!("{round}.{n}");
                if n.is_multiple_of(3) { conn.say(text).await } else { conn.say_after_a_while(text).await }
            }
        });
        futures_util::future::try_join_all(calls).await.unwrap();
    }
    let said = hall.said().await.unwrap();
    let expected: Vec<_> = (0..10)
        .flat_map(|round| {
            std::iter::once("wake".to_owned()).chain((0..20).map(move |n| format!("{round}.{n}")))
        })
        .collect();
    assert_eq!(said[2..], expected);
});

paused_world!(
    a_connection_that_leaves_a_hibernating_actor_runs_its_hook_and_is_gone_from_the_list,
    registry(),
    async |world: &World| {
        let hall = hall(world, "leaving");
        let (ann, bob) = (hall.connect("ann".into()), hall.connect("bob".into()));
        ann.opened().await.unwrap();
        bob.opened().await.unwrap();
        pass_s(100).await;
        bob.close().await;
        pass_s(1).await;
        assert_eq!(hall.said().await.unwrap(), ["wake", "wake", "bob left"]);
        let names: Vec<_> = hall.guests().await.unwrap().into_iter().map(|guest| guest.1).collect();
        assert_eq!(names, ["ann"]);
    }
);

both_worlds!(a_connection_outlives_its_actors_sleep, registry(), async |world: &World| {
    let hall = hall(world, "both").with_params("guide".into()).unwrap();
    let conn = hall.connect("ann".into());
    let (tell, mut told) = heard();
    conn.on(move |event: Told| tell.send(event.0).unwrap());
    conn.sit(7).await.unwrap();
    let id = conn.id().unwrap();
    conn.go_to_sleep().await.unwrap();
    // A call that comes before it sleeps finds it awake; one after finds it with nothing in mind.
    while !conn.in_mind().await.unwrap().is_empty() {
        conn.go_to_sleep().await.unwrap();
    }
    hall.say("good morning".into()).await.unwrap();
    assert_eq!(told.next().await, "good morning");
    assert_eq!(hall.guests().await.unwrap(), [(id, "ann".to_owned(), 7, "ann".to_owned())]);
    assert_eq!(conn.id(), Some(id));
});

/// Tells its watchers of every change.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Watched {
    value: u32,
}

#[actor(events(Told))]
impl Watched {
    #[on_connect]
    fn greet(&mut self) {
        self.value += 100;
    }

    #[on_state_change]
    fn changed(&self, ctx: &Ctx<Self>) {
        assert_ne!(self.value, 113, "an unlucky number");
        ctx.broadcast(&Told(self.value.to_string()));
    }

    #[action]
    fn add(&mut self, n: u32) -> u32 {
        self.value += n;
        self.value
    }

    #[action]
    async fn add_in_two_steps(&mut self, n: u32) {
        self.value += n;
        tokio::task::yield_now().await;
        self.value += n;
    }

    #[action]
    fn value(&self) -> u32 {
        self.value
    }

    #[action]
    fn add_and_panic(&mut self) {
        self.value += 1;
        panic!("after a change");
    }
}

paused_world!(
    every_turn_that_changed_the_state_is_told_once_before_its_answer,
    registry(),
    async |world: &World| {
        let watched = world.client.get_or_create::<Watched>("watched");
        let conn = watched.connect();
        let (tell, mut told) = heard();
        conn.on(move |event: Told| tell.send(event.0).unwrap());
        conn.add(1).await.unwrap();
        let told_of_hooks_and_calls = told.so_far();
        assert_eq!(told_of_hooks_and_calls.last().map(String::as_str), Some("101"), "before the answer");
        conn.add_in_two_steps(2).await.unwrap();
        assert_eq!(told.so_far(), ["105"], "once, after the last step");
        conn.value().await.unwrap();
        conn.add_and_panic().await.unwrap_err();
        assert_eq!(told.so_far(), [""; 0], "a read changes nothing, nor does what was taken back");
        assert_eq!(conn.value().await.unwrap(), 105);
    }
);

paused_world!(a_change_of_a_hook_is_told_too, registry(), async |world: &World| {
    let watched = world.client.get_or_create::<Watched>("watched hooks");
    let conn = watched.connect();
    let (tell, mut told) = heard();
    conn.on(move |event: Told| tell.send(event.0).unwrap());
    conn.value().await.unwrap();
    watched.connect().opened().await.unwrap();
    conn.value().await.unwrap();
    assert_eq!(told.so_far(), ["200"]);
});

paused_world!(a_panic_in_on_state_change_takes_the_change_back, registry(), async |world: &World| {
    let watched = world.client.get_or_create::<Watched>("watched panic");
    watched.add(100).await.unwrap();
    let error = watched.add(13).await.unwrap_err();
    assert!(error.fault().is_some_and(|fault| fault.code() == "internal_error"), "{error}");
    assert_eq!(watched.value().await.unwrap(), 100);
    assert_eq!(watched.add(5).await.unwrap(), 105);
});

/// Has something to do by itself.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Runner {
    laps: u32,
}

/// Notes when it is dropped.
struct Leaves(String);

impl Drop for Leaves {
    fn drop(&mut self) {
        note(&self.0, "left");
    }
}

#[actor(sleep_timeout = "10s")]
impl Runner {
    #[run]
    async fn run(ctx: Ctx<Self>) -> Result<(), Fault> {
        let key = ctx.key().to_string();
        let _leaves = Leaves(key.clone());
        if key == "runner that panics" {
            panic!("before the first lap");
        }
        for _ in 0..3 {
            let laps = ctx.turn(|runner| {
                runner.laps += 1;
                runner.laps
            });
            note(&key, format!("lap {}", laps.await?));
            tokio::time::sleep(std::time::Duration::from_secs(5)).await;
        }
        std::future::pending().await
    }

    #[action]
    fn laps(&self) -> u32 {
        self.laps
    }
}

paused_world!(run_starts_at_each_wake_and_is_cancelled_at_each_sleep, registry(), async |world: &World| {
    let runner = world.client.get_or_create::<Runner>("runner");
    runner.laps().await.unwrap();
    pass_s(12).await;
    assert_eq!(runner.laps().await.unwrap(), 3);
    pass_s(5).await;
    assert_eq!(noted("runner"), ["lap 1", "lap 2", "lap 3"], "it runs as long as the actor is awake");
    pass_s(15).await;
    assert_eq!(noted("runner"), ["lap 1", "lap 2", "lap 3", "left"]);
    runner.laps().await.unwrap();
    pass_s(1).await;
    assert_eq!(noted("runner")[4..], ["lap 4"]);
    assert_eq!(runner.laps().await.unwrap(), 4);
});

paused_world!(a_panic_in_run_leaves_the_actor_as_it_is, registry(), async |world: &World| {
    let runner = world.client.get_or_create::<Runner>("runner that panics");
    assert_eq!(runner.laps().await.unwrap(), 0);
    pass_s(1).await;
    assert_eq!(noted("runner that panics"), ["left"]);
    assert_eq!(runner.laps().await.unwrap(), 0);
});

/// Lives in memory only; serde knows nothing of it.
#[derive(Debug, Default)]
struct Fleeting {
    notes: Vec<String>,
}

#[actor(ephemeral, sleep_timeout = "10s")]
impl Fleeting {
    #[on_create]
    fn create(notes: Vec<String>) -> Self {
        Self { notes }
    }

    #[on_sleep]
    fn doze(&mut self, ctx: &Ctx<Self>) {
        note(&ctx.key().to_string(), format!("forgets {} notes", self.notes.len()));
    }

    #[action]
    fn write(&mut self, text: String) -> usize {
        self.notes.push(text);
        self.notes.len()
    }

    #[action]
    fn write_and_panic(&mut self, ctx: &Ctx<Self>) {
        self.notes.push("a lie".into());
        ctx.after(std::time::Duration::from_secs(1), FleetingAction::Write { text: "later".into() }).unwrap();
        panic!("after a change");
    }

    #[action]
    fn write_later(&self, ctx: &Ctx<Self>, ms: u64) {
        ctx.after(std::time::Duration::from_millis(ms), FleetingAction::Write { text: "later".into() })
            .unwrap();
    }

    #[action]
    fn notes(&self) -> Vec<String> {
        self.notes.clone()
    }
}

fn fleeting(world: &World, key: &str) -> FleetingHandle {
    world.client.get_or_create_with::<Fleeting>(key, vec!["first".to_owned()]).unwrap()
}

paused_world!(an_ephemeral_actor_is_gone_when_it_sleeps, registry(), async |world: &World| {
    let actor = fleeting(world, "fleeting");
    assert_eq!(actor.write("a".into()).await.unwrap(), 2);
    pass_s(9).await;
    assert_eq!(actor.notes().await.unwrap(), ["first", "a"]);
    pass_s(11).await;
    assert_eq!(noted("fleeting"), ["forgets 2 notes"]);
    let error = world.client.get::<Fleeting>("fleeting").notes().await.unwrap_err();
    assert!(error.fault().is_some_and(|fault| fault.is("actor", "not_found")), "{error}");
    assert_eq!(actor.notes().await.unwrap(), ["first"], "a new one of the same key");
});

paused_world!(an_ephemeral_actor_stays_while_it_has_a_schedule, registry(), async |world: &World| {
    let actor = fleeting(world, "fleeting schedule");
    actor.write_later(60_000).await.unwrap();
    pass_s(65).await;
    assert_eq!(actor.notes().await.unwrap(), ["first", "later"]);
    pass_s(11).await;
    assert_eq!(noted("fleeting schedule"), ["forgets 2 notes"]);
});

paused_world!(an_ephemeral_actor_that_panics_starts_anew, registry(), async |world: &World| {
    let actor = fleeting(world, "fleeting panic");
    actor.write("a".into()).await.unwrap();
    actor.write_and_panic().await.unwrap_err();
    assert_eq!(actor.notes().await.unwrap(), ["first"]);
    pass_s(5).await;
    assert_eq!(actor.notes().await.unwrap(), ["first"], "what the failed call scheduled does not run");
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
