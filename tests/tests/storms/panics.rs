//! Panics alone, and many of them.

use std::env;

use callboard::prelude::*;
use callboard_tests::{quiet_panics, taken_back};
use futures_util::future::join_all;
use tokio::task::yield_now;

use super::ask;

/// Counts what succeeded.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Counter {
    count: u64,
    /// The numbers of the calls, added up, and their squares: another set of calls has others.
    sum: u64,
    squares: u128,
}

#[actor]
impl Counter {
    fn count_one(&mut self, n: u64) {
        self.count += 1;
        self.sum += n;
        self.squares += u128::from(n) * u128::from(n);
        assert_ne!(n % 100, 7, "on purpose");
    }

    #[action]
    fn add(&mut self, n: u64) {
        self.count_one(n);
    }

    #[action]
    async fn add_slowly(&mut self, n: u64) {
        yield_now().await;
        self.count_one(n);
    }

    #[action]
    fn total(&self) -> (u64, u64, u128) {
        (self.count, self.sum, self.squares)
    }
}

/// `CALLBOARD_CALLS=1000000 cargo test --release -p callboard-tests --test storms one_percent` is the long form.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_one_percent_panics_every_call_is_answered_and_what_succeeded_is_the_state() {
    const CALLERS: u64 = 64;
    quiet_panics();
    let calls = env::var("CALLBOARD_CALLS").map_or(20_000, |calls| calls.parse().expect("a number of calls"));
    let registry = Registry::new().in_memory().register::<Counter>();
    let counter = registry.client().get_or_create::<Counter>("percent");
    let callers = (0..CALLERS).map(|caller| {
        let counter = counter.clone();
        tokio::spawn(async move {
            let conn = (caller % 2 == 0).then(|| counter.connect());
            let (mut succeeded, mut panicked) = (Vec::new(), 0);
            for n in (caller..calls).step_by(64) {
                let answer =
                    if n % 3 == 0 { ask!(conn, counter, add_slowly(n)) } else { ask!(conn, counter, add(n)) };
                match answer {
                    Ok(()) => succeeded.push(n),
                    Err(_) if n % 100 == 7 => panicked += 1,
                    // It ran, but was not on its way to the store when a panic after it spoilt the state.
                    Err(error) => assert!(taken_back(&error), "{error}"),
                }
            }
            (succeeded, panicked)
        })
    });
    let (mut total, mut panicked) = ((0, 0, 0), 0);
    for caller in join_all(callers).await {
        let (succeeded, of_this) = caller.unwrap();
        panicked += of_this;
        for n in succeeded {
            assert_ne!(n % 100, 7);
            total = (total.0 + 1, total.1 + n, total.2 + u128::from(n) * u128::from(n));
        }
    }
    assert_eq!(panicked, calls / 100, "each of them was told");
    assert!(total.0 > calls / 2, "only {} of {calls} succeeded", total.0);
    assert_eq!(counter.total().await.unwrap(), total);
    registry.stop().await;
}
