//! The end of a time awake: it happens once, and what comes meanwhile is for the next one.

use std::time::Duration;

use super::*;

/// Notes what happens to it, and what it does by itself.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Napper {
    writes: u32,
}

/// Notes when `#[run]` is dropped.
struct Runs(String);

impl Drop for Runs {
    fn drop(&mut self) {
        note(&self.0, "run ends");
    }
}

macro_rules! napper {
    ($actor:ident $(, $setting:ident)?) => {
        #[actor(sleep_timeout = "10s" $(, $setting)?)]
        impl $actor {
            #[on_wake]
            fn wake(&self, ctx: &Ctx<Self>) {
                note(&ctx.key().to_string(), "wake");
            }

            #[on_sleep]
            async fn sleep(&mut self, ctx: &Ctx<Self>) {
                let key = ctx.key().to_string();
                note(&key, format!("sleep after {}", self.writes));
                release(&format!("{key} falls asleep"));
                gate(&format!("{key} may sleep")).notified().await;
            }

            #[run]
            async fn run(ctx: Ctx<Self>) {
                let key = ctx.key().to_string();
                note(&key, "run begins");
                let _runs = Runs(key);
                std::future::pending().await
            }

            #[action]
            fn nap(&mut self, ctx: &Ctx<Self>) {
                ctx.sleep();
            }

            #[action]
            fn write(&mut self) -> u32 {
                self.writes += 1;
                self.writes
            }

            #[action]
            async fn write_slowly(&mut self) -> u32 {
                tokio::task::yield_now().await;
                self.writes += 1;
                self.writes
            }

            #[action]
            async fn read_slowly(&self) -> u32 {
                tokio::time::sleep(Duration::from_millis(20)).await;
                self.writes
            }
        }
    };
}

napper!(Napper);

/// The same in memory alone.
#[derive(Debug, Default)]
struct Dreamer {
    writes: u32,
}

napper!(Dreamer, ephemeral);

const ONE_LIFE: [&str; 4] = ["wake", "run begins", "run ends", "sleep after 1"];

macro_rules! calls_go_to_the_next_time_awake {
    ($name:ident, $actor:ident, $after:literal) => {
        paused_world!($name, Registry::new().in_memory().register::<$actor>(), async |world: &World| {
            let key = stringify!($name);
            let napper = world.client.get_or_create::<$actor>(key);
            let conn = napper.connect();
            assert_eq!(conn.write().await.unwrap(), 1);
            napper.nap().await.unwrap();
            gate(&format!("{key} falls asleep")).notified().await;
            let calls: Vec<_> = (0..20)
                .map(|n| {
                    let (napper, conn) = (napper.clone(), conn.clone());
                    tokio::spawn(async move {
                        match n % 4 {
                            0 => napper.write().await,
                            1 => napper.write_slowly().await,
                            2 => conn.write().await,
                            _ => conn.write_slowly().await,
                        }
                    })
                })
                .collect();
            pass(Duration::from_millis(10)).await;
            assert_eq!(noted(key), ONE_LIFE, "all of them wait");
            release(&format!("{key} may sleep"));
            for call in calls {
                call.await.unwrap().expect("none of them fails");
            }
            assert_eq!(noted(key)[4..], ["wake", "run begins"]);
            assert_eq!(napper.write().await.unwrap(), $after);
        });
    };
}

calls_go_to_the_next_time_awake!(calls_that_come_in_on_sleep_go_to_the_next_time_awake, Napper, 22);
calls_go_to_the_next_time_awake!(so_do_those_to_an_actor_that_lives_in_memory, Dreamer, 21);

paused_world!(
    an_actor_that_asks_to_sleep_does_however_many_calls_come,
    Registry::new().in_memory().register::<Napper>(),
    async |world: &World| {
        let key = "crowded";
        let napper = world.client.get_or_create::<Napper>(key);
        let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        // Reads that overlap, so that there is never a moment without one, and a crowd in the mailbox.
        let callers: Vec<_> = (0..10)
            .map(|n| {
                let (napper, stop) = (napper.clone(), std::sync::Arc::clone(&stop));
                tokio::spawn(async move {
                    pass(Duration::from_millis(2 * n)).await;
                    while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                        napper.read_slowly().await.unwrap();
                    }
                })
            })
            .collect();
        for _ in 0..60 {
            pass(Duration::from_millis(50)).await;
            release(&format!("{key} may sleep"));
            let (nap, write) = tokio::join!(napper.nap(), napper.write());
            nap.unwrap();
            write.unwrap();
            gate(&format!("{key} falls asleep")).notified().await;
        }
        pass(Duration::from_millis(50)).await;
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        for caller in callers {
            caller.await.unwrap();
        }
        let lives = noted(key);
        for (n, life) in lives.chunks(4).enumerate().take(60) {
            assert_eq!(life[..3], ["wake", "run begins", "run ends"], "{n}: {life:?}");
            assert!(life[3].starts_with("sleep after"), "{n}: {life:?}");
        }
        assert_eq!(lives.len(), 4 * 60 + 2, "each time awake begins and ends once");
        release(&format!("{key} may sleep"));
    }
);

/// Has work to do when it goes to sleep, which takes a turn and calls it.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Tidy {
    turns: u32,
    #[serde(skip)]
    is_awake: bool,
}

#[actor(sleep_timeout = "10s")]
impl Tidy {
    #[on_wake]
    fn wake(&mut self, ctx: &Ctx<Self>) {
        self.is_awake = true;
        note(&ctx.key().to_string(), "wake");
    }

    #[on_sleep]
    fn sleep(&mut self, ctx: &Ctx<Self>) {
        let key = ctx.key().to_string();
        note(&key, "sleep");
        let beside = ctx.clone();
        let work = async move {
            tokio::time::sleep(Duration::from_millis(150)).await;
            let is_awake = beside.turn(|tidy| {
                tidy.turns += 1;
                tidy.is_awake
            });
            note(&key, format!("turn, same: {:?}", is_awake.await.unwrap()));
            let turns = beside.client().get::<Self>(beside.key()).count().await.unwrap();
            note(&key, format!("call {turns}"));
            if key == "endless" {
                std::future::pending::<()>().await;
            }
        };
        if ctx.key().to_string() == "kept" {
            ctx.keep_awake(work);
        } else {
            ctx.wait_until(work);
        }
    }

    #[action]
    fn nap(&mut self, ctx: &Ctx<Self>) {
        ctx.sleep();
    }

    #[action]
    fn count(&mut self) -> u32 {
        self.turns
    }
}

paused_world!(
    an_actor_sleeps_once_after_the_work_that_on_sleep_began,
    Registry::new().in_memory().register::<Tidy>(),
    async |world: &World| {
        for (key, asks) in [("tidy", true), ("kept", true), ("idle", false)] {
            let tidy = world.client.get_or_create::<Tidy>(key);
            tidy.count().await.unwrap();
            if asks {
                tidy.nap().await.unwrap();
            } else {
                pass_s(10).await;
            }
            pass(Duration::from_millis(100)).await;
            assert_eq!(noted(key), ["wake", "sleep"]);
            // Somebody else, who has to wait.
            let before = tokio::time::Instant::now();
            assert_eq!(tidy.count().await.unwrap(), 1);
            assert!(before.elapsed() < Duration::from_millis(100));
            pass_s(5).await;
            assert_eq!(noted(key), ["wake", "sleep", "turn, same: true", "call 1", "wake"]);
        }
    }
);

paused_world!(
    an_actor_waits_15_s_for_the_work_that_on_sleep_began,
    Registry::new().in_memory().register::<Tidy>(),
    async |world: &World| {
        let tidy = world.client.get_or_create::<Tidy>("endless");
        tidy.nap().await.unwrap();
        pass_s(1).await;
        let before = tokio::time::Instant::now();
        assert_eq!(tidy.count().await.unwrap(), 1);
        assert_eq!(before.elapsed().as_secs(), 14);
    }
);
