//! Slots: values that are found by key once, and by number from then on.

use std::{
    collections::HashMap,
    hash::Hash,
    ops::{Index, IndexMut},
};

use slab::Slab;

/// Values by number, which are found by key as well.
pub(super) struct Slots<K, V> {
    values: Slab<(K, V)>,
    numbers: HashMap<K, usize>,
}

impl<K: Copy + Eq + Hash, V> Slots<K, V> {
    pub(super) fn new() -> Self {
        Self { values: Slab::new(), numbers: HashMap::new() }
    }

    /// The number of what has this key, which is made if there is none.
    pub(super) fn number(&mut self, key: K, make: impl FnOnce() -> V) -> usize {
        *self.numbers.entry(key).or_insert_with(|| self.values.insert((key, make())))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// The key of this number.
    pub(super) fn key(&self, number: usize) -> K {
        self.values[number].0
    }

    /// All numbers, in no order.
    pub(super) fn all(&self) -> Vec<usize> {
        self.numbers.values().copied().collect()
    }

    pub(super) fn remove(&mut self, number: usize) {
        let (key, _) = self.values.remove(number);
        self.numbers.remove(&key);
    }
}

impl<K, V> Index<usize> for Slots<K, V> {
    type Output = V;

    fn index(&self, number: usize) -> &V {
        &self.values[number].1
    }
}

impl<K, V> IndexMut<usize> for Slots<K, V> {
    fn index_mut(&mut self, number: usize) -> &mut V {
        &mut self.values[number].1
    }
}

#[cfg(test)]
impl<K, V> Slots<K, V> {
    /// For how many there is room.
    pub(super) fn room(&self) -> usize {
        self.values.capacity().max(self.numbers.capacity())
    }
}
