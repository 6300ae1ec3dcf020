//! A process that is frozen for a while, and then goes on.

use tokio::time::advance;

use super::*;

#[tokio::test(start_paused = true)]
async fn a_silent_peer_of_a_process_that_was_frozen_is_pinged_and_stays() {
    let (scene, pipe) = Scene::start_in(&Uptime::beating().await, Encoding::Json, 1024);
    let mut client = ClientBuilder::new().take_over(pipe);
    sleep(Duration::from_secs(10)).await;
    // No timer of this process fires while it is frozen; then the time of all of them is over at once.
    advance(Duration::from_mins(2)).await;
    let resumed = Instant::now();
    assert!(client.next().await.expect("a message").expect("it is not cut").is_ping());
    assert_eq!(resumed.elapsed().as_secs(), 20);
    client.flush().await.expect("open");
    // Frozen again, with a ping on its way.
    assert!(client.next().await.expect("a message").expect("no error").is_ping());
    advance(Duration::from_mins(2)).await;
    sleep(Duration::from_secs(1)).await;
    client.flush().await.expect("open");
    client.close().await.expect("the close is answered");
    assert_eq!(scene.end().await, ["hang up"]);
}

#[tokio::test(start_paused = true)]
async fn a_dead_peer_of_a_process_that_was_frozen_is_dropped_all_the_same() {
    let (scene, pipe) = Scene::start_in(&Uptime::beating().await, Encoding::Json, 1024);
    let began = Instant::now();
    sleep(Duration::from_secs(10)).await;
    advance(Duration::from_mins(2)).await;
    assert_eq!(scene.end().await, ["hang up"]);
    assert_eq!(began.elapsed().as_secs(), 60 + 120);
    drop(pipe);
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_is_behind_is_not_dropped_for_the_time_in_which_it_was_not_served() {
    let (scene, mut pipe) = Scene::start_in(&Uptime::beating().await, Encoding::Json, 1024);
    let waiting = |scene: &Scene| scene.outbox.send(message(vec![b' '; 100_000]));
    assert!(waiting(&scene));
    sleep(Duration::from_secs(5)).await;
    while waiting(&scene) {}
    advance(Duration::from_mins(2)).await;
    sleep(Duration::from_secs(1)).await;
    assert!(!scene.session.is_finished(), "it has had six seconds");
    pipe.read_exact(&mut [0; 1024]).await.expect("it goes on");
    drop(pipe);
    assert_eq!(scene.end().await, ["hang up"]);
}
