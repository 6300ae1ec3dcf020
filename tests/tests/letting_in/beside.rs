//! `#[on_before_connect]` without `self`: asked before an actor is looked for.

use callboard_tests::{World, both_worlds, in_time};

use super::*;

/// Asks at the door, and inside.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Museum {
    admitted: u32,
}

#[actor]
impl Museum {
    #[on_create]
    fn found(ctx: &Ctx<Self>) -> Self {
        note(&ctx.key().to_string(), "create");
        Self::default()
    }

    #[on_before_connect]
    async fn check(caller: &Caller, card: Card) -> Result<(), LodgeError> {
        note(&caller.key().to_string(), format!("{} checks {}", caller.actor(), card.name));
        match card.name.as_str() {
            "panic" => panic!("on purpose"),
            "never" => std::future::pending().await,
            name if name.ends_with("member") => Ok(()),
            name => Err(LodgeError::NoMember { name: name.to_owned() }),
        }
    }

    #[on_before_connect]
    fn admit(&mut self, ctx: &Ctx<Self>, card: Card) -> Result<String, LodgeError> {
        note(&ctx.key().to_string(), format!("admits {}", card.name));
        self.admitted += 1;
        let name = card.name;
        if name == "late member" { Err(LodgeError::NoMember { name }) } else { Ok(name) }
    }

    #[action]
    fn who(&self, ctx: &Ctx<Self>) -> String {
        ctx.conn().map(|conn| conn.state().to_string()).unwrap_or_default()
    }
}

/// Asks at the door alone, for a number.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Garden;

#[actor]
impl Garden {
    #[on_before_connect]
    fn check(number: u64) -> Result<u64, LodgeError> {
        if number > 0 { Ok(number) } else { Err(LodgeError::NoMember { name: "zero".into() }) }
    }

    #[action]
    fn number(&self, ctx: &Ctx<Self>) -> u64 {
        ctx.conn().map_or(0, |conn| *conn.state() + *conn.params())
    }
}

fn museum() -> Registry {
    Registry::new().in_memory().register::<Museum>().register::<Garden>()
}

both_worlds!(
    both_forms_are_asked_in_turn_and_the_one_with_self_makes_the_state,
    museum(),
    async |world: &World| {
        let key = fresh();
        let museum = world.client.get_or_create::<Museum>(key.as_str());
        let with = |name: &str| museum.with_params(Card::of(name)).unwrap();
        assert_eq!(fault(&with("eve").who().await.unwrap_err()), "user.no_member");
        assert_eq!(noted(&key), ["museum checks eve"], "no actor was made to ask");
        assert_eq!(fault(&with("late member").who().await.unwrap_err()), "user.no_member");
        assert_eq!(noted(&key)[1..], ["museum checks late member", "create", "admits late member"]);
        assert_eq!(with("member").who().await.unwrap(), "member");
        let conn = museum.connect(Card::of("second member"));
        assert_eq!(conn.who().await.unwrap(), "second member");
    }
);

both_worlds!(what_it_returns_is_the_state_of_the_connection, museum(), async |world: &World| {
    let key = fresh();
    let garden = world.client.get_or_create::<Garden>(key.as_str());
    let connected = garden.connect(3);
    assert_eq!(connected.number().await.unwrap(), 6);
    let refused = garden.connect(0);
    assert_eq!(refused.opened().await.unwrap_err().fault().unwrap().code(), "no_member");
    let missing = world.client.get::<Garden>(fresh().as_str());
    assert_eq!(missing.connect(0).opened().await.unwrap_err().fault().unwrap().code(), "no_member");
    assert_eq!(missing.connect(1).opened().await.unwrap_err().fault().unwrap().code(), "not_found");
});

both_worlds!(a_panic_there_is_an_error_of_that_caller_alone, museum(), async |world: &World| {
    let museum = world.client.get_or_create::<Museum>(fresh().as_str());
    let panics = museum.with_params(Card::of("panic")).unwrap();
    assert_eq!(fault(&panics.who().await.unwrap_err()), "rivetkit.internal_error");
    assert_eq!(museum.with_params(Card::of("member")).unwrap().who().await.unwrap(), "member");
});

#[tokio::test(start_paused = true)]
async fn it_ends_after_five_seconds() {
    let world = World::in_process(museum());
    let museum = world.client.get_or_create::<Museum>(fresh().as_str());
    let began = tokio::time::Instant::now();
    let never = museum.with_params(Card::of("never")).unwrap();
    assert_eq!(fault(&never.who().await.unwrap_err()), "actor.action_timed_out");
    assert_eq!(began.elapsed().as_secs(), 5);
    world.stop().await;
}

/// Whoever shows nothing from within is trusted, as with the other form.
#[tokio::test]
async fn who_calls_from_within_without_params_is_not_asked() {
    let world = World::in_process(museum());
    let key = fresh();
    let museum = world.client.get_or_create::<Museum>(key.as_str());
    assert_eq!(in_time(museum.who()).await.unwrap(), "");
    assert_eq!(noted(&key), ["create"]);
    world.stop().await;
}

/// The garden's contract, by hand: it lets odd numbers in by itself, and has even ones asked inside.
struct Maze;

impl Actor for Maze {
    type Contract = Garden;
    type ConnState = u64;
    const EPHEMERAL: bool = true;
    const HOOKS: callboard::dispatch::Hooks = callboard::dispatch::Hooks {
        before_connect: Some(callboard::contract::Mode::Read),
        before_connect_beside: true,
        ..callboard::dispatch::Hooks::NONE
    };

    async fn create(ctx: &Ctx<Self>, (): ()) -> Result<Self, Fault> {
        note(&ctx.key().to_string(), "create");
        Ok(Self)
    }

    fn save(&self) -> Result<Vec<u8>, callboard::store::SaveError> {
        Ok(Vec::new())
    }

    fn load(_: &[u8]) -> Result<Self, callboard::store::LoadError> {
        Ok(Self)
    }

    fn dispatch_read(&self, ctx: &Ctx<Self>, action: GardenAction) -> GardenReply {
        assert!(matches!(action, GardenAction::Number {}));
        GardenReply::Number(Ok(ctx.conn().map_or(0, |conn| *conn.state())))
    }

    async fn before_connect_beside(caller: &Caller, number: u64) -> Result<Option<u64>, Fault> {
        match number {
            0 => Err(Fault::new("app", "zero", caller.key().to_string())),
            number => Ok((number % 2 == 1).then_some(number)),
        }
    }

    async fn before_connect(&mut self, ctx: &Ctx<Self>, number: u64) -> Result<u64, Fault> {
        note(&ctx.key().to_string(), format!("asked about {number}"));
        if number == 2 { Err(Fault::new("app", "two", "no")) } else { Ok(number * 10) }
    }
}

both_worlds!(
    an_actor_by_hand_may_leave_it_to_the_other_form,
    Registry::new().in_memory().register::<Maze>(),
    async |world: &World| {
        let key = fresh();
        let maze = world.client.get_or_create::<Garden>(key.as_str());
        let enter = async |number| {
            let conn = maze.connect(number);
            conn.opened().await.map_err(|error| error.fault().unwrap().code().to_owned())?;
            Ok::<u64, String>(conn.number().await.unwrap())
        };
        assert_eq!(enter(0).await, Err("zero".to_owned()));
        assert_eq!(noted(&key), [""; 0]);
        assert_eq!(enter(2).await, Err("two".to_owned()));
        assert_eq!(noted(&key), ["create", "asked about 2"]);
        assert_eq!(enter(3).await, Ok(3), "nobody inside is asked");
        assert_eq!(enter(4).await, Ok(40));
        assert_eq!(noted(&key)[2..], ["create", "asked about 4"]);
    }
);
