//! An actor that would be made for somebody is provisional until it has let somebody in.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::unused_async, clippy::unnecessary_wraps, clippy::needless_pass_by_value)]

mod beside;
mod doing;
mod races;
mod refusing;

use std::time::Duration;

use callboard::{prelude::*, testing::FaultyStore};
use callboard_tests::{gate, note, noted};

/// What somebody shows.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Card {
    name: String,
}

impl Card {
    fn of(name: &str) -> Self {
        Self { name: name.to_owned() }
    }
}

/// What a lodge is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
struct Charter {
    #[serde(default)]
    motto: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Errand(String);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, ActorError)]
enum LodgeError {
    #[error("{name} is no member")]
    NoMember { name: String },
    #[error("nobody founds a lodge of that motto")]
    BadMotto,
}

/// Lets members in, and notes its life on the page of its key.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Lodge {
    motto: String,
    asked: Vec<String>,
    done: Vec<String>,
}

#[actor(queues(Errand), sleep_timeout = "10s")]
impl Lodge {
    #[on_create]
    async fn found(ctx: &Ctx<Self>, charter: Option<Charter>) -> Result<Self, LodgeError> {
        let motto = charter.unwrap_or_default().motto;
        note(&ctx.key().to_string(), format!("create {motto}").trim().to_owned());
        match motto.as_str() {
            "bad" => return Err(LodgeError::BadMotto),
            "slow" => gate(&format!("create {}", ctx.key())).notified().await,
            "busy" => {
                ctx.after(Duration::ZERO, LodgeAction::Work { text: "alarm of create".into() }).unwrap();
                ctx.queue::<Errand>().send(Errand("errand of create".into())).unwrap();
            }
            _ => {}
        }
        Ok(Self { motto, ..Self::default() })
    }

    #[on_before_connect]
    async fn admit(&mut self, ctx: &Ctx<Self>, card: Option<Card>) -> Result<String, LodgeError> {
        let name = card.map_or_else(|| "stranger".to_owned(), |card| card.name);
        note(&ctx.key().to_string(), format!("admit {name}"));
        self.asked.push(name.clone());
        match name.as_str() {
            "slow stranger" | "slow member" => gate(&format!("{name} {}", ctx.key())).notified().await,
            "panic" => panic!("on purpose"),
            "busy member" => {
                ctx.after(Duration::ZERO, LodgeAction::Work { text: "alarm of admit".into() }).unwrap();
                ctx.queue::<Errand>().send(Errand("errand of admit".into())).unwrap();
            }
            "destroyer member" => ctx.destroy(),
            "saving member" => ctx.save(self).await.unwrap(),
            _ => {}
        }
        if name.ends_with("member") { Ok(name) } else { Err(LodgeError::NoMember { name }) }
    }

    #[on_wake]
    fn wake(&mut self, ctx: &Ctx<Self>) {
        note(&ctx.key().to_string(), "wake");
    }

    #[on_connect]
    fn join(&mut self, ctx: &Ctx<Self>) {
        note(&ctx.key().to_string(), "connect");
    }

    #[on_sleep]
    fn sleep(&mut self, ctx: &Ctx<Self>) {
        note(&ctx.key().to_string(), "sleep");
    }

    #[on_destroy]
    fn end(&mut self, ctx: &Ctx<Self>) {
        note(&ctx.key().to_string(), "destroy");
    }

    #[run]
    async fn run(ctx: Ctx<Self>) -> Result<(), Fault> {
        note(&ctx.key().to_string(), "run");
        while let Some(errand) = ctx.queue::<Errand>().next().await {
            errand.complete_with(|lodge, Errand(text)| lodge.done.push(text)).await?;
        }
        Ok(())
    }

    #[action]
    fn work(&mut self, text: String) {
        self.done.push(text);
    }

    #[action]
    fn asked(&self) -> Vec<String> {
        self.asked.clone()
    }

    #[action]
    fn motto(&self) -> String {
        self.motto.clone()
    }

    #[action]
    fn done(&self) -> Vec<String> {
        self.done.clone()
    }

    #[action]
    fn close_down(&self, ctx: &Ctx<Self>) {
        ctx.destroy();
    }
}

fn registry(store: &FaultyStore) -> Registry {
    Registry::new().store(store.clone()).register::<Lodge>()
}

fn lodge(world: &callboard_tests::World, key: &str) -> LodgeHandle {
    world.client.get_or_create_with::<Lodge>(key, None).unwrap()
}

fn store() -> FaultyStore {
    FaultyStore::new(callboard::store::MemoryStore::new())
}

/// A key of one test alone.
fn fresh() -> String {
    Uuid::now_v7().to_string()
}

/// Waits until this is noted.
async fn until_noted(page: &str, what: &str) {
    while !noted(page).iter().any(|line| line == what) {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

fn fault(error: &CallError) -> String {
    error.fault().map_or_else(|| format!("{error}"), |fault| format!("{}.{}", fault.group(), fault.code()))
}
