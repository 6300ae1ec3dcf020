//! Places: how many actors may be awake at once, and who sleeps for another.
//!
//! The one that was idle longest is found without looking at all: they are in the order of when each was known to be used
//! last, and only those at its beginning are looked at. One that was used since goes to where it belongs by now, and one that
//! cannot sleep to the end; so nobody is looked at twice for the same reason.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Weak},
    time::Duration,
};

use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use tokio::time::timeout;

use crate::{Fault, error::faults};

/// The places of all actors of a process that are awake.
pub(crate) struct AwakeLimit {
    limit: usize,
    table: Mutex<Table>,
}

#[derive(Default)]
struct Table {
    /// How many places are taken.
    taken: usize,
    numbers: u64,
    sleepers: HashMap<u64, Sleeper>,
    /// By when they were known to be used last.
    order: BTreeSet<(u64, u64)>,
}

/// An actor that has a place.
struct Sleeper {
    used_at_ms: u64,
    actor: Weak<dyn MaySleep>,
}

/// An awake actor, whatever its type, as others see it who need its place.
pub(in crate::host) trait MaySleep: Send + Sync {
    /// When it was used last, in elapsed time.
    fn used_at_ms(&self) -> u64;

    /// Whether nothing keeps it awake.
    fn can_sleep(&self) -> bool;

    /// Asks it to sleep now, and waits until it does.
    fn sleep_if_idle(self: Arc<Self>) -> BoxFuture<'static, ()>;
}

/// A place; free again when it is dropped.
pub(in crate::host) struct AwakePermit {
    places: Arc<AwakeLimit>,
    number: u64,
}

impl AwakeLimit {
    /// How many are looked at for one that can sleep.
    const LOOKED_AT: usize = 256;
    /// How many are asked to sleep for one call, and how long each may take.
    const ASKED: usize = 4;
    const PATIENCE: Duration = Duration::from_secs(2);

    /// Zero: as many as there are.
    pub(in crate::host) fn new(limit: usize) -> Self {
        let limit = if limit == 0 { usize::MAX } else { limit };
        Self { limit, table: Mutex::default() }
    }

    /// A place for an actor that is woken for somebody from outside, who may be refused. If all are taken, somebody sleeps
    /// first.
    pub(in crate::host) async fn take(self: &Arc<Self>, now_ms: u64) -> Result<AwakePermit, Fault> {
        for _ in 0..=Self::ASKED {
            let idlest = {
                let mut table = self.table.lock();
                if table.taken < self.limit {
                    return Ok(self.place(&mut table));
                }
                table.idlest(now_ms)
            };
            let Some(idlest) = idlest else { break };
            // Who needs longer, or was called meanwhile, is left alone.
            let _ = timeout(Self::PATIENCE, idlest.sleep_if_idle()).await;
        }
        Err(faults::too_many_actors("actors_awake"))
    }

    /// A place for an actor that has to be awake. If that is one too many, somebody is asked to sleep for it.
    pub(in crate::host) fn take_anyhow(self: &Arc<Self>, now_ms: u64) -> AwakePermit {
        let mut table = self.table.lock();
        let place = self.place(&mut table);
        let idlest = if table.taken > self.limit { table.idlest(now_ms) } else { None };
        drop(table);
        if let Some(idlest) = idlest {
            // What it is asked it is asked at once; nobody waits for it.
            drop(idlest.sleep_if_idle());
        }
        place
    }

    fn place(self: &Arc<Self>, table: &mut Table) -> AwakePermit {
        table.taken += 1;
        table.numbers += 1;
        AwakePermit { places: Arc::clone(self), number: table.numbers }
    }
}

impl AwakePermit {
    /// This actor has it.
    pub(in crate::host) fn is_of(&self, actor: Weak<dyn MaySleep>, now_ms: u64) {
        let mut table = self.places.table.lock();
        table.order.insert((now_ms, self.number));
        table.sleepers.insert(self.number, Sleeper { used_at_ms: now_ms, actor });
    }
}

impl Drop for AwakePermit {
    fn drop(&mut self) {
        self.places.table.lock().leave(self.number);
    }
}

impl Table {
    fn leave(&mut self, number: u64) {
        self.taken -= 1;
        if let Some(sleeper) = self.sleepers.remove(&number) {
            self.order.remove(&(sleeper.used_at_ms, number));
        }
        shrink(&mut self.sleepers);
    }

    /// The one that can sleep and was idle longest, as far as that is known. It is asked by nobody else for now.
    fn idlest(&mut self, now_ms: u64) -> Option<Arc<dyn MaySleep>> {
        let mut best: Option<(u64, u64, Arc<dyn MaySleep>)> = None;
        for _ in 0..AwakeLimit::LOOKED_AT {
            let Some((known_ms, number)) = self.order.pop_first() else { break };
            let Some(sleeper) = self.sleepers.get_mut(&number) else { continue };
            let Some(actor) = sleeper.actor.upgrade() else {
                self.sleepers.remove(&number);
                continue;
            };
            let used_at_ms = actor.used_at_ms().max(known_ms);
            let can_sleep = actor.can_sleep();
            sleeper.used_at_ms = if can_sleep { used_at_ms } else { now_ms.max(used_at_ms) };
            self.order.insert((sleeper.used_at_ms, number));
            if can_sleep && best.as_ref().is_none_or(|(least, ..)| used_at_ms < *least) {
                best = Some((used_at_ms, number, actor));
            }
            // It is where it belongs, and all others are behind it.
            if can_sleep && used_at_ms == known_ms {
                break;
            }
        }
        let (used_at_ms, number, actor) = best?;
        self.order.remove(&(used_at_ms, number));
        let known_ms = now_ms.max(used_at_ms);
        self.order.insert((known_ms, number));
        self.sleepers.get_mut(&number)?.used_at_ms = known_ms;
        Some(actor)
    }
}

/// Gives the room back that a wave has made a map take.
pub(in crate::host) fn shrink<K: Eq + std::hash::Hash, V>(map: &mut HashMap<K, V>) {
    if map.capacity() > 1024 && map.len() < map.capacity() / 4 {
        map.shrink_to(2 * map.len());
    }
}

#[cfg(test)]
mod tests;
