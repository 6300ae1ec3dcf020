//! A fair queue: what waits for one actor, and whose turn it is.
//!
//! A plain queue serves whoever has put the most into it. This one is round robin in two levels, which the field calls
//! hierarchical fair queueing:
//!
//! ```text
//! sources that are ready     flows of each that are ready     what each flow has waiting
//! [ 10.0.0.1, 10.0.0.2 ]
//!     |           '--------- [ conn 7 ] --------------------- call, call, call, ..
//!     '--------------------- [ conn 3, HTTP call, conn 5 ] -- conn 3: call, subscription
//! ```
//!
//! [`pop`](FairQueue::pop) takes the first source, and of that the first flow, and of that the oldest item. Source and flow
//! go to the back of their rings when the *next* item is asked for, and not before: whoever arrives while an item runs is
//! ahead of the next one of the same flow. So between the arrival of an item at the head of its flow and its turn, no other
//! flow of its source has more than one turn, and no other source more than one for each of its own. What one flow puts in
//! comes out in that order.
//!
//! **How much may wait** is shared out too, without anybody being thrown out again: a flow may have as much waiting as there
//! is room left beside what its source has waiting (a dynamic threshold, as switches share a buffer). One flow alone fills a
//! third of the room, two of two sources a quarter each, and so on. A flow that has nothing waiting is never refused.
//!
//! **Reads that await** run side by side, and are over at any time. A flow, or a source, that has as many under way as it
//! may leaves its ring until one of them [ends](FairQueue::end_read). What is of this process has no such bound.
//!
//! Everything is kept in slots, and rings hold their numbers, so that an item costs no look-up by key when it is taken, and
//! none when it is put in by the same flow as the one before.

mod flows;

use std::collections::VecDeque;

use slab::Slab;

use self::flows::{ConnQueue, Place, SourceQueue, Waiting};
use super::{
    flow::{Flow, HasFlow, Source},
    slots::Slots,
};
use crate::{ConnId, Limits};

/// What waits, by whose turn it is.
pub(in crate::host) struct FairQueue<T> {
    items: Slab<Waiting<T>>,
    conns: Slots<ConnId, ConnQueue>,
    sources: Slots<Source, SourceQueue>,
    /// Sources that have something ready, in the order in which they are served.
    ready: VecDeque<usize>,
    /// The source, and the connection if it was one, that the last item was of: they are in no ring yet.
    served: Option<Place>,
    /// Where the last item was put.
    recent: Option<(Flow, Place)>,
    bounds: Bounds,
}

/// How many reads may be under way at once.
#[derive(Debug, Clone, Copy)]
pub(in crate::host) struct Bounds {
    of_conn: u32,
    of_address: u32,
}

impl Bounds {
    const NONE: Self = Self { of_conn: u32::MAX, of_address: u32::MAX };

    pub(in crate::host) fn of(limits: &Limits) -> Self {
        let [of_conn, of_address] = [limits.reads_in_flight, limits.reads_in_flight_per_address]
            .map(|most| u32::try_from(most.max(1)).unwrap_or(u32::MAX));
        Self { of_conn, of_address }
    }

    fn of_source(self, source: Source) -> u32 {
        if matches!(source, Source::Address(_)) { self.of_address } else { u32::MAX }
    }
}

impl<T: HasFlow> FairQueue<T> {
    /// What one flow may have waiting when nobody else has anything.
    pub(in crate::host) const OF_ONE: usize = 10_000;
    /// What may wait in all, of which one flow takes a third.
    const CAPACITY: usize = 3 * Self::OF_ONE;
    /// Room for so many items is kept while there are none.
    const KEPT: usize = 64;

    pub(in crate::host) fn new(bounds: Bounds) -> Self {
        Self {
            items: Slab::new(),
            conns: Slots::new(),
            sources: Slots::new(),
            ready: VecDeque::new(),
            served: None,
            recent: None,
            bounds,
        }
    }

    /// Adds an item if there is room for more of its flow; else gives it back.
    #[cfg(test)]
    pub(in crate::host) fn push(&mut self, item: T) -> Result<(), T> {
        self.push_beside(0, item)
    }

    /// The same beside so many of this process that are to be [put back](Self::put_back).
    pub(in crate::host) fn push_beside(&mut self, ahead: usize, item: T) -> Result<(), T> {
        let flow = item.flow();
        let place = self.place(flow);
        let source = &self.sources[place.source];
        let ahead_of_source = if flow.source == Source::Process { ahead } else { 0 };
        let of_flow = match (place.conn, flow.source) {
            (Some(conn), _) => self.conns[conn].waiting,
            (None, Source::Process) => source.alone + ahead,
            // Its sockets are counted, and have no other.
            (None, Source::Unknown | Source::Address(_)) => 0,
        };
        let of_source = source.waiting + ahead_of_source;
        if of_flow > 0 && of_flow + of_source + self.items.len() + ahead >= Self::CAPACITY {
            self.forget_if_empty(place);
            return Err(item);
        }
        self.add(item, place);
        Ok(())
    }

    /// Adds an item that must not be refused for want of room.
    pub(in crate::host) fn push_always(&mut self, item: T) {
        let place = self.place(item.flow());
        self.add(item, place);
    }

    /// The next item.
    pub(in crate::host) fn pop(&mut self) -> Option<T> {
        self.rejoin();
        let source = *self.ready.front()?;
        self.ready.pop_front();
        let of_source = &mut self.sources[source];
        let index = of_source.ready.pop_front()?;
        let Waiting { item, conn, next } = self.items.remove(index);
        of_source.waiting -= 1;
        if let Some(conn) = conn {
            let queue = &mut self.conns[conn];
            queue.first = next;
            queue.last = queue.last.filter(|_| next.is_some());
            queue.waiting -= 1;
        } else {
            of_source.alone -= 1;
        }
        self.served = Some(Place { source, conn });
        Some(item)
    }

    /// What [`pop`](Self::pop) would give.
    pub(in crate::host) fn peek(&mut self) -> Option<&T> {
        self.rejoin();
        let source = *self.ready.front()?;
        let index = *self.sources[source].ready.front()?;
        Some(&self.items[index].item)
    }

    /// Takes everything out, in the order in which it would be served; what waits for reads to end comes last.
    pub(in crate::host) fn drain(&mut self) -> Vec<T> {
        self.bounds = Bounds::NONE;
        self.rejoin();
        for conn in self.conns.all() {
            self.queue_conn(conn);
        }
        for source in self.sources.all() {
            self.queue_source(source);
        }
        std::iter::from_fn(|| self.pop()).collect()
    }

    /// Takes over from another queue, in which only this flow was, what waits of it; and whether it `was_served` last.
    pub(super) fn take_over(&mut self, flow: Flow, items: VecDeque<T>, was_served: bool) {
        let place = self.place(flow);
        if was_served {
            self.sources[place.source].is_queued = true;
            self.served = Some(place);
        }
        for item in items {
            self.add(item, place);
        }
    }

    /// Puts items of this source, and of no connection, before all others of it.
    pub(super) fn put_back(&mut self, source: Source, items: impl DoubleEndedIterator<Item = T>) {
        let place = self.place(source.alone());
        for item in items.rev() {
            let index = self.items.insert(Waiting { item, conn: None, next: None });
            let of_source = &mut self.sources[place.source];
            of_source.waiting += 1;
            of_source.alone += 1;
            of_source.ready.push_front(index);
        }
        self.queue_source(place.source);
    }

    /// A read of this flow begins. Unless it has had its turn, it does so only if that is no read too many, which is said.
    pub(in crate::host) fn begin_read(&mut self, flow: Flow, has_turn: bool) -> bool {
        if flow.source == Source::Process {
            return true;
        }
        let place @ Place { source, conn } = self.place(flow);
        let may = has_turn
            || self.sources[source].reads < self.bounds.of_source(flow.source)
                && conn.is_none_or(|conn| self.conns[conn].reads < self.bounds.of_conn);
        if may {
            self.sources[source].reads += 1;
            if let Some(conn) = conn {
                self.conns[conn].reads += 1;
            }
        } else {
            self.forget_if_empty(place);
        }
        may
    }

    /// A read of this flow has ended. Says whether something may be served now that was not before.
    pub(in crate::host) fn end_read(&mut self, flow: Flow) -> bool {
        if flow.source == Source::Process {
            return false;
        }
        let place @ Place { source, conn } = self.place(flow);
        let before = self.ready.len();
        self.sources[source].reads -= 1;
        if let Some(conn) = conn {
            self.conns[conn].reads -= 1;
            self.queue_conn(conn);
        }
        self.queue_source(source);
        self.forget_if_empty(place);
        self.ready.len() > before
    }

    /// How many items wait.
    pub(in crate::host) fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether nothing waits.
    pub(in crate::host) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    fn add(&mut self, item: T, place: Place) {
        let Place { source, conn } = place;
        let index = self.items.insert(Waiting { item, conn, next: None });
        let of_source = &mut self.sources[source];
        of_source.waiting += 1;
        if let Some(conn) = conn {
            let queue = &mut self.conns[conn];
            queue.waiting += 1;
            match queue.last.replace(index) {
                Some(last) => self.items[last].next = Some(index),
                None => queue.first = Some(index),
            }
            self.queue_conn(conn);
        } else {
            of_source.alone += 1;
            of_source.ready.push_back(index);
        }
        self.queue_source(source);
    }

    /// Whoever was served last goes to the back.
    pub(super) fn rejoin(&mut self) {
        let Some(place) = self.served.take() else { return };
        if let Some(conn) = place.conn {
            self.conns[conn].is_queued = false;
            self.queue_conn(conn);
        }
        self.sources[place.source].is_queued = false;
        self.queue_source(place.source);
        self.forget_if_empty(place);
        if self.items.is_empty() && self.items.capacity() > Self::KEPT {
            self.give_back_room();
        }
    }

    /// Nothing waits, and much has.
    fn give_back_room(&mut self) {
        if let Some((_, place)) = self.recent.take() {
            self.forget_if_empty(place);
        }
        if self.sources.is_empty() {
            *self = Self::new(self.bounds);
        } else {
            // Reads are under way.
            self.items = Slab::new();
        }
    }

    /// A connection is ready if it has something waiting, and no reads too many under way.
    fn queue_conn(&mut self, conn: usize) {
        let queue = &mut self.conns[conn];
        if let Some(first) = queue.first.filter(|_| !queue.is_queued && queue.reads < self.bounds.of_conn) {
            queue.is_queued = true;
            self.sources[queue.source].ready.push_back(first);
        }
    }

    /// A source is ready if a flow of it is, and it has no reads too many under way.
    fn queue_source(&mut self, source: usize) {
        let most = self.bounds.of_source(self.sources.key(source));
        let queue = &mut self.sources[source];
        if !queue.is_queued && !queue.ready.is_empty() && queue.reads < most {
            queue.is_queued = true;
            self.ready.push_back(source);
        }
    }

    /// The slots of a flow, which are made if there are none. Those of the last one stay, so that a connection which is alone
    /// is looked up once.
    fn place(&mut self, flow: Flow) -> Place {
        let before = self.recent;
        if let Some((_, place)) = before.filter(|(recent, _)| *recent == flow) {
            return place;
        }
        let source = self.sources.number(flow.source, SourceQueue::default);
        let conn = flow.conn.map(|id| self.conns.number(id, || ConnQueue::of(source)));
        let place = Place { source, conn };
        self.recent = Some((flow, place));
        if let Some((_, before)) = before {
            self.forget_if_empty(before);
        }
        place
    }

    /// Lets go of the slots of a flow of which nothing waits, nothing was served last, and nothing is under way.
    fn forget_if_empty(&mut self, place: Place) {
        let recent = self.recent.map(|(_, place)| place);
        let is_recent = |slot: fn(Place) -> Option<usize>| recent.and_then(slot) == slot(place);
        if let Some(conn) = place.conn
            && !is_recent(|place| place.conn)
            && self.conns[conn].is_empty()
        {
            self.conns.remove(conn);
        }
        if !is_recent(|place| Some(place.source)) && self.sources[place.source].is_empty() {
            self.sources.remove(place.source);
        }
    }
}

#[cfg(test)]
mod tests;
