//! Actors that sleep with their connections open.

use super::*;

fn registry() -> Registry {
    Registry::new().in_memory().register::<Hall>()
}

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
