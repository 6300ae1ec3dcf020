//! What waits for one actor, in the order in which it is served: the mailbox's queue.
//!
//! Sharing an actor out costs bookkeeping for each item, and there is nothing to share out as long as all that waits is of
//! this process and of no connection: that is served in the order put in. So it waits in a plain queue. With the first item of
//! anybody else it moves into a [`FairQueue`], as if it had waited there from the beginning, and all is put in there until
//! nothing waits any more.

use std::{collections::VecDeque, mem};

use super::{
    fair_queue::{Bounds, FairQueue},
    flow::{Flow, HasFlow, Source},
};

/// What waits, by whose turn it is.
pub(in crate::host) struct EnvelopeQueue<T> {
    /// Of this process, without a connection. Empty if anything waits in the other queue.
    plain: VecDeque<T>,
    /// Whether the item that was served last was a plain one, and the next one was not asked for since: others that come now
    /// are ahead of that, as they are in the fair queue.
    was_plain: bool,
    /// Made for the first item of anybody else.
    fair: Option<Box<FairQueue<T>>>,
    /// What came after the actor's end had begun, and is still for this time awake. It is asked for by itself, and counts
    /// for nothing here: but few actors ever have any, and so it needs no room in their mailboxes.
    late: VecDeque<T>,
    bounds: Bounds,
}

impl<T: HasFlow> EnvelopeQueue<T> {
    /// How many items of one flow may wait.
    pub(in crate::host) const OF_ONE: usize = FairQueue::<T>::OF_ONE;
    /// Room for so many items is kept while there are none.
    const KEPT: usize = 64;

    pub(in crate::host) fn new(bounds: Bounds) -> Self {
        Self { plain: VecDeque::new(), was_plain: false, fair: None, late: VecDeque::new(), bounds }
    }

    /// Adds an item if there is room for more of its flow, beside so many that were taken ahead; else gives it back.
    pub(in crate::host) fn push(&mut self, item: T, ahead: usize) -> Result<(), T> {
        if is_own(&item) { self.push_own(item, ahead) } else { self.fair().push_beside(ahead, item) }
    }

    /// The same for an item of this process and of no connection, of which that is not asked.
    #[inline]
    pub(in crate::host) fn push_own(&mut self, item: T, ahead: usize) -> Result<(), T> {
        if self.is_shared_out() {
            return self.fair().push_beside(ahead, item);
        }
        if self.plain.len() + ahead >= Self::OF_ONE {
            return Err(item);
        }
        self.plain.push_back(item);
        Ok(())
    }

    /// Adds an item that must not be refused for want of room.
    pub(in crate::host) fn push_always(&mut self, item: T) {
        if is_own(&item) && !self.is_shared_out() {
            self.plain.push_back(item);
        } else {
            self.fair().push_always(item);
        }
    }

    /// The next item.
    pub(in crate::host) fn pop(&mut self) -> Option<T> {
        self.rejoin();
        if let Some(item) = self.plain.pop_front() {
            self.was_plain = true;
            return Some(item);
        }
        if self.plain.capacity() > Self::KEPT {
            self.plain = VecDeque::new();
        }
        self.fair.as_mut()?.pop()
    }

    /// What [`pop`](Self::pop) would give.
    pub(in crate::host) fn peek(&mut self) -> Option<&T> {
        self.rejoin();
        match self.plain.front() {
            None => self.fair.as_mut()?.peek(),
            first => first,
        }
    }

    /// Takes out all that waits, as long as nothing is shared out: a swap of two queues, whatever their lengths. Nothing may
    /// be left of what was taken ahead before.
    pub(in crate::host) fn take_ahead(&mut self, ahead: &mut VecDeque<T>) {
        debug_assert!(ahead.is_empty(), "it would be behind what has come since");
        mem::swap(&mut self.plain, ahead);
    }

    /// Takes back what was [taken ahead](Self::take_ahead): it is as if it had been here all the time.
    pub(in crate::host) fn put_back(&mut self, ahead: &mut VecDeque<T>) {
        if ahead.is_empty() {
            // Its room alone goes back.
            if self.plain.is_empty() && self.plain.capacity() < ahead.capacity() {
                mem::swap(&mut self.plain, ahead);
            }
        } else if self.is_shared_out() {
            self.fair_queue().put_back(Source::Process, ahead.drain(..));
        } else {
            // What is moved is what has come since: most often that is less.
            ahead.append(&mut self.plain);
            mem::swap(&mut self.plain, ahead);
        }
    }

    /// Adds an item that came after the actor's end had begun.
    pub(in crate::host) fn push_late(&mut self, item: T) {
        self.late.push_back(item);
    }

    /// The next of those that are late.
    pub(in crate::host) fn pop_late(&mut self) -> Option<T> {
        self.late.pop_front()
    }

    pub(in crate::host) fn has_late(&self) -> bool {
        !self.late.is_empty()
    }

    /// Takes everything out, in the order in which it would be served; what waits for reads to end comes after that, and
    /// what is late comes last.
    pub(in crate::host) fn drain(&mut self) -> Vec<T> {
        let mut left: Vec<_> = self.plain.drain(..).collect();
        if let Some(fair) = &mut self.fair {
            left.extend(fair.drain());
        }
        left.extend(self.late.drain(..));
        left
    }

    /// See [`FairQueue::begin_read`].
    pub(in crate::host) fn begin_read(&mut self, flow: Flow, has_turn: bool) -> bool {
        self.fair_queue().begin_read(flow, has_turn)
    }

    /// See [`FairQueue::end_read`].
    pub(in crate::host) fn end_read(&mut self, flow: Flow) -> bool {
        self.fair_queue().end_read(flow)
    }

    /// How many items wait.
    pub(in crate::host) fn len(&self) -> usize {
        self.plain.len() + self.fair.as_ref().map_or(0, |fair| fair.len())
    }

    /// Whether nothing waits.
    pub(in crate::host) fn is_empty(&self) -> bool {
        self.plain.is_empty() && self.fair.as_ref().is_none_or(|fair| fair.is_empty())
    }

    /// Whether what waits is shared out, because not all of it is of this process.
    #[inline]
    pub(in crate::host) fn is_shared_out(&self) -> bool {
        self.fair.as_ref().is_some_and(|fair| !fair.is_empty())
    }

    /// The next item is asked for: whoever was served last goes to the back.
    fn rejoin(&mut self) {
        self.was_plain = false;
        if let Some(fair) = &mut self.fair {
            fair.rejoin();
        }
    }

    /// The fair queue, with all that waits.
    fn fair(&mut self) -> &mut FairQueue<T> {
        if self.was_plain || !self.plain.is_empty() {
            let (plain, was_served) = (mem::take(&mut self.plain), mem::take(&mut self.was_plain));
            self.fair_queue().take_over(Source::Process.alone(), plain, was_served);
        }
        self.fair_queue()
    }

    fn fair_queue(&mut self) -> &mut FairQueue<T> {
        self.fair.get_or_insert_with(|| Box::new(FairQueue::new(self.bounds)))
    }
}

/// Whether an item is of this process and of no connection.
fn is_own(item: &impl HasFlow) -> bool {
    matches!(item.flow(), Flow { source: Source::Process, conn: None })
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use proptest::{collection::vec, prelude::*};

    use super::*;
    use crate::{ConnId, Limits};

    /// An item: what it is of, and its number.
    #[derive(Debug, Clone, Copy, PartialEq)]
    struct Item(Flow, u32);

    impl HasFlow for Item {
        fn flow(&self) -> Flow {
            self.0
        }
    }

    fn flow() -> impl Strategy<Value = Flow> {
        let source = prop_oneof![2 => Just(0), 1 => 1..3_u8];
        let conn = prop_oneof![3 => Just(None), 1 => (1..3_u64).prop_map(Some)];
        (source, conn).prop_map(|(source, conn)| Flow {
            source: if source == 0 {
                Source::Process
            } else {
                Source::Address(IpAddr::from([10, 0, 0, source]))
            },
            // A connection is of one source.
            conn: conn.map(|number| ConnId::new(u64::from(source), number)),
        })
    }

    /// What is done with a queue.
    #[derive(Debug, Clone, Copy)]
    enum Step {
        Push(Flow),
        /// The next item, and whether those behind it are taken ahead.
        Pop(bool),
        /// What was taken ahead is given back.
        PutBack,
    }

    /// A queue, and what was taken ahead of it.
    struct Taken {
        queue: EnvelopeQueue<Item>,
        ahead: VecDeque<Item>,
    }

    impl Taken {
        /// As the mailbox's task does it.
        fn pop(&mut self, with_others: bool) -> Option<Item> {
            if self.queue.is_shared_out() {
                self.queue.put_back(&mut self.ahead);
            }
            if let Some(item) = self.ahead.pop_front() {
                return Some(item);
            }
            let next = self.queue.pop();
            if with_others {
                self.queue.take_ahead(&mut self.ahead);
            }
            next
        }
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            6 => flow().prop_map(Step::Push),
            4 => any::<bool>().prop_map(Step::Pop),
            1 => Just(Step::PutBack),
        ]
    }

    proptest! {
        #[test]
        fn all_is_served_as_if_it_had_been_in_the_fair_queue_from_the_beginning(
            steps in vec(step(), 0..200),
        ) {
            let bounds = Bounds::of(&Limits::new());
            let mut taken = Taken { queue: EnvelopeQueue::new(bounds), ahead: VecDeque::new() };
            let mut fair = FairQueue::new(bounds);
            for (number, step) in (0..).zip(steps) {
                match step {
                    Step::Push(flow) => {
                        let item = Item(flow, number);
                        prop_assert_eq!(taken.queue.push(item, taken.ahead.len()), fair.push(item));
                    }
                    Step::Pop(with_others) => prop_assert_eq!(taken.pop(with_others), fair.pop()),
                    Step::PutBack => taken.queue.put_back(&mut taken.ahead),
                }
                prop_assert_eq!(taken.queue.len() + taken.ahead.len(), fair.len());
                if taken.ahead.is_empty() {
                    prop_assert_eq!(taken.queue.is_empty(), fair.is_empty());
                    prop_assert_eq!(taken.queue.peek(), fair.peek());
                }
            }
            taken.queue.put_back(&mut taken.ahead);
            prop_assert_eq!(taken.queue.drain(), fair.drain());
        }
    }

    #[test]
    fn as_much_may_wait_in_the_plain_queue_as_in_the_fair_one() {
        const MOST: usize = EnvelopeQueue::<Item>::OF_ONE;
        let item = Item(Source::Process.alone(), 0);
        let mut queue = EnvelopeQueue::new(Bounds::of(&Limits::new()));
        for _ in 0..MOST {
            queue.push(item, 0).expect("there is room");
        }
        assert_eq!(queue.push(item, 0), Err(item));
        queue.push_always(item);
        queue.push(Item(Source::Unknown.alone(), 0), 0).expect("there is room for others");
        assert_eq!(queue.push(item, 0), Err(item));
        while queue.pop().is_some() {}
        queue.push(item, MOST - 1).expect("there is room again");
        assert_eq!(queue.push(item, MOST - 1), Err(item), "what was taken ahead counts");
        queue.push(Item(Source::Unknown.alone(), 0), MOST - 1).expect("there is room for others");
        assert_eq!(queue.push(item, MOST - 1), Err(item), "there too");
        queue.push(item, MOST - 2).expect("there is room again");
    }

    #[test]
    fn room_for_many_is_given_back_once_nothing_waits() {
        let mut queue = EnvelopeQueue::new(Bounds::of(&Limits::new()));
        for number in 0..1000 {
            queue.push(Item(Source::Process.alone(), number), 0).expect("there is room");
        }
        while queue.pop().is_some() {}
        assert!(queue.plain.capacity() <= EnvelopeQueue::<Item>::KEPT);
    }
}
