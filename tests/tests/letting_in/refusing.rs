//! Who is refused leaves nothing behind.

use callboard::store::Store as _;
use callboard_tests::{World, in_a_week, in_time};

use super::*;

async fn world(over_network: bool, store: &FaultyStore) -> World {
    let registry = registry(store);
    if over_network { World::network(registry).await } else { World::in_process(registry) }
}

/// Refused by a call, by a connection, and by a message; in process and over a socket.
#[tokio::test]
async fn who_is_refused_makes_no_actor() {
    for over_network in [false, true] {
        let store = store();
        let world = world(over_network, &store).await;
        let key = fresh();
        let eve = lodge(&world, &key).with_params(Some(Card::of("eve"))).unwrap();
        in_time(async {
            assert_eq!(fault(&eve.motto().await.unwrap_err()), "user.no_member");
            assert_eq!(fault(&eve.send(Errand("x".into())).await.unwrap_err()), "user.no_member");
            let conn = eve.connect(Some(Card::of("eve")));
            let refusal = conn.opened().await.unwrap_err();
            assert_eq!(refusal.fault().unwrap().code(), "no_member");
        })
        .await;
        let expected = ["create", "admit eve"].repeat(3);
        assert_eq!(noted(&key), expected, "each time made anew, and no other hook has run");
        assert_eq!(store.list("lodge", None, 10).await.unwrap(), []);
        world.stop().await;
        assert_eq!(store.batches(), 0, "nothing was handed to the store");
        assert_eq!(noted(&key), expected, "neither does a stop run one");
    }
}

/// The negative control of the above, and the order of its hooks.
#[tokio::test]
async fn the_first_who_is_let_in_makes_the_actor_before_anything_of_it_gets_out() {
    for over_network in [false, true] {
        let store = store();
        let world = world(over_network, &store).await;
        let key = fresh();
        let lodge = lodge(&world, &key);
        let conn = lodge.connect(Some(Card::of("member")));
        in_time(conn.opened()).await.unwrap();
        assert_eq!(noted(&key), ["create", "admit member", "wake", "run", "connect"]);
        assert_eq!(store.list("lodge", None, 10).await.unwrap().len(), 1);
        let member = lodge.with_params(Some(Card::of("member"))).unwrap();
        assert_eq!(in_time(member.asked()).await.unwrap(), ["member", "member"]);
        world.stop().await;
    }
}

#[tokio::test]
async fn until_the_first_commit_is_done_nobody_hears_of_the_actor() {
    let store = store();
    let world = World::network(registry(&store)).await;
    let key = fresh();
    let hold = store.hold_batches();
    let lodge = lodge(&world, &key);
    let conn = lodge.connect(Some(Card::of("member")));
    until_noted(&key, "admit member").await;
    tokio::task::yield_now().await;
    assert_eq!(noted(&key), ["create", "admit member"], "no hook of an actor that is made runs before it is");
    drop(hold);
    in_time(conn.opened()).await.unwrap();
    assert_eq!(noted(&key), ["create", "admit member", "wake", "run", "connect"]);
    world.stop().await;
}

#[tokio::test]
async fn a_first_commit_that_fails_is_a_start_that_failed() {
    let store = store();
    let world = World::network(registry(&store)).await;
    let key = fresh();
    store.fail_batches(1);
    let lodge = lodge(&world, &key);
    let member = lodge.with_params(Some(Card::of("member"))).unwrap();
    let error = in_time(member.motto()).await.unwrap_err();
    assert_eq!(fault(&error), "rivetkit.internal_error");
    assert_eq!(noted(&key), ["create", "admit member"]);
    assert_eq!(store.list("lodge", None, 10).await.unwrap(), []);
    // Left alone for a moment, as every start that failed, and then made.
    let made = async {
        while let Err(error) = member.motto().await {
            assert_eq!(fault(&error), "actor.backing_off");
        }
    };
    in_time(made).await;
    assert_eq!(store.list("lodge", None, 10).await.unwrap().len(), 1);
    world.stop().await;
}

#[tokio::test]
async fn a_get_of_a_key_that_does_not_exist_is_judged_and_makes_nothing() {
    let store = store();
    let world = World::network(registry(&store)).await;
    let key = fresh();
    let lodge = world.client.get::<Lodge>(key.as_str());
    let eve = lodge.with_params(Some(Card::of("eve"))).unwrap();
    assert_eq!(fault(&in_time(eve.motto()).await.unwrap_err()), "user.no_member");
    let member = lodge.with_params(Some(Card::of("member"))).unwrap();
    assert_eq!(fault(&in_time(member.motto()).await.unwrap_err()), "actor.not_found");
    assert!(!noted(&key).contains(&"wake".to_owned()));
    world.stop().await;
    assert_eq!(store.batches(), 0);
}

/// What makes it fail is what is told, to who would make it; who only looks for it finds nothing.
#[tokio::test]
async fn an_actor_that_cannot_be_made_says_why_to_who_would_make_it() {
    let world = World::network(registry(&store())).await;
    let charter = || Some(Charter { motto: "bad".into() });
    let lodge = world.client.get_or_create_with::<Lodge>(fresh().as_str(), charter()).unwrap();
    let member = lodge.with_params(Some(Card::of("member"))).unwrap();
    assert_eq!(fault(&in_time(member.motto()).await.unwrap_err()), "user.bad_motto");
    world.stop().await;
}

/// A wave of refusals leaves neither tasks nor keys behind.
#[tokio::test(start_paused = true)]
async fn a_thousand_refusals_of_a_thousand_keys_leave_nothing_behind() {
    let store = store();
    let world = World::in_process(registry(&store));
    let before = tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let refusals = (0..1_000).map(|_| async {
        let lodge = lodge(&world, &fresh());
        let eve = lodge.with_params(Some(Card::of("eve"))).unwrap();
        assert_eq!(fault(&eve.motto().await.unwrap_err()), "user.no_member");
    });
    in_a_week(futures_util::future::join_all(refusals)).await;
    tokio::time::sleep(Duration::from_millis(1)).await;
    assert!(tokio::runtime::Handle::current().metrics().num_alive_tasks() <= before + 4);
    assert_eq!(store.batches(), 0);
    world.stop().await;
}
