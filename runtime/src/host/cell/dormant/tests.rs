//! What is between a dormant actor's waker and its task.

use std::{
    pin::pin,
    sync::{Weak, mpsc},
    task::Waker,
    thread,
    time::Duration,
};

use futures_util::poll;
use tokio::{
    runtime::{Builder, Runtime},
    task::yield_now,
    time::timeout,
};

use super::*;
use crate::{
    Key, Limits, actor,
    host::{ActorType, HostedType, Lookup, Shared, cell::lifecycle::Phase},
    store::MemoryStore,
    util::clock::Clock,
};

/// Has nothing to do.
#[derive(Default)]
struct Idler;

#[actor(crate = crate, ephemeral)]
impl Idler {}

/// How long is waited for what comes at once, if it does.
const LONG: Duration = Duration::from_secs(20);

fn kind() -> Arc<ActorType<Idler>> {
    let (store, clock) = (Arc::new(MemoryStore::new()), Clock::start(None));
    ActorType::new(Shared::new(Weak::<()>::new(), store, Limits::new(), clock))
}

/// An actor that was dormant. Somebody has taken the waker, and has not come to its task yet.
async fn between(kind: &Arc<ActorType<Idler>>) -> (Arc<ActorCell<Idler>>, Waker) {
    let lookup = Lookup::GetOrCreate { input: None };
    let (cell, _) = kind.awake(&Key::from("idle"), &lookup).await.expect("it starts");
    loop {
        match cell.mailbox().take_dormant() {
            Some(waker) => return (cell, waker),
            None => yield_now().await,
        }
    }
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("it is built")
}

#[test]
fn a_stop_waits_for_an_actor_that_is_between_its_waker_and_its_task() {
    runtime().block_on(async {
        let kind = kind();
        let (cell, waker) = between(&kind).await;
        kind.shared().begin_stop();
        HostedType::stop(&*kind);
        let tasks = kind.shared().tasks();
        tasks.close();
        let mut stop = pin!(tasks.wait());
        assert!(poll!(&mut stop).is_pending(), "nobody has ended the actor");
        waker.wake();
        timeout(LONG, stop).await.expect("the actor ends");
        assert_eq!(cell.lifecycle().phase(), Phase::Closed);
    });
}

/// tokio drops its task at once then.
#[test]
fn a_wake_under_a_lock_whose_tokio_runtime_is_shut_down_ends_the_actor_elsewhere() {
    let first = runtime();
    let kind = kind();
    let (cell, waker) = first.block_on(between(&kind));
    drop(first);
    let (tell, told) = mpsc::channel();
    let locked = Arc::clone(&cell);
    thread::spawn(move || {
        // As at the end of a turn that asks for its actor's end, and that of an activation.
        let gate = locked.durable().lock();
        waker.wake();
        drop(gate);
        let _ = tell.send(());
    });
    told.recv_timeout(LONG).expect("whoever wakes it waits for no lock");
    let closed = async { timeout(LONG, cell.lifecycle().reached(Phase::Closed)).await };
    runtime().block_on(closed).expect("the actor ends");
}
