// Check that `#[on_before_connect]` may be written without `self`, alone or beside the other form.

use callboard::prelude::*;

#[derive(Clone, Serialize, Deserialize)]
struct Card {
    name: String,
}

#[derive(Debug, thiserror::Error, ActorError)]
enum NoEntry {
    #[error("{name} is no member")]
    NoMember { name: String },
}

/// Alone, async, and it makes the state.
#[derive(Default, Serialize, Deserialize)]
struct Club;

#[actor]
impl Club {
    #[on_before_connect]
    async fn check(caller: &Caller, card: Card) -> Result<String, NoEntry> {
        assert_eq!(caller.actor(), "club");
        tokio::task::yield_now().await;
        if caller.key().to_string() == card.name {
            Ok(card.name)
        } else {
            Err(NoEntry::NoMember { name: card.name })
        }
    }

    #[action]
    fn who(&self, conn: &Conn<Self>) -> String {
        conn.state().to_string()
    }
}

/// Both: the one without `self` takes the params and makes nothing, the other makes the state.
#[derive(Default, Serialize, Deserialize)]
struct Bar {
    served: u32,
}

#[actor]
impl Bar {
    #[on_before_connect]
    fn check(card: Card) -> Result<(), NoEntry> {
        if card.name == "ann" { Ok(()) } else { Err(NoEntry::NoMember { name: card.name }) }
    }

    #[on_before_connect]
    fn admit(&mut self) -> u32 {
        self.served += 1;
        self.served
    }

    #[action]
    fn place(&self, conn: &Conn<Self>) -> u32 {
        *conn.state()
    }
}

/// Both take the params.
#[derive(Default, Serialize, Deserialize)]
struct Hotel;

#[actor]
impl Hotel {
    #[on_before_connect]
    fn check(_caller: &Caller, card: Card) -> callboard::Result<()> {
        if card.name.is_empty() { Err(callboard::Error::msg("a guest has a name")) } else { Ok(()) }
    }

    #[on_before_connect]
    fn admit(&self, _ctx: &Ctx<Self>, card: Card) -> Card {
        card
    }

    #[action]
    fn who(&self, conn: &Conn<Self>) -> String {
        conn.state().name.clone()
    }
}

/// A type of the user's own that has this name is one like any other.
mod own {
    use callboard::actor;
    use serde::{Deserialize, Serialize};

    #[derive(Clone, Serialize, Deserialize)]
    pub struct Caller {
        pub number: u64,
    }

    #[derive(Default, Serialize, Deserialize)]
    pub struct Phone;

    #[actor]
    impl Phone {
        #[on_before_connect]
        fn check(caller: Caller) -> u64 {
            caller.number
        }
    }
}

/// Of a contract that is a trait, too, one or both.
#[actor(params = Card)]
trait Sign {
    #[action]
    fn read(&self) -> String;
}

#[derive(Default, Serialize, Deserialize)]
struct Plate;

#[actor]
impl Sign for Plate {
    #[on_before_connect]
    fn check(card: Card) -> Result<u64, NoEntry> {
        if card.name == "ann" { Ok(7) } else { Err(NoEntry::NoMember { name: card.name }) }
    }

    fn read(&self, ctx: &Ctx<Self>) -> String {
        format!("{:?}", ctx.conn().map(|conn| *conn.state()))
    }
}

#[derive(Default, Serialize, Deserialize)]
struct Neon;

#[actor]
impl Sign for Neon {
    #[on_before_connect]
    fn check(_caller: &Caller) {}

    #[on_before_connect]
    fn admit(&self, card: Card) -> String {
        card.name
    }

    fn read(&self, ctx: &Ctx<Self>) -> String {
        ctx.conn().map(|conn| conn.state().to_string()).unwrap_or_default()
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Club>().register::<Bar>().register::<Hotel>();
    let registry = registry.register::<own::Phone>();
    let client = registry.client();
    let card = |name: &str| Card { name: name.to_owned() };
    assert_eq!(client.get_or_create::<Club>("ann").connect(card("ann")).who().await?, "ann");
    assert!(client.get_or_create::<Club>("ann").connect(card("bob")).opened().await.is_err());
    assert_eq!(client.get_or_create::<Bar>("x").connect(card("ann")).place().await?, 1);
    assert!(client.get_or_create::<Bar>("x").connect(card("bob")).opened().await.is_err());
    assert_eq!(client.get_or_create::<Hotel>("x").connect(card("bob")).who().await?, "bob");
    let phone = client.get_or_create::<own::Phone>("x").connect(own::Caller { number: 1 });
    phone.opened().await?;
    registry.stop().await;
    let registry = Registry::new().in_memory().register::<Plate>();
    let plate = registry.client().get_or_create::<SignContract>("x");
    assert_eq!(plate.connect(card("ann")).read().await?, "Some(7)");
    assert!(plate.connect(card("bob")).opened().await.is_err());
    registry.stop().await;
    let registry = Registry::new().in_memory().register::<Neon>();
    let neon = registry.client().get_or_create::<SignContract>("x");
    assert_eq!(neon.connect(card("bob")).read().await?, "bob");
    registry.stop().await;
    Ok(())
}
