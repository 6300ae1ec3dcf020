//! Actors that are in memory only.

use super::*;

fn registry() -> Registry {
    Registry::new().in_memory().register::<Fleeting>()
}

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
