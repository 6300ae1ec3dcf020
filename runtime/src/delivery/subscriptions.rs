//! Which events a connection gets.

use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;

/// The events of one connection, by their places in the table.
pub(crate) struct Subscriptions {
    /// A bit for each event: whether it gets that.
    bits: Box<[AtomicU64]>,
    /// For each event how often it was asked for or given up, if the actor is asked about any; else empty.
    asked: Mutex<Box<[u32]>>,
}

/// One request for an event.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    /// The event's place in the table.
    pub(crate) index: usize,
    /// The generation of this event's subscription.
    generation: u32,
}

impl Subscriptions {
    /// No subscriptions yet, to `events` events. `actor_is_asked` if any of them has an `#[on_subscribe]`.
    pub(crate) fn new(events: usize, actor_is_asked: bool) -> Self {
        let bits = (0..events.div_ceil(64)).map(|_| AtomicU64::new(0)).collect();
        let asked = vec![0; if actor_is_asked { events } else { 0 }];
        Self { bits, asked: Mutex::new(asked.into()) }
    }

    pub(crate) fn has(&self, index: usize) -> bool {
        self.bits[index / 64].load(Ordering::Acquire) & (1 << (index % 64)) != 0
    }

    pub(crate) fn count(&self) -> usize {
        self.bits.iter().map(|word| word.load(Ordering::Acquire).count_ones() as usize).sum()
    }

    pub(crate) fn set(&self, index: usize, on: bool) {
        let (word, bit) = (&self.bits[index / 64], 1 << (index % 64));
        if on {
            word.fetch_or(bit, Ordering::AcqRel);
        } else {
            word.fetch_and(!bit, Ordering::AcqRel);
        }
    }

    /// Asks for an event of which the actor is to be asked: what it says counts as long as nothing later is said of that
    /// event.
    pub(crate) fn ask(&self, index: usize) -> Asked {
        let mut asked = self.asked.lock();
        asked[index] = asked[index].wrapping_add(1);
        Asked { index, generation: asked[index] }
    }

    /// Whether nothing later was said of that event.
    pub(crate) fn still_asks(&self, asked: Asked) -> bool {
        self.asked.lock()[asked.index] == asked.generation
    }

    /// Takes what the actor says, unless something later was said of that event. Says whether it was taken.
    pub(crate) fn set_if_latest(&self, asked: Asked, on: bool) -> bool {
        // Under the lock, or the event could be given up in between.
        let later = self.asked.lock();
        let is_latest = later[asked.index] == asked.generation;
        if is_latest {
            self.set(asked.index, on);
        }
        is_latest
    }

    pub(crate) fn give_up(&self, index: usize) {
        let mut asked = self.asked.lock();
        if let Some(asked) = asked.get_mut(index) {
            *asked = asked.wrapping_add(1);
        }
        self.set(index, false);
    }
}
