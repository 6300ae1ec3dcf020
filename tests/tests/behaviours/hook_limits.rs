//! Hooks that do not end: each has its time, which costs whoever waits for it, and nobody else.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{future::pending, time::Duration};

use callboard::prelude::*;
use callboard_tests::{World, heard, note, noted, pass_s, paused_world};
use tokio::time::Instant;

/// Hangs in the hook that it is told to.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Sloth {
    hangs_in: String,
    calls: u32,
}

#[actor(sleep_timeout = "10s")]
impl Sloth {
    #[on_before_connect]
    async fn admit(&mut self, hangs_in: String) -> String {
        hang_in("before_connect", &hangs_in).await;
        hangs_in
    }

    #[on_connect]
    async fn welcome(&mut self, conn: &Conn<Self>) {
        hang_in("connect", &conn.state()).await;
    }

    #[on_disconnect]
    async fn part(&mut self, ctx: &Ctx<Self>, conn: &Conn<Self>) {
        note(&ctx.key().to_string(), "parts");
        hang_in("disconnect", &conn.state()).await;
        note(&ctx.key().to_string(), "parted");
    }

    #[on_wake]
    async fn wake(&mut self) {
        hang_in("wake", &self.hangs_in).await;
    }

    #[on_sleep]
    async fn doze(&mut self) {
        hang_in("sleep", &self.hangs_in).await;
    }

    #[on_destroy]
    async fn end(&mut self) {
        hang_in("destroy", &self.hangs_in).await;
    }

    #[action]
    fn hang_in(&mut self, hook: String) {
        self.hangs_in = hook;
    }

    #[action]
    fn count(&mut self) -> u32 {
        self.calls += 1;
        self.calls
    }

    #[action]
    fn go_to_sleep(&self, ctx: &Ctx<Self>) {
        ctx.sleep();
    }

    #[action]
    fn destroy(&mut self, ctx: &Ctx<Self>) {
        ctx.destroy();
    }
}

async fn hang_in(here: &str, hangs_in: &str) {
    if here == hangs_in {
        pending::<()>().await;
    }
}

fn registry() -> Registry {
    Registry::new().in_memory().register::<Sloth>()
}

fn sloth(world: &World, key: &str) -> SlothHandle {
    world.client.get_or_create::<Sloth>(key)
}

/// How long it took, in whole seconds.
fn seconds(since: Instant) -> u64 {
    (since.elapsed() + Duration::from_millis(100)).as_secs()
}

paused_world!(who_connects_waits_5_s_for_its_hooks_at_most, registry(), async |world: &World| {
    for hook in ["before_connect", "connect"] {
        let sloth = sloth(world, hook);
        sloth.count().await.unwrap();
        let began = Instant::now();
        let conn = sloth.connect(hook.to_owned());
        let (tell, mut errors) = heard();
        conn.on_error(move |error| tell.send(error.to_string()).unwrap_or(()));
        let waits = async { (errors.next().await, seconds(began)) };
        // Whoever else calls the actor waits for the same turn, and no longer.
        let calls = async { (sloth.count().await.unwrap(), seconds(began)) };
        let ((error, refused_after), (calls, called_after)) = tokio::join!(waits, calls);
        assert!(error.contains("actor.action_timed_out"), "{hook}: {error}");
        assert!(error.contains(&format!("The hook `on_{hook}` did not end within 5s.")), "{error}");
        assert_eq!((refused_after, calls), (5, 2), "{hook}");
        assert!(called_after <= 5, "{hook}: {called_after}");
        conn.close().await;
    }
});

paused_world!(a_disconnect_hook_has_5_s, registry(), async |world: &World| {
    let sloth = sloth(world, "parting");
    let conn = sloth.connect("disconnect".to_owned());
    conn.count().await.unwrap();
    let began = Instant::now();
    conn.close().await;
    assert_eq!(sloth.count().await.unwrap(), 2, "nothing of the actor is lost with its hook");
    assert_eq!(seconds(began), 5);
    assert_eq!(noted("parting"), ["parts"]);
});

paused_world!(a_wake_hook_has_5_s, registry(), async |world: &World| {
    let sloth = sloth(world, "waking");
    sloth.hang_in("wake".to_owned()).await.unwrap();
    sloth.go_to_sleep().await.unwrap();
    pass_s(1).await;
    let began = Instant::now();
    let error = sloth.count().await.unwrap_err();
    assert!(error.fault().is_some_and(|fault| fault.is("actor", "action_timed_out")), "{error}");
    assert_eq!(seconds(began), 5);
});

paused_world!(a_sleep_hook_and_a_destroy_hook_have_15_s, registry(), async |world: &World| {
    let sleeper = sloth(world, "dozing");
    sleeper.hang_in("sleep".to_owned()).await.unwrap();
    let began = Instant::now();
    sleeper.go_to_sleep().await.unwrap();
    pass_s(1).await;
    assert_eq!(sleeper.count().await.unwrap(), 1, "it sleeps or wakes, and keeps its state");
    assert_eq!(seconds(began), 15);

    let doomed = sloth(world, "doomed");
    doomed.hang_in("destroy".to_owned()).await.unwrap();
    let began = Instant::now();
    doomed.destroy().await.unwrap();
    pass_s(16).await;
    assert_eq!(doomed.count().await.unwrap(), 1, "another one of the same key");
    assert!(seconds(began) <= 31, "{}", seconds(began));
});
