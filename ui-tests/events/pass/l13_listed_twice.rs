// Check that each event is listed once, and has a name on the wire that no other has.
// The way out of `l13_l25_one_wire_name`, `l13_listed_twice`, `reserved_name` and `unknown_type`.

use callboard::{Event as _, prelude::*};

#[derive(Serialize, Deserialize)]
struct Started;

#[derive(Serialize, Deserialize)]
struct RaceStarted {
    cars: u8,
}

#[derive(Default, Serialize, Deserialize)]
struct Track;

#[actor(events(Started, RaceStarted = "race.started"))]
impl Track {
    #[action]
    fn start(&self, ctx: &Ctx<Self>) {
        ctx.broadcast(&Started);
        ctx.broadcast(&RaceStarted { cars: 20 });
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    assert_eq!(
        TrackEvent::TABLE.iter().map(|event| event.name).collect::<Vec<_>>(),
        ["started", "race.started"]
    );
    let registry = Registry::new().in_memory().register::<Track>();
    let track = registry.client().get_or_create::<Track>("spa").connect();
    let mut events = track.events();
    track.start().await?;
    assert!(matches!(events.next().await, Some(TrackEvent::Started(Started))));
    assert!(matches!(events.next().await, Some(TrackEvent::RaceStarted(RaceStarted { cars: 20 }))));
    registry.stop().await;
    Ok(())
}
