//! States.

use std::{cell::Cell, sync::Arc, time::Duration};

use callboard::store::{SqliteStore, Store};
use callboard_tests::paused_world;

use super::*;

thread_local! {
    /// How often a huge shape was drawn by this test.
    static RAN: Cell<u32> = const { Cell::new(0) };
}

/// Keeps shapes, and entries beside its own fields.
macro_rules! drawing {
    ($name:ident, $action:ident, #[actor($($options:tt)*)]) => {
        #[derive(Debug, Default, Serialize, Deserialize)]
        struct $name {
            shapes: Vec<Shape>,
            runs: u32,
            #[serde(flatten)]
            by_number: BTreeMap<u32, String>,
        }

        #[actor($($options)*)]
        impl $name {
            #[on_create]
            fn create(ctx: &Ctx<Self>) -> Self {
                let shapes = match ctx.key().to_string().as_str() {
                    "huge from birth" => vec![Shape::Huge { id: 5 }],
                    _ => vec![],
                };
                Self { shapes, ..Self::default() }
            }

            #[action]
            fn draw(&mut self, shape: Shape) {
                self.runs += 1;
                self.shapes.push(shape);
            }

            #[action]
            fn draw_huge(&mut self) {
                RAN.set(RAN.get() + 1);
                self.runs += 1;
                self.shapes.push(Shape::Huge { id: 5 });
            }

            #[action]
            fn number(&mut self, number: u32) {
                self.by_number.insert(number, "x".into());
            }

            #[action]
            async fn draw_and_save(&mut self, ctx: &Ctx<Self>) -> bool {
                self.shapes.push(Shape::Huge { id: 5 });
                let saved = ctx.save(self).await.is_ok();
                self.shapes.pop();
                saved
            }

            #[action]
            fn draw_later(&mut self, ctx: &Ctx<Self>) {
                ctx.after(Duration::from_secs(1), $action::DrawHuge {}).unwrap();
            }

            #[action]
            fn look(&self) -> (usize, u32) {
                (self.shapes.len(), self.runs)
            }
        }
    };
}

drawing!(Drawing, DrawingAction, #[actor()]);
drawing!(Sketch, SketchAction, #[actor(ephemeral)]);
drawing!(Relaxed, RelaxedAction, #[actor(durability = "relaxed", save_interval = "1s")]);

fn registry() -> Registry {
    Registry::new().store(MemoryStore::new()).register::<Drawing>().register::<Sketch>()
}

both_worlds!(
    a_turn_whose_state_could_not_be_read_again_fails_and_the_actor_goes_on_from_before,
    registry(),
    async |world: &World| {
        let drawing = world.client.get_or_create::<Drawing>("d");
        assert_eq!(drawing.look().await.unwrap(), (0, 0));
        drawing.draw(Shape::Circle { radius: 1 }).await.unwrap();
        for _ in 0..3 {
            assert!(is_internal(drawing.draw_huge().await));
            assert!(is_internal(drawing.number(7).await));
            assert_eq!(drawing.look().await.unwrap(), (1, 1), "it is taken back");
        }
        drawing.draw(Shape::Circle { radius: 2 }).await.unwrap();
        assert_eq!(drawing.look().await.unwrap(), (2, 2));
    }
);

#[tokio::test]
async fn what_was_saved_before_is_there_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    for runs in 1..4 {
        let store = SqliteStore::open(directory.path()).unwrap();
        let registry = Registry::new().store(store).register::<Drawing>();
        let drawing = registry.client().get_or_create::<Drawing>("d");
        drawing.draw(Shape::Circle { radius: 1 }).await.unwrap();
        assert!(is_internal(drawing.draw_huge().await));
        assert_eq!(drawing.look().await.unwrap(), (runs as usize, runs));
        registry.stop().await;
    }
}

#[tokio::test]
async fn a_first_state_that_could_not_be_read_again_makes_no_actor() {
    let store = Arc::new(MemoryStore::new());
    let registry = Registry::new().store(Arc::clone(&store)).register::<Drawing>();
    let refused = registry.client().create::<Drawing>("huge from birth").await.unwrap_err();
    assert!(refused.fault().is_some_and(|fault| fault.error_id().is_some()), "{refused}");
    assert!(store.find("drawing", &Key::from("huge from birth")).await.unwrap().is_none());
}

both_worlds!(saving_midway_tells_the_action_which_goes_on, registry(), async |world: &World| {
    let drawing = world.client.get_or_create::<Drawing>("d");
    drawing.draw(Shape::Circle { radius: 1 }).await.unwrap();
    assert!(!drawing.draw_and_save().await.unwrap(), "what is there midway cannot be saved");
    assert_eq!(drawing.look().await.unwrap(), (1, 1));
    drawing.draw(Shape::Circle { radius: 1 }).await.unwrap();
});

both_worlds!(an_ephemeral_actor_keeps_whatever_it_likes, registry(), async |world: &World| {
    let sketch = world.client.get_or_create::<Sketch>("s");
    sketch.draw_huge().await.unwrap();
    sketch.number(7).await.unwrap();
    assert_eq!(sketch.look().await.unwrap(), (1, 1));
});

#[tokio::test]
async fn calls_at_once_end_each_as_its_change_does_and_none_hangs() {
    let registry = registry();
    let drawing = registry.client().get_or_create::<Drawing>("d");
    let draw = async |number: u32| match number % 10 {
        0 => drawing.draw_huge().await,
        _ => drawing.draw(Shape::Circle { radius: 1 }).await,
    };
    let ended = futures_util::future::join_all((0..1000).map(draw)).await;
    let done = ended.iter().filter(|result| result.is_ok()).count();
    assert!(ended.iter().step_by(10).all(Result::is_err));
    assert_eq!(drawing.look().await.unwrap().0, done, "what was answered is there, and nothing else");
    drawing.draw(Shape::Circle { radius: 1 }).await.unwrap();
}

paused_world!(
    a_scheduled_action_whose_state_could_not_be_read_again_runs_once,
    registry(),
    async |world: &World| {
        let drawing = world.client.get_or_create::<Drawing>("d");
        drawing.draw_later().await.unwrap();
        tokio::time::sleep(Duration::from_mins(1)).await;
        assert_eq!(drawing.look().await.unwrap(), (0, 0));
        assert_eq!(RAN.get(), 1);
        drawing.draw(Shape::Circle { radius: 1 }).await.unwrap();
    }
);

#[tokio::test(start_paused = true)]
async fn a_relaxed_actor_goes_back_to_what_is_saved_when_it_is_to_be_saved() {
    let store = Arc::new(MemoryStore::new());
    let registry = Registry::new().store(Arc::clone(&store)).register::<Relaxed>();
    let drawing = registry.client().get_or_create::<Relaxed>("d");
    drawing.draw(Shape::Circle { radius: 1 }).await.unwrap();
    tokio::time::sleep(Duration::from_secs(2)).await;
    drawing.draw_huge().await.unwrap();
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(drawing.look().await.unwrap(), (1, 1));
    drawing.draw(Shape::Circle { radius: 1 }).await.unwrap();
    registry.stop().await;
    let saved = store.claim("relaxed", &Key::from("d")).await.unwrap().unwrap().state;
    assert_eq!(Relaxed::load(&saved).unwrap().shapes.len(), 2);
}
