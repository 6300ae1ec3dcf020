// Check that an actor can be local to a function, as in a test, and have any path to its name.

use callboard::prelude::*;

mod state {
    use callboard::prelude::*;

    #[derive(Default, Serialize, Deserialize)]
    pub struct Shared {
        pub total: u64,
    }

    #[derive(Default, Serialize, Deserialize)]
    pub struct Generic<T> {
        pub total: T,
    }
}

#[actor(name = "shared")]
impl self::state::Shared {
    #[action]
    fn total(&self, other: Self) -> u64 {
        self.total + other.total
    }
}

#[actor(name = "lobby")]
impl state::Generic<u32> {
    #[action]
    fn total(&self, others: Vec<Self>) -> Option<Self> {
        others.into_iter().next()
    }
}

#[test]
fn runs() {
    #[derive(Serialize, Deserialize)]
    struct Changed {
        total: u64,
    }

    #[derive(Default, Serialize, Deserialize)]
    struct Local {
        total: u64,
    }

    #[actor(events(Changed))]
    impl Local {
        #[action]
        fn add(&mut self, ctx: &Ctx<Self>, amount: u64) -> u64 {
            self.total += amount;
            ctx.broadcast(&Changed { total: self.total });
            self.total
        }
    }

    fn listen(conn: &LocalConn) {
        conn.on(|changed: Changed| println!("{}", changed.total));
    }

    let _ = listen;
    assert_eq!([Local::NAME, state::Shared::NAME], ["local", "shared"]);
}
