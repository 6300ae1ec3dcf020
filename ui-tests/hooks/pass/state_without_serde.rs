// Check that a state is saved once serde can carry it, and that one of an ephemeral actor need not be carried.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Score {
    points: u64,
}

#[actor]
impl Score {
    #[action]
    fn add(&mut self, points: u64) -> u64 {
        self.points += points;
        self.points
    }
}

type Rule = Box<dyn Fn(u64) -> bool + Send + Sync>;

#[derive(Default)]
struct Referee {
    rule: Option<Rule>,
}

#[actor(ephemeral)]
impl Referee {
    #[on_wake]
    fn wake(&mut self) {
        self.rule = Some(Box::new(|points| points <= 3));
    }

    #[action]
    fn allows(&self, points: u64) -> bool {
        self.rule.as_ref().is_some_and(|rule| rule(points))
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Score>().register::<Referee>();
    let referee = registry.client().get_or_create::<Referee>("cup");
    assert!(referee.allows(3).await? && !referee.allows(4).await?);
    assert_eq!(registry.client().get_or_create::<Score>("cup").add(3).await?, 3);
    registry.stop().await;
    Ok(())
}
