// Check that a tuple is an event once it has a name and serde: it travels as its fields.
// The way out of `without_name` and `without_serde`.

use callboard::prelude::*;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Moved(u32, u32);

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Found {
    treasure: Treasure,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Treasure {
    coins: u64,
}

#[derive(Default, Serialize, Deserialize)]
struct Maze;

#[actor(events(Moved, Found))]
impl Maze {
    #[action]
    fn step(&self, ctx: &Ctx<Self>, x: u32, y: u32) {
        ctx.broadcast(&Moved(x, y));
        ctx.broadcast(&Found { treasure: Treasure { coins: 12 } });
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Maze>();
    let maze = registry.client().get_or_create::<Maze>("hedge").connect();
    let mut events = maze.events();
    maze.step(1, 2).await?;
    assert!(matches!(events.next().await, Some(MazeEvent::Moved(Moved(1, 2)))));
    let Some(MazeEvent::Found(found)) = events.next().await else { panic!("another event") };
    assert_eq!(found, Found { treasure: Treasure { coins: 12 } });
    registry.stop().await;
    Ok(())
}
