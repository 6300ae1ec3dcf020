// Check that what is scheduled is an action without a connection: who asked for it travels as an argument.

use std::time::Duration;

use callboard::{prelude::*, schedule::ScheduleError};

#[derive(Serialize, Deserialize)]
struct Boiled {
    by: ConnId,
    scheduled: bool,
}

#[derive(Default, Serialize, Deserialize)]
struct Kettle;

#[actor(events(Boiled))]
impl Kettle {
    #[action]
    fn boil(&mut self, ctx: &Ctx<Self>, conn: &Conn<Self>) -> Result<(), ScheduleError> {
        ctx.after(Duration::from_millis(1), KettleAction::Whistle { by: conn.id() })?;
        Ok(())
    }

    #[action]
    fn whistle(&self, ctx: &Ctx<Self>, by: ConnId) {
        ctx.broadcast(&Boiled { by, scheduled: ctx.schedule_id().is_some() });
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Kettle>();
    let kettle = registry.client().get_or_create::<Kettle>("blue").connect();
    let mut events = kettle.events();
    kettle.boil().await?;
    let Some(KettleEvent::Boiled(boiled)) = events.next().await else { panic!("the connection ended") };
    assert_eq!((Some(boiled.by), boiled.scheduled), (kettle.id(), true));
    registry.stop().await;
    Ok(())
}
