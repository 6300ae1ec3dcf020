//! Slots: values that are found by key once, and by number from then on.

use std::{
    collections::HashMap,
    hash::Hash,
    ops::{Index, IndexMut},
};

use slab::Slab;

/// Values by number, which are found by key as well.
pub(in crate::host) struct Slots<K, V> {
    values: Slab<(K, V)>,
    numbers: HashMap<K, usize>,
}

impl<K: Copy + Eq + Hash, V> Slots<K, V> {
    pub(in crate::host) fn new() -> Self {
        Self { values: Slab::new(), numbers: HashMap::new() }
    }

    /// The number of what has this key, which is made if there is none.
    pub(in crate::host) fn number(&mut self, key: K, make: impl FnOnce() -> V) -> usize {
        *self.numbers.entry(key).or_insert_with(|| self.values.insert((key, make())))
    }

    pub(in crate::host) fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// The key of this number.
    pub(in crate::host) fn key(&self, number: usize) -> K {
        self.values[number].0
    }

    /// All numbers, in no order.
    pub(in crate::host) fn all(&self) -> Vec<usize> {
        self.numbers.values().copied().collect()
    }

    pub(in crate::host) fn remove(&mut self, number: usize) {
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
    pub(in crate::host) fn room(&self) -> usize {
        self.values.capacity().max(self.numbers.capacity())
    }
}
