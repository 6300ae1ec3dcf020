//! The life of an actor: it wakes, sleeps, and is destroyed, with the hooks around all that.
#![allow(clippy::unwrap_used)]
#![allow(clippy::manual_assert, clippy::unnecessary_wraps)]

mod changes;
mod destroying;
mod dropping;
mod ending;
mod ephemeral;
mod hibernation;
mod running;
mod sleeping;
mod starting;
mod waiting;
mod work;

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
    Registry::new().in_memory().register::<Sleeper>()
}

fn sleeper(world: &World, key: &str) -> SleeperHandle {
    world.client.get_or_create::<Sleeper>(key)
}
