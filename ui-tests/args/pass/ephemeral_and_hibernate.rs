// Check that an actor that is saved sleeps while its connections stay, where it may hibernate, and that one that is
// never saved stays awake for them.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Dormouse {
    wakes: u32,
}

#[actor(hibernate)]
impl Dormouse {
    #[on_wake]
    fn woke(&mut self) {
        self.wakes += 1;
    }

    #[action]
    fn nap(&self, ctx: &Ctx<Self>) -> u32 {
        ctx.sleep();
        self.wakes
    }
}

#[derive(Default)]
struct Sparrow {
    chirps: u32,
}

#[actor(ephemeral)]
impl Sparrow {
    #[action]
    fn chirp(&mut self) -> u32 {
        self.chirps += 1;
        self.chirps
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Dormouse>().register::<Sparrow>();
    let dormouse = registry.client().get_or_create::<Dormouse>("teapot").connect();
    dormouse.nap().await?;
    let id = dormouse.id();
    while dormouse.nap().await? < 3 {
        tokio::task::yield_now().await;
    }
    assert_eq!(dormouse.id(), id);
    let sparrow = registry.client().get_or_create::<Sparrow>("roof").connect();
    sparrow.chirp().await?;
    assert_eq!(sparrow.chirp().await?, 2);
    registry.stop().await;
    Ok(())
}
