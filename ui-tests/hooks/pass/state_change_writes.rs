// Check that `#[on_state_change]` looks at each change, and that what follows from one is done in the action.

use callboard::prelude::*;

#[derive(Serialize, Deserialize)]
struct Changed {
    mood: String,
    changes: u32,
}

#[derive(Default, Serialize, Deserialize)]
struct Diary {
    mood: String,
    changes: u32,
}

#[actor(events(Changed))]
impl Diary {
    #[on_state_change]
    fn changed(&self, ctx: &Ctx<Self>) {
        ctx.broadcast(&Changed { mood: self.mood.clone(), changes: self.changes });
    }

    #[action]
    fn write(&mut self, mood: String) {
        self.changes += 1;
        self.mood = mood;
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Diary>();
    let diary = registry.client().get_or_create::<Diary>("jo").connect();
    let mut events = diary.events();
    diary.write("sunny".to_owned()).await?;
    let Some(DiaryEvent::Changed(changed)) = events.next().await else { panic!("the connection ended") };
    assert_eq!((changed.mood.as_str(), changed.changes), ("sunny", 1));
    registry.stop().await;
    Ok(())
}
