// Check that a condition on an action is one on everything made out of it, so that its types need not exist.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
pub struct Counter {
    total: u64,
}

#[derive(Clone, Serialize, Deserialize)]
pub struct Changed {
    pub total: u64,
}

#[derive(Clone, Serialize, Deserialize)]
pub struct Closed;

#[actor(events(#[cfg(any())] Missing, Changed, #[cfg(all())] Closed))]
impl Counter {
    #[action]
    fn total(&self) -> u64 {
        self.total
    }

    #[cfg(any())]
    #[action]
    fn missing(&self, argument: Missing) -> Result<Missing, MissingError> {
        argument
    }

    #[cfg(any())]
    #[action]
    async fn missing_too(&mut self, conn: &Conn<Self>, argument: Missing) -> MissingResult<()> {
        argument
    }

    #[cfg(not(any()))]
    #[action]
    fn either(&self) -> u64 {
        1
    }

    #[cfg(any())]
    #[action]
    fn either(&self) -> Missing {
        Missing
    }

    #[cfg_attr(all(), deprecated(note = "say total"), doc = "Says the total.", inline)]
    #[cfg_attr(all(), cfg(all()))]
    #[action]
    fn sum(&self) -> u64 {
        self.total
    }

    #[cfg(any())]
    #[on_connect]
    async fn joined(&mut self, conn: &Conn<Self>) -> MissingResult<()> {}

    #[cfg(any())]
    #[run]
    async fn tick() -> MissingResult<()> {}
}

#[derive(Default, Serialize, Deserialize)]
pub struct Empty {}

#[actor(events(#[cfg(any())] Missing))]
impl Empty {
    #[cfg(any())]
    #[action]
    fn missing(&self, argument: Missing) -> Missing {
        argument
    }
}

pub struct Absent {}

#[actor(events(Missing))]
#[cfg(any())]
impl Absent {
    #[action]
    fn missing(&self) {}
}

#[allow(deprecated)]
pub async fn call(conn: &CounterConn) -> Result<u64, CallError> {
    conn.on(|event: Changed| println!("{}", event.total));
    conn.sum().await?;
    conn.either().await
}

#[test]
fn runs() {
    use callboard::Event as _;

    let names: Vec<_> = CounterEvent::TABLE.iter().map(|event| event.name).collect();
    assert_eq!(names, ["changed", "closed"]);
    assert_eq!(<Changed as EventOf<Counter>>::INDEX, 0);
    assert_eq!(<Closed as EventOf<Counter>>::INDEX, 1);
    assert_eq!(callboard::contract::event_name::<Counter, Closed>(), "closed");
}
