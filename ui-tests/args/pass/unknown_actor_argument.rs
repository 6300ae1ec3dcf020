// Check that arguments that are spelt as suggested do what they say: `events`, and `name` of an action.
// The way out of `unknown_action_argument` and `unknown_actor_argument`.

use callboard::{contract::Action as _, prelude::*};

#[derive(Serialize, Deserialize)]
struct Refilled {
    cups: u8,
}

#[derive(Default, Serialize, Deserialize)]
struct CoffeeMachine {
    cups: u8,
}

#[actor(events(Refilled))]
impl CoffeeMachine {
    #[action(name = "brew")]
    fn refill(&mut self, ctx: &Ctx<Self>, cups: u8) {
        self.cups += cups;
        ctx.broadcast(&Refilled { cups: self.cups });
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    assert_eq!(CoffeeMachineAction::TABLE[0].name, "brew");
    let registry = Registry::new().in_memory().register::<CoffeeMachine>();
    let machine = registry.client().get_or_create::<CoffeeMachine>("kitchen").connect();
    let mut events = machine.events();
    machine.refill(4).await?;
    assert!(matches!(events.next().await, Some(CoffeeMachineEvent::Refilled(Refilled { cups: 4 }))));
    registry.stop().await;
    Ok(())
}
