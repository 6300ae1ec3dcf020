//! Messages to queues.

use super::*;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Plan {
    shape: Option<Shape>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Planner {
    planned: u32,
}

#[actor(queues(Plan -> u32))]
impl Planner {
    #[run]
    async fn run(ctx: Ctx<Self>) -> Result<(), Fault> {
        while let Some(plan) = ctx.queue::<Plan>().next().await {
            plan.complete_with(|planner, _| {
                planner.planned += 1;
                planner.planned
            })
            .await?;
        }
        Ok(())
    }

    #[action]
    fn plan_huge(&self, ctx: &Ctx<Self>) -> Result<(), Fault> {
        ctx.queue::<Plan>().send(Plan { shape: Some(Shape::Huge { id: 5 }) }).map(drop)
    }
}

both_worlds!(
    a_message_that_could_not_be_read_again_is_an_error_to_its_sender,
    Registry::new().in_memory().register::<Planner>(),
    async |world: &World| {
        let planner = world.client.get_or_create::<Planner>("p");
        let wait = std::time::Duration::from_secs(10);
        assert_eq!(planner.send_and_wait(Plan { shape: None }, wait).await.unwrap(), Some(1));
        let circle = Plan { shape: Some(Shape::Circle { radius: 1 }) };
        assert_eq!(planner.send_and_wait(circle.clone(), wait).await.unwrap(), Some(2));
        let huge = Plan { shape: Some(Shape::Huge { id: 5 }) };
        for _ in 0..2 {
            let error = planner.send(huge.clone()).await.unwrap_err();
            assert!(error.fault().is_some_and(|fault| fault.is("queue", "invalid_payload")), "{error}");
            let error = planner.send_and_wait(huge.clone(), wait).await.unwrap_err();
            assert!(error.fault().is_some_and(|fault| fault.is("queue", "invalid_payload")), "{error}");
            planner.plan_huge().await.unwrap_err();
        }
        assert_eq!(
            planner.send_and_wait(circle.clone(), wait).await.unwrap(),
            Some(3),
            "no other is in the way"
        );
    }
);
