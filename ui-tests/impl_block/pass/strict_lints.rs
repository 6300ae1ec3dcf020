// Check that generated code is clean under every lint, whatever the actor's visibility.

//! A crate that allows itself nothing.

#![deny(warnings, missing_docs, missing_debug_implementations, unreachable_pub, unused, rust_2018_idioms)]
#![deny(clippy::all, clippy::pedantic)]
#![deny(single_use_lifetimes, trivial_casts, unused_qualifications, unused_results, let_underscore_drop)]

use callboard::prelude::*;

/// The total has changed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Changed {
    /// The new total.
    pub total: u64,
}

/// What may go wrong.
#[derive(Debug, thiserror::Error, ActorError)]
pub enum CounterError {
    /// The total is too large.
    #[error("{total} is too large")]
    Overflow {
        /// The total so far.
        total: u64,
    },
    /// Something that clients do not see.
    #[error("broken: {0}")]
    #[actor_error(internal)]
    Broken(String),
}

/// A public actor.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Counter {
    total: u64,
}

#[actor(events(Changed), durability = "output")]
impl Counter {
    #[on_before_connect]
    fn admit(&mut self, name: String) -> Result<String, CounterError> {
        if name.is_empty() { Err(CounterError::Broken(name)) } else { Ok(name) }
    }

    #[on_connect]
    async fn joined(&mut self, ctx: &Ctx<Self>, conn: &Conn<Self>) {
        pause_shortly().await;
        let _sent = ctx.broadcast_except(conn, &Changed { total: self.total });
    }

    #[on_state_change]
    fn changed(&self, ctx: &Ctx<Self>) {
        let _sent = ctx.broadcast(&Changed { total: self.total });
    }

    /// Adds to the total.
    #[action]
    fn add(&mut self, amount: u64) -> Result<u64, CounterError> {
        self.total = self.total.checked_add(amount).ok_or(CounterError::Overflow { total: self.total })?;
        Ok(self.total)
    }

    // No docs: the stubs have some all the same.
    #[action]
    async fn add_two(&mut self, one: u64, two: u64) -> u64 {
        pause_shortly().await;
        self.total += one + two;
        self.total
    }

    #[action]
    async fn add_three(&self, conn: &Conn<Self>, one: u64, two: u64, three: u64) -> u64 {
        pause_shortly().await;
        let _id = conn.id();
        one + two + three
    }

    /// Says the total.
    #[deprecated(note = "ask for the sum")]
    #[action]
    fn total(&self) -> u64 {
        self.total
    }
}

async fn pause_shortly() {
    std::future::ready(()).await;
}

mod private {
    use callboard::prelude::*;

    #[derive(Default, Serialize, Deserialize)]
    struct Door {
        open: bool,
    }

    #[derive(Serialize, Deserialize)]
    struct Opened {
        by: Visitor,
    }

    #[derive(Serialize, Deserialize)]
    struct Visitor {
        name: String,
    }

    #[actor(events(Opened))]
    impl Door {
        #[action]
        fn knock(&mut self, ctx: &Ctx<Self>, visitor: Visitor) -> Visitor {
            self.open = true;
            let _sent = ctx.broadcast(&Opened { by: Visitor { name: visitor.name.clone() } });
            visitor
        }
    }

    pub(crate) fn registered(registry: Registry) -> Registry {
        registry.register::<Door>()
    }

    pub(crate) async fn knock(client: &Client, name: String) -> Result<String, CallError> {
        let door = client.get_or_create::<Door>(["front"]);
        Ok(door.knock(Visitor { name }).await?.name)
    }
}

pub(crate) mod internal {
    use callboard::prelude::*;

    #[derive(Default, Serialize, Deserialize)]
    pub(crate) struct Window {
        open: bool,
    }

    #[actor(vis = pub(crate), ephemeral)]
    impl Window {
        #[action]
        fn open(&mut self) -> bool {
            std::mem::replace(&mut self.open, true)
        }
    }
}

pub(crate) mod raw {
    use callboard::{Body, RawSocket, prelude::*};

    #[derive(Serialize, Deserialize)]
    pub(crate) struct OldSite {
        pages: u32,
    }

    /// With an input, every hook of its own life, and the raw handlers.
    #[derive(Serialize, Deserialize)]
    pub(crate) struct Site {
        pages: u64,
    }

    #[actor(name = "site", vis = pub(crate), hibernate, sleep_timeout = "5m", crate = callboard)]
    impl Site {
        #[on_create]
        async fn open(_ctx: &Ctx<Self>, pages: u64) -> std::io::Result<Self> {
            super::pause_shortly().await;
            Ok(Self { pages })
        }

        #[on_migrate]
        fn migrate(old: OldSite) -> Self {
            Self { pages: old.pages.into() }
        }

        #[on_wake]
        fn woke(&mut self) {
            self.pages += 1;
        }

        #[on_sleep]
        async fn sleeps(&mut self, _ctx: &Ctx<Self>) -> std::io::Result<()> {
            super::pause_shortly().await;
            Ok(())
        }

        #[on_destroy]
        fn ends(&self) {}

        #[on_disconnect]
        fn left(&self, _conn: &Conn<Self>) {}

        #[run]
        async fn tick(ctx: Ctx<Self>) -> Result<(), Fault> {
            ctx.turn(|this| this.pages += 1).await
        }

        #[on_request]
        async fn serve(&mut self, request: http::Request<Body>) -> http::Response<String> {
            super::pause_shortly().await;
            self.pages += 1;
            http::Response::new(request.uri().path().to_owned())
        }

        #[on_websocket]
        async fn socket(_ctx: Ctx<Self>, mut socket: RawSocket) {
            while let Some(message) = socket.recv().await {
                let _sent = socket.send(message).await;
            }
        }

        #[action(name = "pageCount")]
        fn pages(&self) -> u64 {
            self.pages
        }
    }
}

/// Uses everything, as a program would; fails when a call does.
///
/// # Errors
///
/// When a call does.
pub async fn everything(client: &Client) -> Result<bool, CallError> {
    let name = private::knock(client, "me".to_owned()).await?;
    let site = client.get_or_create_with::<raw::Site>(["mine"], 7)?;
    let window = client.get_or_create::<internal::Window>([name]);
    Ok(window.open().await? || site.pages().await? < 8)
}

#[tokio::main]
async fn main() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Counter>();
    let registry = private::registered(registry).register::<internal::Window>().register::<raw::Site>();
    let client = registry.client();
    assert!(!everything(&client).await?);
    assert!(everything(&client).await?);
    registry.stop().await;
    Ok(())
}
