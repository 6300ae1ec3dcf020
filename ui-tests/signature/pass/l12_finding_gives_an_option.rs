// Check that a connection that is found gets an event, and that one that is gone is a `None` to deal with.

use callboard::prelude::*;

#[derive(Serialize, Deserialize)]
struct Whispered(String);

#[derive(Default, Serialize, Deserialize)]
struct Classroom;

#[actor(events(Whispered))]
impl Classroom {
    #[action]
    fn whisper(&self, ctx: &Ctx<Self>, to: ConnId, text: String) -> bool {
        ctx.get_conn(to).is_some_and(|conn| conn.send(&Whispered(text)))
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Classroom>();
    let client = registry.client();
    let pupil = client.get_or_create::<Classroom>("5b").connect();
    let mut events = pupil.events();
    pupil.opened().await?;
    let Some(id) = pupil.id() else { panic!("an open connection has an id") };
    assert!(pupil.whisper(id, "psst".to_owned()).await?);
    assert!(
        matches!(events.next().await, Some(ClassroomEvent::Whispered(Whispered(text))) if text == "psst")
    );
    assert!(!client.get_or_create::<Classroom>("5a").whisper(id, "who?".to_owned()).await?);
    registry.stop().await;
    Ok(())
}
