//! `#[on_state_change]`: what is told of a change.

use std::{
    collections::HashMap,
    sync::atomic::{AtomicU32, Ordering},
};

use super::*;

fn registry() -> Registry {
    Registry::new().in_memory().register::<Watched>().register::<Counting>().register::<Fleeting>()
}

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

    /// There and back, within one turn.
    #[action]
    async fn add_and_take_back(&mut self, n: u32) {
        self.value += n;
        tokio::task::yield_now().await;
        self.value -= n;
    }

    #[action]
    fn set(&mut self, value: u32) {
        self.value = value;
    }

    #[action]
    fn go_to_sleep(&mut self, ctx: &Ctx<Self>) {
        ctx.sleep();
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

paused_world!(a_turn_that_changed_nothing_is_not_told, registry(), async |world: &World| {
    let watched = world.client.get_or_create::<Watched>("unchanged");
    let conn = watched.connect();
    let (tell, mut told) = heard();
    conn.on(move |event: Told| tell.send(event.0).unwrap());
    conn.value().await.unwrap();
    let _first = told.so_far();
    for call in
        [conn.add(0).await.is_ok(), conn.add_and_take_back(5).await.is_ok(), conn.set(100).await.is_ok()]
    {
        assert!(call);
    }
    conn.go_to_sleep().await.unwrap();
    conn.add(0).await.unwrap();
    assert_eq!(told.so_far(), [""; 0]);
    conn.set(0).await.unwrap();
    conn.set(100).await.unwrap();
    conn.set(100).await.unwrap();
    assert_eq!(told.so_far(), ["0", "100"], "back to what was saved is a change too");
});

/// Counts how often it was told of a change, and what it was told of has maps, whose order is another one in each.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Counting {
    pages: HashMap<u32, u32>,
    told: AtomicU32,
}

#[actor(sleep_timeout = "1s")]
impl Counting {
    #[on_wake]
    fn wake(&mut self) {}

    #[on_state_change]
    fn changed(&self) {
        self.told.fetch_add(1, Ordering::Relaxed);
    }

    #[action]
    fn fill(&mut self, count: u32) {
        self.pages = (0..count).map(|n| (n, n)).collect();
    }

    #[action]
    fn nothing(&mut self) {}

    #[action]
    fn panic(&mut self) {
        self.pages.clear();
        panic!("after a change");
    }

    #[action]
    fn told(&self) -> u32 {
        self.told.load(Ordering::Relaxed)
    }
}

paused_world!(
    what_the_hook_itself_changes_is_saved_with_the_turn_and_is_no_change_of_the_next_one,
    registry(),
    async |world: &World| {
        let counting = world.client.get_or_create::<Counting>("hook");
        counting.nothing().await.unwrap();
        assert_eq!(counting.told().await.unwrap(), 0);
        counting.fill(1).await.unwrap();
        counting.nothing().await.unwrap();
        assert_eq!(counting.told().await.unwrap(), 1);
        counting.panic().await.unwrap_err();
        assert_eq!(counting.told().await.unwrap(), 1, "as it was saved");
    }
);

paused_world!(an_actor_that_wakes_has_not_changed, registry(), async |world: &World| {
    let counting = world.client.get_or_create::<Counting>("order");
    counting.fill(1_000).await.unwrap();
    for _ in 0..3 {
        pass_s(10).await;
        counting.nothing().await.unwrap();
        counting.panic().await.unwrap_err();
        counting.nothing().await.unwrap();
    }
    assert_eq!(counting.told().await.unwrap(), 1);
});

/// Its state has no bytes that could be compared.
#[derive(Debug, Default)]
struct Fleeting {
    told: AtomicU32,
}

#[actor(ephemeral)]
impl Fleeting {
    #[on_state_change]
    fn changed(&self) {
        self.told.fetch_add(1, Ordering::Relaxed);
    }

    #[action]
    fn nothing(&mut self) {}

    #[action]
    fn told(&self) -> u32 {
        self.told.load(Ordering::Relaxed)
    }
}

paused_world!(each_turn_that_ends_is_a_change_of_an_ephemeral_actor, registry(), async |world: &World| {
    let fleeting = world.client.get_or_create::<Fleeting>("ephemeral");
    fleeting.nothing().await.unwrap();
    fleeting.nothing().await.unwrap();
    assert_eq!(fleeting.told().await.unwrap(), 2);
});
