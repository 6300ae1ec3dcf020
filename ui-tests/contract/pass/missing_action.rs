// Check that an actor has the actions of its contract: one that is only here is written in the trait, one that is
// missing here has its body there, and helpers are in a block of their own.
// The way out of `extra_action` and `missing_action`.

use callboard::prelude::*;

#[actor]
pub trait Stopwatch {
    fn lap(&mut self, ms: u64) -> usize;

    fn reset(&mut self);

    async fn brand(&self) -> String {
        "no name".to_owned()
    }
}

#[derive(Default, Serialize, Deserialize)]
struct Watch {
    laps: Vec<u64>,
}

#[actor]
impl Stopwatch for Watch {
    fn lap(&mut self, ms: u64) -> usize {
        self.laps.push(ms);
        self.count()
    }

    fn reset(&mut self) {
        self.laps.clear();
    }
}

impl Watch {
    fn count(&self) -> usize {
        self.laps.len()
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Watch>();
    let watch = registry.client().get_or_create::<StopwatchContract>("one");
    watch.lap(900).await?;
    watch.reset().await?;
    assert_eq!(watch.lap(870).await?, 1);
    assert_eq!(watch.brand().await?, "no name");
    registry.stop().await;
    Ok(())
}
