//! The task of the alarm scheduler: wakes sleeping actors for their alarms. One task and one timer for all of them.

use std::{sync::Arc, time::Duration};

use futures_util::{StreamExt as _, stream};

use crate::{
    host::{Shared, actor_types::ActorTypes},
    store::{ActorRecord, AlarmKind},
    util::{
        clock::{Clock, Due, Moment},
        log,
        shown::shown,
    },
};

/// How many actors are asked for at once.
const BATCH: usize = 1_000;
/// How many actors are woken at the same time to correct their alarms.
const AT_ONCE: usize = 64;
/// How long to wait after the store failed, or an actor.
const RETRY: Duration = Duration::from_secs(1);
/// How long to wait at most: the store may be shared with others one day.
const LONGEST: Duration = Duration::from_hours(1);

/// Has alarms fire until the runtime stops.
pub(in crate::host) async fn run(kinds: Arc<ActorTypes>, shared: Arc<Shared>) {
    let ticking = async {
        // While this process was not there, its clock may have been put back.
        let mut ahead_ms = correct(&kinds, &shared, AlarmKind::ALL.as_slice());
        loop {
            if shared.clock().was_put_back(ahead_ms) {
                ahead_ms = correct(&kinds, &shared, &[AlarmKind::WallClock]);
            }
            let changed = shared.alarm_scheduler().next_change();
            let wait = fire_due(&kinds, &shared).await;
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

/// Has fire what is due, and says how long nothing will be.
async fn fire_due(kinds: &Arc<ActorTypes>, shared: &Arc<Shared>) -> Wait {
    let now = shared.clock().now();
    let limit = BATCH + shared.alarm_scheduler().firing();
    let mut is_full = false;
    for kind in AlarmKind::ALL {
        let due = match shared.store().due(kind, now.by(kind), limit).await {
            Ok(due) => due,
            Err(error) => {
                log::error!(error = shown(&error), "the store failed to list alarms that are due");
                return Wait::at_most(RETRY);
            }
        };
        is_full |= due.len() >= limit;
        for record in due {
            fire(kinds, shared, record, now);
        }
    }
    if is_full {
        return Wait::at_most(Duration::ZERO);
    }
    let next = |kind: AlarmKind| shared.store().next_alarm_after(kind, now.by(kind));
    match (next(AlarmKind::WallClock).await, next(AlarmKind::Elapsed).await) {
        (Ok(wall_ms), Ok(elapsed_ms)) => Wait { next: Due { wall_ms, elapsed_ms }, longest: LONGEST },
        _ => Wait::at_most(RETRY),
    }
}

/// Has the alarms of one actor fire, unless they do already.
fn fire(kinds: &ActorTypes, shared: &Arc<Shared>, record: ActorRecord, now: Moment) {
    if !shared.alarm_scheduler().begin(record.id) {
        return;
    }
    let Some(kind) = kinds.get(record.name.as_str()).map(Arc::clone) else {
        // It stays among those that fire: nothing here will ever take it.
        log::warn!(actor = shown(&record.id), "an alarm is due of an actor whose type is not registered");
        return;
    };
    let ours = Arc::clone(shared);
    shared.tasks().spawn(async move {
        if !kind.fire_alarms(record.key, now).await {
            // It cannot be woken, or not saved. The others are not to wait for it.
            let stop = ours.stopping().cancelled();
            // Whichever is first.
            let _ = tokio::time::timeout(RETRY, stop).await;
        }
        ours.alarm_scheduler().end(record.id);
    });
}

/// Wakes the actors with alarms of these kinds that are further ahead than they can be, since the clock was put back: they
/// correct that themselves. Says how much the time of day was ahead then.
fn correct(kinds: &Arc<ActorTypes>, shared: &Arc<Shared>, of: &'static [AlarmKind]) -> i64 {
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

async fn correct_all(kinds: &ActorTypes, shared: &Arc<Shared>, kind: AlarmKind) {
    let now = shared.clock().now();
    let now_ms = match kind {
        AlarmKind::WallClock => now.wall_ms.saturating_add(Clock::PUT_BACK_MS),
        AlarmKind::Elapsed => now.elapsed_ms,
    };
    let mut after = None;
    loop {
        match shared.store().alarms_ahead(kind, now_ms, after, BATCH).await {
            Ok(page) => {
                let Some(last) = page.last() else { return };
                after = Some(last.id);
                let wake = async |record: ActorRecord| {
                    if let Some(kind) = kinds.get(record.name.as_str()).map(Arc::clone) {
                        // If it cannot be woken, it is corrected when it can.
                        kind.fire_alarms(record.key, now).await;
                    }
                };
                stream::iter(page).for_each_concurrent(AT_ONCE, wake).await;
            }
            Err(error) => {
                log::error!(
                    error = shown(&error),
                    "the store failed to list alarms to correct after the clock was put back"
                );
                tokio::time::sleep(RETRY).await;
            }
        }
    }
}
