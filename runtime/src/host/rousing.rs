//! Rousing: at the start of a process, whoever has messages is woken once, to go on where the last process ended.

use std::{sync::Arc, time::Duration};

use futures_util::{StreamExt, stream};

use super::{Hosted, Reach, Shared, runtime::Kinds};
use crate::{faults, store::ActorRecord};

/// How many actors are asked for at once.
const PAGE: usize = 1_000;
/// How many are woken at the same time.
const AT_ONCE: usize = 64;
/// How long to wait after the store failed, or an actor.
const RETRY: Duration = Duration::from_secs(1);

/// Wakes the actors that have messages in their queues.
pub(super) async fn rouse(kinds: Arc<Kinds>, shared: Arc<Shared>) {
    shared.stopping().run_until_cancelled(rouse_all(&kinds, &shared)).await;
}

async fn rouse_all(kinds: &Kinds, shared: &Arc<Shared>) {
    let mut after = None;
    loop {
        match shared.store().with_messages(after, PAGE).await {
            Ok(page) => {
                let Some(last) = page.last() else { return };
                after = Some(last.id);
                stream::iter(page).for_each_concurrent(AT_ONCE, |record| wake(kinds, shared, record)).await;
            }
            Err(error) => {
                tracing::error!(%error, "the store does not tell where messages wait");
                tokio::time::sleep(RETRY).await;
            }
        }
    }
}

/// Wakes one. If that fails, the others are not to wait for it.
async fn wake(kinds: &Kinds, shared: &Arc<Shared>, record: ActorRecord) {
    let Some(kind) = kinds.get(record.name.as_str()).map(Arc::clone) else {
        tracing::warn!(actor = %record.id, "messages wait for an actor that is not registered");
        return;
    };
    if is_awake_or_gone(&kind, &record).await {
        return;
    }
    let stopping = shared.stopping().clone();
    shared.tasks().spawn(async move {
        let waking = async {
            loop {
                tokio::time::sleep(RETRY).await;
                if is_awake_or_gone(&kind, &record).await {
                    return;
                }
            }
        };
        stopping.run_until_cancelled(waking).await;
    });
}

async fn is_awake_or_gone(kind: &Arc<dyn Hosted>, record: &ActorRecord) -> bool {
    match Arc::clone(kind).reach(record.key.clone(), Reach::Get).await {
        Ok(_) => true,
        Err(fault) => fault == faults::actor_not_found(),
    }
}
