//! Several callers at once.

use callboard::{Limits, store::Store as _};
use callboard_tests::{World, in_time, pass, release};
use futures_util::future::{join, join_all, join3};

use super::*;

fn with(world: &World, key: &str, name: &str) -> LodgeHandle {
    lodge(world, key).with_params(Some(Card::of(name))).unwrap()
}

/// Waits until the slow member is asked about for the second time, and lets that go on.
async fn asked_again(key: &str) {
    while noted(key).iter().filter(|line| *line == "admit slow member").count() < 2 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    release(&format!("slow member {key}"));
}

#[tokio::test(start_paused = true)]
async fn callers_share_it_until_one_is_let_in() {
    let world = World::in_process(registry(&store()));
    let key = fresh();
    let slow = with(&world, &key, "slow stranger");
    let (eve, member) = (with(&world, &key, "eve"), with(&world, &key, "member"));
    let first = async {
        until_noted(&key, "admit slow stranger").await;
        let others = join(eve.motto(), member.asked());
        let release = async {
            // They have come by then: in one process, the paused clock goes on once nothing else does.
            pass(Duration::from_millis(1)).await;
            release(&format!("slow stranger {key}"));
        };
        join(others, release).await.0
    };
    let (slow, (eve, member)) = in_time(join(slow.motto(), first)).await;
    assert_eq!(fault(&slow.unwrap_err()), "user.no_member");
    assert_eq!(fault(&eve.unwrap_err()), "user.no_member");
    let mut asked = member.unwrap();
    asked.sort();
    assert_eq!(asked, ["eve", "member", "slow stranger"], "they were asked by one and the same");
    assert_eq!(noted(&key).iter().filter(|line| line.starts_with("create")).count(), 1);
    world.stop().await;
}

/// The state of somebody who is let in is never made from what somebody has sent who is not.
#[tokio::test]
async fn nobody_chooses_the_input_of_another_ones_actor() {
    let world = World::network(registry(&store())).await;
    let key = fresh();
    let made_from = |motto: &str, name: &str| {
        let charter = Some(Charter { motto: motto.to_owned() });
        let lodge = world.client.get_or_create_with::<Lodge>(key.as_str(), charter).unwrap();
        lodge.with_params(Some(Card::of(name))).unwrap()
    };
    let (stranger, member) = (made_from("theirs", "slow stranger"), made_from("ours", "member"));
    let waiting = async {
        until_noted(&key, "admit slow stranger").await;
        let motto = member.motto().await;
        release(&format!("slow stranger {key}"));
        motto
    };
    let (stranger, motto) = in_time(join(stranger.motto(), waiting)).await;
    assert_eq!(fault(&stranger.unwrap_err()), "user.no_member");
    assert_eq!(motto.unwrap(), "ours");
    world.stop().await;
}

/// Two are let in at once, by two actors that would be: one is made, and the other's caller goes on to that one.
#[tokio::test]
async fn of_two_inputs_the_first_that_is_let_in_counts() {
    let store = store();
    let world = World::network(registry(&store)).await;
    let key = fresh();
    let made_from = |motto: &str, name: &str| {
        let charter = Some(Charter { motto: motto.to_owned() });
        let lodge = world.client.get_or_create_with::<Lodge>(key.as_str(), charter).unwrap();
        lodge.with_params(Some(Card::of(name))).unwrap()
    };
    let (late, early) = (made_from("late", "slow member"), made_from("early", "member"));
    let waiting = async {
        until_noted(&key, "admit slow member").await;
        let motto = early.motto().await;
        release(&format!("slow member {key}"));
        // They are asked about again, by the one that there is.
        asked_again(&key).await;
        motto
    };
    let (late, early) = in_time(join(late.motto(), waiting)).await;
    assert_eq!((late.unwrap().as_str(), early.unwrap().as_str()), ("early", "early"));
    assert_eq!(store.list("lodge", None, 10).await.unwrap().len(), 1);
    assert_eq!(noted(&key).iter().filter(|line| *line == "wake").count(), 1);
    world.stop().await;
}

/// Whoever calls from within is trusted: for them it is made, whatever is thought of elsewhere.
#[tokio::test]
async fn who_is_trusted_makes_it_while_another_one_is_judged() {
    let store = store();
    let registry = registry(&store);
    let inside = registry.client();
    let world = World::network(registry).await;
    let key = fresh();
    let slow = with(&world, &key, "slow member");
    let trusted = async {
        until_noted(&key, "admit slow member").await;
        let id = inside.create_with::<Lodge>(key.as_str(), None).await.unwrap().resolve().await.unwrap();
        release(&format!("slow member {key}"));
        asked_again(&key).await;
        id
    };
    let (asked, id) = in_time(join(slow.asked(), trusted)).await;
    assert_eq!(asked.unwrap(), ["slow member"], "it is the one that was made from within");
    let rows = store.list("lodge", None, 10).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [id]);
    world.stop().await;
}

/// Who looks for it from within waits for what becomes of it.
#[tokio::test]
async fn who_looks_for_it_from_within_hears_what_became_of_it() {
    let registry = registry(&store());
    let inside = registry.client();
    let world = World::network(registry).await;
    for (name, found) in [("slow member", true), ("slow stranger", false)] {
        let key = fresh();
        let slow = with(&world, &key, name);
        let looking = async {
            until_noted(&key, &format!("admit {name}")).await;
            let get = inside.get::<Lodge>(key.as_str());
            let release = async {
                tokio::time::sleep(Duration::from_millis(20)).await;
                release(&format!("{name} {key}"));
            };
            join(get.motto(), release).await.0
        };
        let (slow, looking) = in_time(join(slow.motto(), looking)).await;
        assert_eq!(slow.is_ok(), found);
        assert_eq!(looking.is_ok(), found, "{looking:?}");
    }
    world.stop().await;
}

/// Nobody is lost between one that is dropped and the next.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_comes_while_it_is_dropped_is_judged_all_the_same() {
    // One address has more made here than it may in a second.
    let limits = Limits::new().actors_made_per_second_per_address(0);
    let world = World::network(registry(&store()).limits(limits)).await;
    for round in 0..50 {
        let key = fresh();
        let eves = (0..8).map(|_| async { fault(&with(&world, &key, "eve").motto().await.unwrap_err()) });
        let member = async {
            for _ in 0..round {
                tokio::task::yield_now().await;
            }
            with(&world, &key, "member").motto().await
        };
        let (eves, member) = in_time(join(join_all(eves), member)).await;
        assert!(eves.iter().all(|code| code == "user.no_member"), "{eves:?}");
        member.unwrap();
    }
    world.stop().await;
}

#[tokio::test]
async fn a_stop_ends_one_that_is_judging() {
    let store = store();
    let world = World::network(registry(&store)).await;
    let key = fresh();
    let (slow, waits) = (with(&world, &key, "slow member"), with(&world, &key, "member"));
    let url = world.url.clone().unwrap();
    let stopping = async {
        until_noted(&key, "admit slow member").await;
        tokio::time::sleep(Duration::from_millis(30)).await;
        let release = async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            release(&format!("slow member {key}"));
        };
        join(world.stop(), release).await;
    };
    let (slow, waits, ()) = in_time(join3(slow.motto(), waits.motto(), stopping)).await;
    assert!(slow.is_err() && waits.is_err(), "{url}: {slow:?} {waits:?}");
    assert_eq!(store.batches(), 0);
    assert_eq!(noted(&key)[..2], ["create", "admit slow member"]);
    assert!(!noted(&key).iter().any(|line| line == "sleep" || line == "wake"));
}

#[tokio::test]
async fn who_is_let_in_may_destroy_it_at_once() {
    let store = store();
    let world = World::network(registry(&store)).await;
    let key = fresh();
    in_time(with(&world, &key, "member").close_down()).await.unwrap();
    assert_eq!(noted(&key), ["create", "admit member", "wake", "run", "destroy"]);
    assert_eq!(store.list("lodge", None, 10).await.unwrap(), []);
    in_time(with(&world, &key, "member").motto()).await.unwrap();
    world.stop().await;
}
