//! What the hooks of an actor can do that is not made yet.

use std::sync::{
    Mutex,
    atomic::{AtomicBool, Ordering},
};

use callboard::store::Store as _;
use callboard_tests::{World, in_time, release};

use super::*;

fn charter(motto: &str) -> Option<Charter> {
    Some(Charter { motto: motto.to_owned() })
}

/// They are in the first commit, and begin with the first who is let in.
#[tokio::test]
async fn schedules_and_messages_of_its_hooks_begin_with_the_first_who_is_let_in() {
    let store = store();
    let world = World::network(registry(&store)).await;
    let key = fresh();
    let lodge = world.client.get_or_create_with::<Lodge>(key.as_str(), charter("busy")).unwrap();
    let eve = lodge.with_params(Some(Card::of("eve"))).unwrap();
    assert_eq!(fault(&in_time(eve.motto()).await.unwrap_err()), "user.no_member");
    assert_eq!(store.batches(), 0, "what was set by one that is dropped is dropped too");
    let member = lodge.with_params(Some(Card::of("busy member"))).unwrap();
    let all = async {
        loop {
            let mut done = member.done().await.unwrap();
            done.sort();
            done.dedup();
            if done.len() == 4 {
                return done;
            }
        }
    };
    let expected = ["alarm of admit", "alarm of create", "errand of admit", "errand of create"];
    assert_eq!(in_time(all).await, expected);
    world.stop().await;
}

#[tokio::test]
async fn a_hook_that_panics_takes_the_state_back_to_its_creation() {
    let world = World::network(registry(&store())).await;
    let key = fresh();
    let lodge = lodge(&world, &key);
    let with = |name: &str| lodge.with_params(Some(Card::of(name))).unwrap();
    let (slow, panicking, member) = (with("slow stranger"), with("panic"), with("member"));
    let others = async {
        until_noted(&key, "admit slow stranger").await;
        let later = async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            release(&format!("slow stranger {key}"));
            until_noted(&key, "admit panic").await;
            member.asked().await
        };
        futures_util::future::join(panicking.motto(), later).await
    };
    let (slow, (panicked, asked)) = in_time(futures_util::future::join(slow.motto(), others)).await;
    assert_eq!(fault(&slow.unwrap_err()), "user.no_member");
    assert_eq!(fault(&panicked.unwrap_err()), "rivetkit.internal_error");
    assert_eq!(asked.unwrap(), ["member"], "what others had left in it is gone");
    world.stop().await;
}

#[tokio::test]
async fn a_hook_that_destroys_it_has_it_never_made() {
    let store = store();
    let world = World::network(registry(&store)).await;
    let key = fresh();
    let lodge = lodge(&world, &key);
    let member = lodge.with_params(Some(Card::of("destroyer member"))).unwrap();
    assert_eq!(fault(&in_time(member.motto()).await.unwrap_err()), "actor.not_found");
    assert_eq!(noted(&key), ["create", "admit destroyer member"]);
    assert_eq!(store.batches(), 0);
    world.stop().await;
}

/// There is nothing to save yet, and then everything is.
#[tokio::test]
async fn a_hook_may_save_what_is_not_made() {
    let store = store();
    let world = World::network(registry(&store)).await;
    let key = fresh();
    let lodge = lodge(&world, &key);
    let member = lodge.with_params(Some(Card::of("saving member"))).unwrap();
    assert_eq!(in_time(member.motto()).await.unwrap(), "");
    assert_eq!(store.list("lodge", None, 10).await.unwrap().len(), 1);
    world.stop().await;
}

/// Begins work in its hooks, and calls others, itself among them.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Busybody {
    turns: u32,
}

static WORK: Mutex<Vec<callboard::Ctx<Busybody>>> = Mutex::new(Vec::new());

/// Notes that the work ends which has it.
struct Ends(String);

impl Drop for Ends {
    fn drop(&mut self) {
        note(&self.0, "endless work ends");
    }
}

/// Whether they begin work that does not end by itself.
static ENDLESS: AtomicBool = AtomicBool::new(true);

#[actor]
impl Busybody {
    #[on_create]
    async fn make(ctx: &Ctx<Self>) -> Self {
        let (page, beside) = (ctx.key().to_string(), ctx.clone());
        ctx.keep_awake(async move {
            note(&page, "work begins");
            let turned = beside.turn(|this| this.turns += 1).await;
            note(&page, format!("work had its turn: {}", turned.is_ok()));
        });
        let page = ctx.key().to_string();
        let endless = ENDLESS.load(Ordering::Relaxed);
        ctx.wait_until(async move {
            if !endless {
                return;
            }
            let _ends = Ends(page);
            std::future::pending::<()>().await;
        });
        Self::default()
    }

    #[on_before_connect]
    async fn admit(&mut self, ctx: &Ctx<Self>, name: String) -> Result<(), Fault> {
        let page = ctx.key().to_string();
        WORK.lock().unwrap().push(ctx.clone());
        // Itself, by its key and by another who calls back.
        let own = ctx.client().get_or_create::<Self>(page.as_str());
        note(&page, fault(&own.turns().await.unwrap_err()));
        let judged = own.with_params("x".to_owned()).unwrap();
        note(&page, fault(&judged.turns().await.unwrap_err()));
        let echo = ctx.client().get_or_create::<Echo>(page.as_str());
        note(&page, echo.call_back(page.clone()).await.unwrap());
        if name == "member" { Ok(()) } else { Err(Fault::new("app", "refused", "no")) }
    }

    #[action]
    fn turns(&self) -> u32 {
        self.turns
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Echo;

#[actor]
impl Echo {
    #[action]
    async fn call_back(&self, ctx: &Ctx<Self>, key: String) -> String {
        fault(&ctx.client().get_or_create::<Busybody>(key.as_str()).turns().await.unwrap_err())
    }
}

#[tokio::test]
async fn work_that_its_hooks_begin_waits_for_its_turn_and_ends_with_it() {
    let registry = Registry::new().in_memory().register::<Busybody>().register::<Echo>();
    let world = World::network(registry).await;
    let key = fresh();
    let busy = world.client.get_or_create::<Busybody>(key.as_str());
    let eve = busy.with_params("eve".to_owned()).unwrap();
    assert_eq!(fault(&in_time(eve.turns()).await.unwrap_err()), "app.refused");
    in_time(until_noted(&key, "endless work ends")).await;
    let left = WORK.lock().unwrap().pop().unwrap();
    let turned = in_time(left.turn(|_| ())).await.unwrap_err();
    assert!(turned.is("actor", "not_found"), "{turned}");
    assert!(left.is_cancelled());
    assert!(left.after(Duration::ZERO, BusybodyAction::Turns {}).is_err());
    assert!(!noted(&key).contains(&"work had its turn: true".to_owned()));
    callboard_tests::forget(&key);
    ENDLESS.store(false, Ordering::Relaxed);

    let member = busy.with_params("member".to_owned()).unwrap();
    let turned = async { while member.turns().await.unwrap() == 0 {} };
    in_time(turned).await;
    in_time(until_noted(&key, "work had its turn: true")).await;
    let deadlocks = noted(&key).iter().filter(|line| *line == "actor.deadlock").count();
    assert!(
        deadlocks >= 3 && deadlocks.is_multiple_of(3),
        "circles through it are told at once: {:?}",
        noted(&key)
    );
    WORK.lock().unwrap().clear();
    world.stop().await;
}

/// Lives in memory alone.
#[derive(Debug, Default)]
struct Visitors {
    names: Vec<String>,
}

#[actor(ephemeral)]
impl Visitors {
    #[on_create]
    fn make(ctx: &Ctx<Self>) -> Self {
        note(&ctx.key().to_string(), "create");
        ctx.after(Duration::ZERO, VisitorsAction::Ring {}).unwrap();
        Self::default()
    }

    #[on_before_connect]
    fn admit(&mut self, name: String) -> Result<(), Fault> {
        self.names.push(name.clone());
        if name == "member" { Ok(()) } else { Err(Fault::new("app", "refused", "no")) }
    }

    #[action]
    fn ring(&mut self, ctx: &Ctx<Self>) {
        note(&ctx.key().to_string(), "ring");
    }

    #[action]
    fn names(&self) -> Vec<String> {
        self.names.clone()
    }
}

#[tokio::test]
async fn an_ephemeral_actor_is_provisional_too() {
    for over_network in [false, true] {
        let registry = Registry::new().in_memory().register::<Visitors>();
        let world = if over_network { World::network(registry).await } else { World::in_process(registry) };
        let key = fresh();
        let visitors = world.client.get_or_create::<Visitors>(key.as_str());
        let eve = visitors.with_params("eve".to_owned()).unwrap();
        assert_eq!(fault(&in_time(eve.names()).await.unwrap_err()), "app.refused");
        assert_eq!(noted(&key), ["create"], "its schedules do not run");
        let gone = world.client.get::<Visitors>(key.as_str()).with_params("member".to_owned()).unwrap();
        assert_eq!(fault(&in_time(gone.names()).await.unwrap_err()), "actor.not_found");
        let member = visitors.with_params("member".to_owned()).unwrap();
        assert_eq!(in_time(member.names()).await.unwrap(), ["member"]);
        in_time(until_noted(&key, "ring")).await;
        assert_eq!(in_time(gone.names()).await.unwrap(), ["member", "member"]);
        world.stop().await;
    }
}
