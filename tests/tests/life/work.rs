//! Work beside the turns, which keeps its actor awake or is to end first.

use super::*;

paused_world!(work_keeps_its_actor_awake_until_it_has_ended, registry(), async |world: &World| {
    let sleeper = sleeper(world, "work");
    sleeper.write("a".into()).await.unwrap();
    sleeper.work("work".into()).await.unwrap();
    pass_s(100).await;
    assert_eq!(sleeper.in_mind().await.unwrap(), ["a"]);
    sleeper.go_to_sleep().await.unwrap();
    pass_s(100).await;
    assert_eq!(sleeper.in_mind().await.unwrap(), ["a"], "even if the actor asks to sleep");
    release("work");
    pass_s(11).await;
    assert_eq!(sleeper.diary().await.unwrap(), ["wake", "a", "sleep", "wake"]);
});

paused_world!(an_actor_does_not_sleep_before_the_work_that_must_end, registry(), async |world: &World| {
    let sleeper = sleeper(world, "finish");
    sleeper.finish_before_sleep("finish".into()).await.unwrap();
    sleeper.go_to_sleep().await.unwrap();
    pass_s(5).await;
    let before = tokio::time::Instant::now();
    assert_eq!(sleeper.diary().await.unwrap(), ["wake"], "it does what comes meanwhile");
    assert_eq!(before.elapsed().as_secs(), 0);
    release("finish");
    pass_s(1).await;
    assert_eq!(sleeper.diary().await.unwrap(), ["wake", "sleep", "wake"], "at once after that");

    sleeper.finish_before_sleep("finish never".into()).await.unwrap();
    pass_s(24).await;
    assert_eq!(sleeper.diary().await.unwrap().len(), 3);
    pass_s(26).await;
    assert_eq!(sleeper.diary().await.unwrap().len(), 5, "15 s is enough");
});

paused_world!(work_beside_the_turns_can_take_one, registry(), async |world: &World| {
    for how in ["keep_awake", "wait_until"] {
        let (sleeper, until) = (sleeper(world, how), format!("beside {how}"));
        sleeper.write_beside(how.into(), until.clone()).await.unwrap();
        sleeper.go_to_sleep().await.unwrap();
        pass_s(5).await;
        let before = tokio::time::Instant::now();
        release(&until);
        pass(std::time::Duration::from_millis(100)).await;
        assert_eq!(noted(&until), ["turn", "call", "scheduled"]);
        let diary = sleeper.diary().await.unwrap();
        assert_eq!(diary[..3], ["wake", "turn", "call"], "before it sleeps");
        assert_eq!(diary.iter().filter(|line| *line == "later").count(), 1);
        assert_eq!(before.elapsed().as_secs(), 0);
    }
});

paused_world!(work_that_outlives_its_actor_wakes_it_and_is_told_so, registry(), async |world: &World| {
    let sleeper = sleeper(world, "outlived");
    sleeper.write_beside("wait_until".into(), "outlived".into()).await.unwrap();
    sleeper.go_to_sleep().await.unwrap();
    pass_s(20).await;
    release("outlived");
    pass_s(1).await;
    assert_eq!(noted("outlived"), ["turn", "call", "the actor has gone to sleep"]);
    assert_eq!(sleeper.diary().await.unwrap(), ["wake", "sleep", "wake", "turn", "call"]);
});

paused_world!(a_turn_in_a_turn_is_an_error_at_once, registry(), async |world: &World| {
    let sleeper = sleeper(world, "in a turn");
    let before = tokio::time::Instant::now();
    let (write, read) = (sleeper.turn_in_a_turn().await.unwrap(), sleeper.turn_in_a_read().await.unwrap());
    assert!(
        write.ends_with("sleeper/in a turn.turnInATurn -> sleeper/in a turn.turn. (actor.deadlock)"),
        "{write}"
    );
    assert!(
        read.ends_with("sleeper/in a turn.turnInARead -> sleeper/in a turn.turn. (actor.deadlock)"),
        "{read}"
    );
    assert_eq!(before.elapsed().as_secs(), 0);
});

#[tokio::test(start_paused = true)]
async fn work_that_a_stop_waits_for_gets_no_turn_and_is_told_at_once() {
    let registry = registry();
    let sleeper = registry.client().get_or_create::<Sleeper>("stopping");
    sleeper.write_beside("wait_until".into(), "stopping".into()).await.unwrap();
    let began = tokio::time::Instant::now();
    let stopped = async {
        registry.stop().await;
        began.elapsed().as_secs()
    };
    let ((), stopped) = tokio::join!(
        async {
            pass_s(5).await;
            release("stopping");
        },
        stopped
    );
    assert_eq!(stopped, 5);
    let unavailable = "The server is stopping. (guard.service_unavailable)";
    assert_eq!(noted("stopping"), [unavailable, unavailable, "scheduled"]);
}

#[tokio::test(start_paused = true)]
async fn a_stop_waits_for_work_that_must_end() {
    let registry = registry();
    let sleeper = registry.client().get_or_create::<Sleeper>("stop");
    sleeper.finish_before_sleep("stop".into()).await.unwrap();
    let ended = async {
        pass_s(5).await;
        release("stop");
        tokio::time::Instant::now()
    };
    let stopped = async {
        registry.stop().await;
        tokio::time::Instant::now()
    };
    let (ended, stopped) = tokio::join!(ended, stopped);
    assert!(stopped >= ended);
}
