//! The clockwork: wakes sleeping actors for their alarms. One task and one timer for all of them.

use std::{collections::HashSet, sync::Arc, time::Duration};

use parking_lot::Mutex;
use tokio::sync::Notify;

use super::{Shared, runtime::Kinds};
use crate::ActorId;

/// When the next alarm of all is due, as far as is known.
#[derive(Default)]
pub(super) struct Clockwork {
    changed: Notify,
    /// Actors whose alarms ring just now: the store names them until they have rung.
    ringing: Mutex<HashSet<ActorId>>,
}

impl Clockwork {
    /// How many actors are asked for at once.
    const BATCH: usize = 1_000;
    /// How long to wait after the store failed, or an actor.
    const RETRY: Duration = Duration::from_secs(1);
    /// How long to wait at most: the store may be shared with others one day.
    const LONGEST: Duration = Duration::from_hours(1);

    /// Alarms were saved.
    pub(super) fn changed(&self) {
        self.changed.notify_one();
    }
}

/// Rings alarms until the runtime stops.
pub(super) async fn tick(kinds: Arc<Kinds>, shared: Arc<Shared>) {
    let ticking = async {
        loop {
            let changed = shared.clockwork().changed.notified();
            let wait = ring_due(&kinds, &shared).await;
            // Whichever is first.
            let _ = tokio::time::timeout(wait, changed).await;
        }
    };
    shared.stopping().run_until_cancelled(ticking).await;
}

/// Rings what is due, and says how long nothing will be.
async fn ring_due(kinds: &Kinds, shared: &Arc<Shared>) -> Duration {
    let now_ms = shared.clock().now_ms();
    let ringing = shared.clockwork().ringing.lock().len();
    let due = match shared.store().due(now_ms, Clockwork::BATCH + ringing).await {
        Ok(due) => due,
        Err(error) => {
            tracing::error!(%error, "the store does not tell what is due");
            return Clockwork::RETRY;
        }
    };
    let full = due.len() >= Clockwork::BATCH + ringing;
    for record in due {
        if !shared.clockwork().ringing.lock().insert(record.id) {
            continue;
        }
        let Some(kind) = kinds.get(record.name.as_str()).map(Arc::clone) else {
            // It stays among those that ring: nobody here will ever be there for it.
            tracing::warn!(actor = %record.id, "an alarm of an actor is due that is not registered");
            continue;
        };
        let ours = Arc::clone(shared);
        shared.tasks().spawn(async move {
            if !kind.ring(record.key, now_ms).await {
                // It cannot be woken, or not saved. The others are not to wait for it.
                let stop = ours.stopping().cancelled();
                // Whichever is first.
                let _ = tokio::time::timeout(Clockwork::RETRY, stop).await;
            }
            ours.clockwork().ringing.lock().remove(&record.id);
            ours.clockwork().changed();
        });
    }
    if full {
        return Duration::ZERO;
    }
    match shared.store().next_alarm_after(now_ms).await {
        Ok(Some(due_ms)) => Duration::from_millis(due_ms.saturating_sub(now_ms)).min(Clockwork::LONGEST),
        Ok(None) => Clockwork::LONGEST,
        Err(_) => Clockwork::RETRY,
    }
}
