//! Rousing: at the start of a process, whoever has messages is woken once, to go on where the last process ended.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use futures_util::{StreamExt, stream};

use super::{Reach, Runtime};
use crate::{faults, store::ActorRecord};

/// How many actors are asked for at once.
const PAGE: usize = 1_000;
/// How many are woken at the same time.
const AT_ONCE: usize = 64;
/// How long to wait after the store failed, or an actor.
const RETRY: Duration = Duration::from_secs(1);

/// Wakes the actors that have messages in their queues.
pub(super) async fn rouse(runtime: Weak<Runtime>) {
    let mut after = None;
    while let Some(runtime) = runtime.upgrade() {
        match runtime.store().with_messages(after, PAGE).await {
            Ok(page) => {
                let Some(last) = page.last() else { return };
                after = Some(last.id);
                stream::iter(page).for_each_concurrent(AT_ONCE, |record| wake(&runtime, record)).await;
            }
            Err(error) => {
                tracing::error!(%error, "the store does not tell where messages wait");
                if !pause(&runtime).await {
                    return;
                }
            }
        }
    }
}

/// Wakes one. If that fails, the others are not to wait for it.
async fn wake(runtime: &Arc<Runtime>, record: ActorRecord) {
    if is_awake_or_gone(runtime, &record).await {
        return;
    }
    let again = Arc::clone(runtime);
    runtime
        .tasks()
        .spawn(async move { while pause(&again).await && !is_awake_or_gone(&again, &record).await {} });
}

async fn is_awake_or_gone(runtime: &Runtime, record: &ActorRecord) -> bool {
    let Ok(kind) = runtime.kind(&record.name) else {
        tracing::warn!(actor = %record.id, "messages wait for an actor that is not registered");
        return true;
    };
    match kind.reach(record.key.clone(), Reach::Get).await {
        Ok(_) => true,
        Err(fault) => fault == faults::actor_not_found(),
    }
}

/// `false` if the process ends meanwhile.
async fn pause(runtime: &Runtime) -> bool {
    tokio::time::timeout(RETRY, runtime.stopping().cancelled()).await.is_err()
}
