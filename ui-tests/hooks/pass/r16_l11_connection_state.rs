// Check that the state of a connection is typed and read without await, that connections come in the order they joined,
// and that a connection's id is a value like any other: compared, sent, taken as an argument.

use std::collections::HashMap;

use callboard::prelude::*;

#[derive(Clone)]
struct Seat {
    number: usize,
    moves: u32,
}

#[derive(Default, Serialize, Deserialize)]
struct Table {
    names: HashMap<ConnId, String>,
}

#[actor]
impl Table {
    #[on_before_connect]
    fn admit(&mut self, ctx: &Ctx<Self>) -> Seat {
        Seat { number: ctx.conns().count(), moves: 0 }
    }

    #[action]
    fn join(&mut self, conn: &Conn<Self>, name: String) -> ConnId {
        self.names.insert(conn.id(), name);
        conn.id()
    }

    #[action]
    fn step(&self, conn: &Conn<Self>) -> u32 {
        conn.update_state(|seat| seat.moves += 1);
        conn.state().moves
    }

    #[action]
    fn name_of(&self, ctx: &Ctx<Self>, id: ConnId) -> Option<String> {
        let conn: Option<Conn<Self>> = ctx.get_conn(id);
        self.names.get(&conn?.id()).cloned()
    }

    #[action]
    fn seats(&self, ctx: &Ctx<Self>) -> Vec<(usize, bool)> {
        ctx.conns().map(|conn| (conn.state().number, ctx.conn() == Some(&conn))).collect()
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Table>();
    let table = registry.client().get_or_create::<Table>("one");
    let ann = table.connect();
    let id = ann.join("ann".into()).await?;
    assert_eq!(ann.id(), Some(id));
    let bob = table.connect();
    assert_ne!(bob.join("bob".into()).await?, id);
    assert_eq!((ann.step().await?, ann.step().await?, bob.step().await?), (1, 2, 1));
    assert_eq!(bob.name_of(id).await?.as_deref(), Some("ann"));
    assert_eq!(bob.seats().await?, [(0, false), (1, true)]);
    ann.close().await;
    assert_eq!(bob.name_of(id).await?, None);
    registry.stop().await;
    Ok(())
}
