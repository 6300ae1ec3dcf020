//! The clockwork: wakes sleeping actors for their alarms. One task and one timer for all of them.

use std::{collections::HashSet, sync::Arc, time::Duration};

use futures_util::{StreamExt as _, stream};
use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::{
    ActorId,
    host::{Shared, runtime::Kinds},
    store::{ActorRecord, AlarmKind},
    util::{
        clock::{Clock, Due, Moment},
        log,
        shown::shown,
    },
};

/// When the next alarm of all is due, as far as is known.
#[derive(Default)]
pub(in crate::host) struct AlarmScheduler {
    changed: Notify,
    /// Actors whose alarms ring just now: the store names them until they have rung.
    ringing: Mutex<HashSet<ActorId>>,
}

impl AlarmScheduler {
    /// How many actors are asked for at once.
    const BATCH: usize = 1_000;
    /// How many actors are woken at the same time to correct their alarms.
    const AT_ONCE: usize = 64;
    /// How long to wait after the store failed, or an actor.
    const RETRY: Duration = Duration::from_secs(1);
    /// How long to wait at most: the store may be shared with others one day.
    const LONGEST: Duration = Duration::from_hours(1);

    /// Alarms were saved.
    pub(in crate::host) fn changed(&self) {
        self.changed.notify_one();
    }
}

/// Rings alarms until the runtime stops.
pub(in crate::host) async fn tick(kinds: Arc<Kinds>, shared: Arc<Shared>) {
    let ticking = async {
        // While this process was not there, its clock may have been put back.
        let mut ahead_ms = correct(&kinds, &shared, AlarmKind::ALL.as_slice());
        loop {
            if shared.clock().was_put_back(ahead_ms) {
                ahead_ms = correct(&kinds, &shared, &[AlarmKind::WallClock]);
            }
            let changed = shared.alarm_scheduler().changed.notified();
            let wait = ring_due(&kinds, &shared).await;
            tokio::select! {
                () = changed => {}
                () = wait.over(shared.clock()) => {}
            }
        }
    };
    shared.stopping().run_until_cancelled(ticking).await;
}

/// How long nothing is due.
struct Wait {
    next: Due,
    longest: Duration,
}

impl Wait {
    const fn at_most(longest: Duration) -> Self {
        Self { next: Due { wall_ms: None, elapsed_ms: None }, longest }
    }

    async fn over(self, clock: &Clock) {
        // Whichever is first.
        let _ = tokio::time::timeout(self.longest, clock.reaches(self.next)).await;
    }
}

/// Rings what is due, and says how long nothing will be.
async fn ring_due(kinds: &Arc<Kinds>, shared: &Arc<Shared>) -> Wait {
    let now = shared.clock().now();
    let limit = AlarmScheduler::BATCH + shared.alarm_scheduler().ringing.lock().len();
    let mut is_full = false;
    for kind in AlarmKind::ALL {
        let due = match shared.store().due(kind, now.by(kind), limit).await {
            Ok(due) => due,
            Err(error) => {
                log::error!(error = shown(&error), "the store does not tell what is due");
                return Wait::at_most(AlarmScheduler::RETRY);
            }
        };
        is_full |= due.len() >= limit;
        for record in due {
            ring(kinds, shared, record, now);
        }
    }
    if is_full {
        return Wait::at_most(Duration::ZERO);
    }
    let next = |kind: AlarmKind| shared.store().next_alarm_after(kind, now.by(kind));
    match (next(AlarmKind::WallClock).await, next(AlarmKind::Elapsed).await) {
        (Ok(wall_ms), Ok(elapsed_ms)) => {
            Wait { next: Due { wall_ms, elapsed_ms }, longest: AlarmScheduler::LONGEST }
        }
        _ => Wait::at_most(AlarmScheduler::RETRY),
    }
}

/// Rings the alarms of one actor, unless they ring already.
fn ring(kinds: &Kinds, shared: &Arc<Shared>, record: ActorRecord, now: Moment) {
    if !shared.alarm_scheduler().ringing.lock().insert(record.id) {
        return;
    }
    let Some(kind) = kinds.get(record.name.as_str()).map(Arc::clone) else {
        // It stays among those that ring: nobody here will ever be there for it.
        log::warn!(actor = shown(&record.id), "an alarm of an actor is due that is not registered");
        return;
    };
    let ours = Arc::clone(shared);
    shared.tasks().spawn(async move {
        if !kind.ring(record.key, now).await {
            // It cannot be woken, or not saved. The others are not to wait for it.
            let stop = ours.stopping().cancelled();
            // Whichever is first.
            let _ = tokio::time::timeout(AlarmScheduler::RETRY, stop).await;
        }
        ours.alarm_scheduler().ringing.lock().remove(&record.id);
        ours.alarm_scheduler().changed();
    });
}

/// Wakes the actors with alarms of these kinds that are further ahead than they can be, since the clock was put back: they
/// correct that themselves. Says how much the time of day was ahead then.
fn correct(kinds: &Arc<Kinds>, shared: &Arc<Shared>, of: &'static [AlarmKind]) -> i64 {
    let ahead_ms = shared.clock().ahead_ms();
    let (kinds, ours) = (Arc::clone(kinds), Arc::clone(shared));
    shared.tasks().spawn(async move {
        let correcting = async {
            for kind in of {
                correct_all(&kinds, &ours, *kind).await;
            }
        };
        ours.stopping().run_until_cancelled(correcting).await;
    });
    ahead_ms
}

async fn correct_all(kinds: &Kinds, shared: &Arc<Shared>, kind: AlarmKind) {
    let now = shared.clock().now();
    let now_ms = match kind {
        AlarmKind::WallClock => now.wall_ms.saturating_add(Clock::PUT_BACK_MS),
        AlarmKind::Elapsed => now.elapsed_ms,
    };
    let mut after = None;
    loop {
        match shared.store().alarms_ahead(kind, now_ms, after, AlarmScheduler::BATCH).await {
            Ok(page) => {
                let Some(last) = page.last() else { return };
                after = Some(last.id);
                let wake = async |record: ActorRecord| {
                    if let Some(kind) = kinds.get(record.name.as_str()).map(Arc::clone) {
                        // If it cannot be woken, it is corrected when it can.
                        kind.ring(record.key, now).await;
                    }
                };
                stream::iter(page).for_each_concurrent(AlarmScheduler::AT_ONCE, wake).await;
            }
            Err(error) => {
                log::error!(
                    error = shown(&error),
                    "the store does not tell which alarms a clock was put back for"
                );
                tokio::time::sleep(AlarmScheduler::RETRY).await;
            }
        }
    }
}
