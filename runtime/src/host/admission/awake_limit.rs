//! The limit of actors that are awake at once, and which of them sleeps for another.
//!
//! The actor that was idle longest is found without looking at all of them: they are in the [order](IdleOrder) of when each
//! was known to be used last, and only actors at its beginning are looked at. One that was used since goes to where it belongs
//! by now, and one that cannot sleep goes to the end; so no actor is looked at twice for the same reason.

use std::{
    collections::HashMap,
    sync::{Arc, Weak},
    time::Duration,
};

use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use tokio::time::timeout;

use super::idle_order::IdleOrder;
use crate::{Fault, error::faults};

/// The permits of all actors of a process that are awake.
pub(crate) struct AwakeLimit {
    limit: usize,
    /// Those that have one. A permit that no actor has yet is in the order too, as one of nobody.
    table: Mutex<Holders>,
}

type Holders = IdleOrder<Option<Weak<dyn Evictable>>>;

/// An awake actor, whatever its type, that can be made to sleep for another.
pub(in crate::host) trait Evictable: Send + Sync {
    /// When it was used last, in elapsed time.
    fn used_at_ms(&self) -> u64;

    /// Whether nothing keeps it awake.
    fn can_sleep(&self) -> bool;

    /// Asks it to sleep now if it is idle, and waits until it does.
    fn sleep_if_idle(self: Arc<Self>) -> BoxFuture<'static, ()>;
}

/// The permit of one actor to be awake; free again when it is dropped.
pub(in crate::host) struct AwakePermit {
    limit: Arc<AwakeLimit>,
    number: u32,
}

impl AwakeLimit {
    /// How many actors are looked at for one that can sleep.
    const MAX_LOOKS: usize = 256;
    /// How many actors are asked to sleep for one call, and how long each may take.
    const MAX_EVICTIONS: usize = 4;
    const EVICTION_TIMEOUT: Duration = Duration::from_secs(2);

    /// A limit of zero is none.
    pub(in crate::host) fn new(limit: usize) -> Self {
        let limit = if limit == 0 { usize::MAX } else { limit };
        Self { limit, table: Mutex::new(IdleOrder::new()) }
    }

    /// A permit for an actor that is woken for a caller from outside, who may be refused. If all are out, another actor
    /// sleeps first.
    pub(in crate::host) async fn acquire(self: &Arc<Self>, now_ms: u64) -> Result<AwakePermit, Fault> {
        for _ in 0..=Self::MAX_EVICTIONS {
            let idlest = {
                let mut table = self.table.lock();
                if table.len() < self.limit {
                    return Ok(self.permit(&mut table, now_ms));
                }
                idlest(&mut table, now_ms)
            };
            let Some(idlest) = idlest else { break };
            // An actor that needs longer, or was called meanwhile, keeps its permit.
            let _ = timeout(Self::EVICTION_TIMEOUT, idlest.sleep_if_idle()).await;
        }
        Err(faults::too_many_actors("actors_awake"))
    }

    /// A permit for an actor that has to be awake. If that is one too many, another actor is asked to sleep.
    pub(in crate::host) fn acquire_over_limit(self: &Arc<Self>, now_ms: u64) -> AwakePermit {
        let mut table = self.table.lock();
        let permit = self.permit(&mut table, now_ms);
        let idlest = if table.len() > self.limit { idlest(&mut table, now_ms) } else { None };
        drop(table);
        if let Some(idlest) = idlest {
            // It is asked at once; nobody waits until it sleeps.
            drop(idlest.sleep_if_idle());
        }
        permit
    }

    fn permit(self: &Arc<Self>, table: &mut Holders, now_ms: u64) -> AwakePermit {
        AwakePermit { limit: Arc::clone(self), number: table.add(None, now_ms) }
    }
}

impl AwakePermit {
    /// This actor has it.
    pub(in crate::host) fn assign(&self, actor: Weak<dyn Evictable>) {
        self.limit.table.lock()[self.number] = Some(actor);
    }
}

impl Drop for AwakePermit {
    fn drop(&mut self) {
        let actor = self.limit.table.lock().remove(self.number);
        // It may be the last of the actor's memory.
        drop(actor);
    }
}

/// The actor that can sleep and was idle longest, as far as that is known. It goes to the end, so that others ask another.
fn idlest(table: &mut Holders, now_ms: u64) -> Option<Arc<dyn Evictable>> {
    let mut best: Option<(u64, u32, Arc<dyn Evictable>)> = None;
    for _ in 0..AwakeLimit::MAX_LOOKS {
        let Some((number, known_ms)) = table.first() else { break };
        let Some(actor) = table[number].as_ref().and_then(Weak::upgrade) else {
            // It is about to be there, or has just gone.
            table.set_used(number, now_ms.max(known_ms));
            continue;
        };
        let used_at_ms = actor.used_at_ms().max(known_ms);
        let can_sleep = actor.can_sleep();
        table.set_used(number, if can_sleep { used_at_ms } else { now_ms.max(used_at_ms) });
        if can_sleep && best.as_ref().is_none_or(|(least, ..)| used_at_ms < *least) {
            best = Some((used_at_ms, number, actor));
        }
        // It is where it belongs, and all others are behind it.
        if can_sleep && used_at_ms == known_ms {
            break;
        }
    }
    let (used_at_ms, number, actor) = best?;
    table.set_used(number, now_ms.max(used_at_ms));
    Some(actor)
}

/// Gives the room back that a wave has made a map take.
pub(in crate::host) fn shrink<K: Eq + std::hash::Hash, V>(map: &mut HashMap<K, V>) {
    if map.capacity() > 1024 && map.len() < map.capacity() / 4 {
        map.shrink_to(2 * map.len());
    }
}

#[cfg(test)]
mod tests;
