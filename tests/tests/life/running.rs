//! `#[run]`: what an actor does by itself.

use super::*;

fn registry() -> Registry {
    Registry::new().in_memory().register::<Runner>()
}

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

/// Says who was first.
#[derive(Debug, Default, Serialize, Deserialize)]
struct First;

#[actor(sleep_timeout = "10s")]
impl First {
    #[run]
    async fn run(ctx: Ctx<Self>) {
        note(&ctx.key().to_string(), "run");
        std::future::pending::<()>().await;
    }

    #[action]
    fn poke(&self, ctx: &Ctx<Self>) {
        note(&ctx.key().to_string(), "poke");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn run_has_begun_before_the_call_that_wakes_the_actor_runs() {
    let registry = Registry::new().in_memory().register::<First>();
    for n in 0..200 {
        let key = format!("first {n}");
        registry.client().get_or_create::<First>(key.as_str()).poke().await.unwrap();
        assert_eq!(noted(&key), ["run", "poke"]);
    }
    registry.stop().await;
}

paused_world!(a_panic_in_run_leaves_the_actor_as_it_is, registry(), async |world: &World| {
    let runner = world.client.get_or_create::<Runner>("runner that panics");
    assert_eq!(runner.laps().await.unwrap(), 0);
    pass_s(1).await;
    assert_eq!(noted("runner that panics"), ["left"]);
    assert_eq!(runner.laps().await.unwrap(), 0);
});
