//! Values in the order of when each was used last, each found by its number.
//!
//! There is one for each actor that is awake, so it is to be small: the values are in a slab, and those that were used in the
//! same millisecond are a list within it. A tree has the ends of the lists, and mostly few: what is used in a wave shares them.

use std::{
    collections::BTreeMap,
    ops::{Index, IndexMut},
};

use slab::Slab;

/// Values by number, and in the order of when they were used last.
pub(super) struct IdleOrder<T> {
    entries: Slab<Entry<T>>,
    /// By millisecond.
    lists: BTreeMap<u64, Ends>,
    /// How many were removed since there was room given back.
    removed: usize,
}

struct Entry<T> {
    used_at_ms: u64,
    /// Those before and behind it that were used in the same millisecond.
    before: u32,
    behind: u32,
    value: T,
}

/// The first and the last of a list.
#[derive(Clone, Copy)]
struct Ends {
    first: u32,
    last: u32,
}

/// The number of none.
const NONE: u32 = u32::MAX;

impl<T> IdleOrder<T> {
    pub(super) fn new() -> Self {
        Self { entries: Slab::new(), lists: BTreeMap::new(), removed: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Adds a value, behind those that were used at the same time. Gives its number.
    pub(super) fn add(&mut self, value: T, used_at_ms: u64) -> u32 {
        let key = self.entries.insert(Entry { used_at_ms, before: NONE, behind: NONE, value });
        let number = u32::try_from(key).expect("there are not that many actors");
        self.link(number, used_at_ms);
        number
    }

    pub(super) fn remove(&mut self, number: u32) -> T {
        self.unlink(number);
        let entry = self.entries.remove(number as usize);
        self.removed += 1;
        // Seldom enough: to give room back costs as much as there is.
        if self.removed > 1024 && (self.removed > self.entries.capacity() / 2 || self.entries.is_empty()) {
            self.removed = 0;
            self.entries.shrink_to_fit();
        }
        entry.value
    }

    /// The one that was used before all others, and when.
    pub(super) fn first(&self) -> Option<(u32, u64)> {
        self.lists.first_key_value().map(|(used_at_ms, ends)| (ends.first, *used_at_ms))
    }

    /// It was used then.
    pub(super) fn set_used(&mut self, number: u32, used_at_ms: u64) {
        self.unlink(number);
        self.link(number, used_at_ms);
    }

    fn link(&mut self, number: u32, used_at_ms: u64) {
        let ends = self.lists.entry(used_at_ms).or_insert(Ends { first: number, last: NONE });
        let before = std::mem::replace(&mut ends.last, number);
        let entry = self.entry(number);
        (entry.used_at_ms, entry.before, entry.behind) = (used_at_ms, before, NONE);
        if before != NONE {
            self.entry(before).behind = number;
        }
    }

    fn unlink(&mut self, number: u32) {
        let &mut Entry { used_at_ms, before, behind, .. } = self.entry(number);
        if before != NONE {
            self.entry(before).behind = behind;
        }
        if behind != NONE {
            self.entry(behind).before = before;
        }
        if before != NONE && behind != NONE {
            return;
        }
        let Some(ends) = self.lists.get_mut(&used_at_ms) else { return };
        if before == NONE {
            ends.first = behind;
        }
        if behind == NONE {
            ends.last = before;
        }
        if ends.first == NONE {
            self.lists.remove(&used_at_ms);
        }
    }

    fn entry(&mut self, number: u32) -> &mut Entry<T> {
        &mut self.entries[number as usize]
    }

    /// For how many there is room, and how many lists there are.
    #[cfg(test)]
    pub(super) fn room(&self) -> (usize, usize) {
        (self.entries.capacity(), self.lists.len())
    }
}

impl<T> Index<u32> for IdleOrder<T> {
    type Output = T;

    fn index(&self, number: u32) -> &T {
        &self.entries[number as usize].value
    }
}

impl<T> IndexMut<u32> for IdleOrder<T> {
    fn index_mut(&mut self, number: u32) -> &mut T {
        &mut self.entries[number as usize].value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Beside a plain list that is sorted at each step.
    #[test]
    fn the_first_is_the_one_that_was_used_before_all_others() {
        let mut random = fastrand::Rng::with_seed(7);
        let mut order = IdleOrder::new();
        // Number, time, and when it came to that: of the same time, the one that came first is first.
        let mut model: Vec<(u32, u64, u64)> = Vec::new();
        for step in 0..20_000 {
            let used_at_ms = random.u64(0..20);
            match random.u8(0..4) {
                0 => model.push((order.add(step, used_at_ms), used_at_ms, step)),
                1 if !model.is_empty() => {
                    let (number, ..) = model.swap_remove(random.usize(0..model.len()));
                    order.remove(number);
                }
                2 if !model.is_empty() => {
                    let at = random.usize(0..model.len());
                    order.set_used(model[at].0, used_at_ms);
                    (model[at].1, model[at].2) = (used_at_ms, step);
                }
                _ => {}
            }
            let first = model.iter().min_by_key(|(_, used_at_ms, came)| (*used_at_ms, *came));
            assert_eq!(order.first(), first.map(|(number, used_at_ms, _)| (*number, *used_at_ms)), "{step}");
            assert_eq!(order.len(), model.len());
        }
    }
}
