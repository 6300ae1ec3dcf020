//! Recovery of queues: at the start of a process, each actor that has messages is woken once, to go on where the last
//! process ended.
//!
//! 64 are at it at a time, for each is in memory with its state. An actor gives its place to the next when it has worked off
//! what waits, and sleeps again if nobody else has called it meanwhile. It also gives its place up when it makes no progress
//! for ten seconds, or takes longer than a minute: it is awake like any other then, and the others do not wait for it. An
//! actor that cannot be woken is tried again once a second, beside the others.

use std::{sync::Arc, time::Duration};

use futures_util::{StreamExt, stream};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::Queues;
use crate::{
    Actor, ActorId, Fault,
    error::Code,
    host::{
        ActorCell, HostedActor, HostedType, Lookup, Shared, actor_types::ActorTypes, cell::lifecycle::Phase,
    },
    store::ActorRecord,
    util::{log, shown::shown},
};

/// How many actors are asked for at once.
const PAGE: usize = 1_000;
/// How many are at it at the same time.
const AT_ONCE: usize = 64;
/// How long one has its place at most.
const LONGEST: Duration = Duration::from_mins(1);
/// How long to wait after the store failed, or an actor.
const RETRY: Duration = Duration::from_secs(1);

/// Wakes the actors that have messages in their queues.
pub(in crate::host) async fn recover_queues(kinds: Arc<ActorTypes>, shared: Arc<Shared>) {
    let all = async {
        shared.queued().count(&**shared.store()).await;
        waiting(&shared).for_each_concurrent(AT_ONCE, |record| wake(&kinds, &shared, record)).await;
    };
    shared.stopping().run_until_cancelled(all).await;
}

/// The actors that have messages, read as they are needed.
fn waiting(shared: &Shared) -> impl stream::Stream<Item = ActorRecord> {
    let pages = stream::unfold(None, move |after| async move {
        let page = page_after(shared, after).await;
        page.last().map(|last| last.id).map(|last| (stream::iter(page), Some(last)))
    });
    pages.flatten()
}

async fn page_after(shared: &Shared, after: Option<ActorId>) -> Vec<ActorRecord> {
    loop {
        match shared.store().with_messages(after, PAGE).await {
            Ok(page) => return page,
            Err(error) => {
                log::error!(error = shown(&error), "cannot read which actors have messages; retrying");
                sleep(RETRY).await;
            }
        }
    }
}

/// Wakes one, and waits while it works. If it cannot be woken, the others are not to wait for it.
async fn wake(kinds: &ActorTypes, shared: &Arc<Shared>, record: ActorRecord) {
    let Some(kind) = kinds.get(record.name.as_str()).map(Arc::clone) else {
        log::warn!(actor = shown(&record.id), "messages wait for an actor type that is not registered");
        return;
    };
    match reach(&kind, &record).await {
        Ok(Some(actor)) => {
            // An actor that takes longer goes on beside the others.
            let _ = timeout(LONGEST, Arc::clone(&actor).works_off()).await;
            // It was woken for that alone, unless others have come meanwhile.
            actor.sleep_if_idle();
        }
        Ok(None) => {}
        Err(_) => {
            let stopping = shared.stopping().clone();
            shared.tasks().spawn(async move {
                let waking = async {
                    loop {
                        sleep(RETRY).await;
                        if reach(&kind, &record).await.is_ok() {
                            return;
                        }
                    }
                };
                stopping.run_until_cancelled(waking).await;
            });
        }
    }
}

/// The actor, awake; `None` if it is gone.
async fn reach(
    kind: &Arc<dyn HostedType>,
    record: &ActorRecord,
) -> Result<Option<Arc<dyn HostedActor>>, Fault> {
    match Arc::clone(kind).reach(record.key.clone(), Lookup::Get).await {
        Ok((actor, _)) => Ok(Some(actor)),
        Err(fault) if fault.has(Code::ActorNotFound) => Ok(None),
        Err(fault) => Err(fault),
    }
}

impl<A: Actor> Queues<'_, A> {
    /// How long `#[run]` may take until it asks for messages.
    const PREPARATION: Duration = Duration::from_secs(2);
    /// How long it may take over one.
    const STALL: Duration = Duration::from_secs(10);

    /// Waits until `#[run]` has handled what waits in the queues that it reads, or does not get on with it, or the actor
    /// sleeps.
    pub(in crate::host) async fn work_off(&self) {
        let (mut seen, mut since) = (None, Instant::now());
        while A::HOOKS.run && ActorCell::<A>::HAS_QUEUES && self.0.keep_alive().is_running() {
            let changed = self.durable().next_queue_change();
            let (progress, is_done) = {
                let queues = &mut self.durable().lock().parts.queues;
                (queues.watch(), queues.is_worked_off())
            };
            if progress != seen {
                (seen, since) = (progress, Instant::now());
            }
            let patience = if progress.is_none() { Self::PREPARATION } else { Self::STALL };
            if is_done || since.elapsed() >= patience {
                return;
            }
            tokio::select! {
                () = changed => {}
                () = self.0.lifecycle().reached(Phase::Closed) => return,
                () = sleep_until(since + patience) => {}
            }
        }
    }
}
