//! The clockwork: wakes sleeping actors for their alarms. One task and one timer for all of them.

use std::{
    collections::HashSet,
    sync::{Arc, Weak},
    time::Duration,
};

use parking_lot::Mutex;
use tokio::sync::Notify;

use super::Runtime;
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
pub(super) async fn tick(runtime: Weak<Runtime>) {
    loop {
        let Some(runtime) = runtime.upgrade() else { return };
        let changed = runtime.clockwork().changed.notified();
        let wait = ring_due(&runtime).await;
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = changed => {}
            () = runtime.stopping().cancelled() => return,
        }
    }
}

/// Rings what is due, and says how long nothing will be.
async fn ring_due(runtime: &Arc<Runtime>) -> Duration {
    let now_ms = runtime.clock().now_ms();
    let ringing = runtime.clockwork().ringing.lock().len();
    let due = match runtime.store().due(now_ms, Clockwork::BATCH + ringing).await {
        Ok(due) => due,
        Err(error) => {
            tracing::error!(%error, "the store does not tell what is due");
            return Clockwork::RETRY;
        }
    };
    let full = due.len() >= Clockwork::BATCH + ringing;
    for record in due {
        if !runtime.clockwork().ringing.lock().insert(record.id) {
            continue;
        }
        let runtime = Arc::clone(runtime);
        runtime.clone().tasks().spawn(async move {
            let Ok(kind) = runtime.kind(&record.name) else {
                // It stays among those that ring: nobody here will ever be there for it.
                tracing::warn!(actor = %record.id, "an alarm of an actor is due that is not registered");
                return;
            };
            if !kind.ring(record.key, now_ms).await {
                // It cannot be woken, or not saved. The others are not to wait for it.
                let stop = runtime.stopping().cancelled();
                // Whichever is first.
                let _ = tokio::time::timeout(Clockwork::RETRY, stop).await;
            }
            runtime.clockwork().ringing.lock().remove(&record.id);
            runtime.clockwork().changed();
        });
    }
    if full {
        return Duration::ZERO;
    }
    match runtime.store().next_alarm_after(now_ms).await {
        Ok(Some(due_ms)) => Duration::from_millis(due_ms.saturating_sub(now_ms)).min(Clockwork::LONGEST),
        Ok(None) => Clockwork::LONGEST,
        Err(_) => Clockwork::RETRY,
    }
}
