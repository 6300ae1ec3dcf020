//! `#[on_state_change]`: what is told of a change.

use super::*;

fn registry() -> Registry {
    Registry::new().in_memory().register::<Watched>()
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
