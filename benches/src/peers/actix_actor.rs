//! actix: a counter with one message. Its actors stay on the thread that they start on.
//!
//! On a runtime of one thread that is the thread of all others. Beside a runtime of several workers it is the thread of
//! an `Arbiter`, which has a runtime of its own: each call then goes to another thread and back, and no call runs on the
//! thread of its caller. A mailbox takes 16 by default; an ask waits while it is full, a tell is taken in any case.

use actix::prelude::*;
use tokio::runtime;

use super::Peer;

#[derive(Default)]
pub struct Counter {
    count: u64,
}

impl Actor for Counter {
    type Context = Context<Self>;
}

pub struct Add;

impl Message for Add {
    type Result = u64;
}

impl Handler<Add> for Counter {
    type Result = u64;

    fn handle(&mut self, _: Add, _: &mut Context<Self>) -> u64 {
        self.count += 1;
        self.count
    }
}

#[derive(Clone)]
pub struct Actix(Addr<Counter>);

impl Peer for Actix {
    const NAME: &str = "actix";

    /// The thread of its actors, if it is another.
    type Host = Option<ArbiterHandle>;

    async fn host() -> Self::Host {
        let has_workers = runtime::Handle::current().metrics().num_workers() > 1;
        has_workers.then(|| Arbiter::new().handle())
    }

    async fn start(host: &Self::Host, _: usize) -> Self {
        Self(match host {
            Some(arbiter) => Counter::start_in_arbiter(arbiter, |_| Counter::default()),
            None => Counter::default().start(),
        })
    }

    async fn ask(&self) -> u64 {
        self.0.send(Add).await.unwrap()
    }

    async fn tell(&self) {
        self.0.do_send(Add);
    }
}
