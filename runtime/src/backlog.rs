//! What waits for a client that has fallen behind: its queue was full once, and it has not caught up since.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::Arc,
};

use bytes::Bytes;

use crate::{EventInfo, Limits, SlowConsumer, losses::Losses};

/// Something that waits to be written.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) frame: Bytes,
    /// Its place in the contract's table, if it is an event.
    pub(crate) event: Option<usize>,
    /// What may become of it if there is no room; `None` for what must be delivered.
    pub(crate) tag: Option<Arc<Tag>>,
}

/// An event that a slow consumer may miss: one for all connections that it is sent to.
#[derive(Debug)]
pub(crate) struct Tag {
    /// Its place in the contract's table.
    pub(crate) index: usize,
    pub(crate) info: &'static EventInfo,
    /// Which of its kind it is, where the latest of each is kept.
    pub(crate) key: Option<Bytes>,
}

impl Item {
    /// What must be delivered.
    pub(crate) fn certain(frame: Bytes) -> Self {
        Self { frame, event: None, tag: None }
    }
}

/// Everything that waits, in order, and the ways to what may be dropped of it.
#[derive(Debug, Default)]
pub(crate) struct Backlog {
    items: BTreeMap<u64, Item>,
    next: u64,
    bytes: usize,
    /// Those of which the oldest may go. Some may have been written meanwhile.
    oldest: VecDeque<u64>,
    /// The latest of each kind and key. Some may have been written meanwhile.
    latest: HashMap<(usize, Option<Bytes>), u64>,
    /// How many of which event were dropped since the client was last told.
    missed: BTreeMap<usize, Missed>,
}

/// How many of an event were dropped.
pub(crate) type Missed = (&'static EventInfo, u64);

/// There is no room, and nothing that may be dropped for it.
pub(crate) struct Full;

impl Backlog {
    /// What has waited so far.
    pub(crate) fn of(items: impl Iterator<Item = Item>, losses: Option<&Losses>) -> Self {
        let mut backlog = Self::default();
        for item in items {
            backlog.supersede(&item, losses);
            backlog.insert(item);
        }
        backlog
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.items.is_empty() && self.missed.is_empty()
    }

    /// Adds an item. What may be dropped goes first, the oldest before others.
    pub(crate) fn push(&mut self, item: Item, limits: &Limits, losses: Option<&Losses>) -> Result<(), Full> {
        self.supersede(&item, losses);
        while !self.has_room_for(&item, limits) {
            if let Some(oldest) = self.oldest.pop_front() {
                self.drop_oldest(oldest, losses);
            } else if item.may_go() {
                self.miss(&item, losses);
                return Ok(());
            } else {
                return Err(Full);
            }
        }
        self.insert(item);
        Ok(())
    }

    /// Takes the next items up to so many frames and bytes, one at least, and what was dropped since the last time.
    pub(crate) fn take(&mut self, most: (usize, usize)) -> (Vec<Item>, Vec<Missed>) {
        let (mut taken, mut bytes) = (Vec::new(), 0);
        while let Some(entry) = self.items.first_entry() {
            bytes += entry.get().frame.len();
            if taken.len() >= most.0 || (bytes > most.1 && !taken.is_empty()) {
                break;
            }
            let item = entry.remove();
            self.bytes -= item.frame.len();
            taken.push(item);
        }
        self.forget_written();
        (taken, std::mem::take(&mut self.missed).into_values().collect())
    }

    fn has_room_for(&self, item: &Item, limits: &Limits) -> bool {
        let fits = self.bytes + item.frame.len() <= limits.queue && self.items.len() < limits.queue_messages;
        fits || self.items.is_empty()
    }

    /// What is of the same kind and key, and is kept for its latest alone, goes.
    fn supersede(&mut self, item: &Item, losses: Option<&Losses>) {
        let Some(kind) = item.latest_of() else { return };
        let superseded = self.latest.remove(&kind).and_then(|place| self.remove(place));
        if let Some(Item { tag: Some(tag), .. }) = superseded {
            self.missed.entry(tag.index).or_insert((tag.info, 0)).1 += 1;
            losses.inspect(|losses| losses.superseded(tag.index));
        }
    }

    fn drop_oldest(&mut self, place: u64, losses: Option<&Losses>) {
        if let Some(item) = self.remove(place) {
            self.miss(&item, losses);
        }
    }

    fn miss(&mut self, item: &Item, losses: Option<&Losses>) {
        if let Some(tag) = &item.tag {
            self.missed.entry(tag.index).or_insert((tag.info, 0)).1 += 1;
            losses.inspect(|losses| losses.dropped(tag.index));
        }
    }

    fn insert(&mut self, item: Item) {
        let place = self.next;
        self.next += 1;
        self.bytes += item.frame.len();
        if item.may_go() {
            self.oldest.push_back(place);
        } else if let Some(kind) = item.latest_of() {
            self.latest.insert(kind, place);
        }
        self.items.insert(place, item);
    }

    fn remove(&mut self, place: u64) -> Option<Item> {
        let item = self.items.remove(&place)?;
        self.bytes -= item.frame.len();
        Some(item)
    }

    /// Lets go of the ways to what has been written.
    fn forget_written(&mut self) {
        let first = self.items.keys().next().copied().unwrap_or(self.next);
        while self.oldest.front().is_some_and(|place| *place < first) {
            self.oldest.pop_front();
        }
        if self.latest.len() > 2 * self.items.len() + 16 {
            self.latest.retain(|_, place| *place >= first);
        }
    }
}

impl Item {
    /// Whether it may be dropped for others.
    fn may_go(&self) -> bool {
        self.tag.as_ref().is_some_and(|tag| tag.info.slow == SlowConsumer::DropOldest)
    }

    /// The kind and key of which the latest alone is kept, if it is such an event.
    fn latest_of(&self) -> Option<(usize, Option<Bytes>)> {
        let tag = self.tag.as_ref()?;
        let is_kept = matches!(tag.info.slow, SlowConsumer::Latest | SlowConsumer::LatestBy(_));
        is_kept.then(|| (tag.index, tag.key.clone()))
    }
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Waker};

    use super::*;
    use crate::{burst::Burst, outbox::Outbox, wire::Encoding};

    static POSTED: EventInfo = EventInfo::new("posted", "Posted");
    static TICKED: EventInfo = EventInfo::new("ticked", "Ticked").with_slow(SlowConsumer::DropOldest);
    static PRICED: EventInfo = EventInfo::new("priced", "Priced").with_slow(SlowConsumer::Latest);
    static MOVED: EventInfo = EventInfo::new("moved", "Moved").with_slow(SlowConsumer::LatestBy("player"));
    static ALL: [EventInfo; 4] = [POSTED, TICKED, PRICED, MOVED];

    /// An outbox of so many messages, and what is counted of it.
    struct Scene {
        outbox: Outbox,
        losses: Arc<Losses>,
    }

    impl Scene {
        fn new(limits: Limits) -> Self {
            let outbox = Outbox::new(Encoding::Json, 4, Arc::new(limits));
            let losses = Arc::new(Losses::new("game", &ALL));
            outbox.count_in(Arc::clone(&losses));
            Self { outbox, losses }
        }

        fn of_messages(queue_messages: usize) -> Self {
            Self::new(Limits::new().queue_messages(queue_messages))
        }

        /// Sends the event `index`, whose frame is this text; what is before its `=` is its key.
        fn send(&self, index: usize, text: &str) -> bool {
            let info = &ALL[index];
            let key = matches!(info.slow, SlowConsumer::LatestBy(_))
                .then(|| Bytes::copy_from_slice(text.split('=').next().expect("a key").as_bytes()));
            let tag = (info.slow != SlowConsumer::Disconnect).then(|| Arc::new(Tag { index, info, key }));
            let frame = Bytes::copy_from_slice(text.as_bytes());
            self.outbox.push(Burst::of(Item { frame, event: Some(index), tag }))
        }

        fn post(&self, text: &str) -> bool {
            self.send(0, text)
        }

        fn tick(&self, text: &str) -> bool {
            self.send(1, text)
        }

        fn price(&self, text: &str) -> bool {
            self.send(2, text)
        }

        fn step(&self, text: &str) -> bool {
            self.send(3, text)
        }

        /// Everything that waits, as one client after the other would read it: what is missing as `-3 ticked`.
        fn read(&self) -> Vec<String> {
            let mut texts = Vec::new();
            while self.outbox.waits() {
                texts.extend(self.read_some());
            }
            texts
        }

        /// What is written at once.
        fn read_some(&self) -> Vec<String> {
            let taken = self.outbox.take(&mut Context::from_waker(Waker::noop()));
            taken.bursts.iter().flat_map(|burst| burst.items()).map(|item| Self::text(&item.frame)).collect()
        }

        fn text(frame: &Bytes) -> String {
            let text = String::from_utf8_lossy(frame).into_owned();
            let Ok(message) = serde_json::from_str::<serde_json::Value>(&text) else { return text };
            let said = &message["body"]["val"]["args"][0];
            assert_eq!(message["body"]["val"]["name"], crate::wire::EVENTS_DROPPED);
            format!("-{} {}", said["dropped"], said["event"].as_str().expect("a name"))
        }

        /// Dropped, superseded, disconnected.
        fn lost(&self, index: usize) -> (u64, u64, u64) {
            let row = self.losses.read().nth(index).expect("a row");
            (row.dropped, row.superseded, row.disconnected)
        }
    }

    #[test]
    fn nothing_is_dropped_while_there_is_room() {
        let scene = Scene::of_messages(4);
        for text in ["a", "b"] {
            assert!(scene.tick(text) && scene.price(text));
        }
        assert!(!scene.outbox.is_behind());
        assert_eq!(scene.read(), ["a", "a", "b", "b"]);
    }

    #[test]
    fn the_oldest_goes_for_the_newest_and_what_must_be_delivered_stays_in_order() {
        let scene = Scene::of_messages(4);
        for number in 0..3 {
            assert!(scene.tick(&format!("t{number}")));
        }
        assert!(scene.post("p0"));
        for number in 3..6 {
            assert!(scene.tick(&format!("t{number}")));
        }
        assert!(scene.outbox.is_behind());
        assert_eq!(scene.read(), ["-3 ticked", "p0", "t3", "t4", "t5"]);
        assert_eq!(scene.lost(1), (3, 0, 0));
        assert!(!scene.outbox.is_behind(), "it has caught up");
        scene.tick("t6");
        assert_eq!(scene.read(), ["t6"]);
    }

    #[test]
    fn what_must_be_delivered_takes_the_place_of_what_need_not() {
        let scene = Scene::of_messages(3);
        for text in ["t0", "t1", "t2"] {
            scene.tick(text);
        }
        assert!(scene.post("p0") && scene.post("p1") && scene.post("p2"));
        assert!(scene.tick("t3"), "it is dropped itself, being the oldest of its sort");
        assert_eq!((scene.lost(1), scene.lost(0)), ((4, 0, 0), (0, 0, 0)));
        assert!(!scene.post("p3"), "nothing is left to be dropped");
        assert_eq!(scene.lost(0), (0, 0, 1));
        assert!(scene.outbox.is_closed());
        assert_eq!(scene.read(), ["-4 ticked", "p0", "p1", "p2"]);
    }

    #[test]
    fn the_latest_of_each_key_is_kept_in_the_order_sent() {
        let scene = Scene::of_messages(4);
        for text in ["ann=1", "bob=1", "ann=2", "ann=3", "bob=2", "cid=1", "ann=4"] {
            assert!(scene.step(text), "{text}");
        }
        assert_eq!(scene.read(), ["-4 moved", "bob=2", "cid=1", "ann=4"]);
        assert_eq!(scene.lost(3), (0, 4, 0));
    }

    #[test]
    fn the_latest_without_a_key_is_one_and_no_business_of_other_events() {
        let scene = Scene::of_messages(3);
        for number in 0..10 {
            assert!(scene.price(&format!("p{number}")));
        }
        assert!(scene.step("9=x"));
        assert_eq!(scene.read(), ["-9 priced", "p9", "9=x"]);
        assert_eq!((scene.lost(2), scene.lost(3)), ((0, 9, 0), (0, 0, 0)));
    }

    #[test]
    fn the_newest_of_a_key_is_never_dropped_for_others() {
        let scene = Scene::of_messages(3);
        assert!(scene.step("a=1") && scene.step("b=1") && scene.step("c=1") && scene.step("a=2"));
        assert!(!scene.step("d=1"), "there is no room for another key");
        assert_eq!(scene.lost(3), (0, 1, 1));
        assert_eq!(scene.read(), ["-1 moved", "b=1", "c=1", "a=2"]);
    }

    #[test]
    fn what_was_written_is_not_counted_and_not_replaced() {
        let scene = Scene::of_messages(200);
        for number in 0..400 {
            assert!(scene.tick(&format!("t{number}")) && scene.step(&format!("{}=x", number % 7)));
        }
        let mut all = scene.read_some();
        for number in 400..600 {
            assert!(scene.tick(&format!("t{number}")) && scene.step(&format!("{}=y", number % 7)));
        }
        all.extend(scene.read());
        let (ticks, steps) = (scene.lost(1).0, scene.lost(3).1);
        assert_eq!(all.iter().filter(|text| text.starts_with('t')).count() as u64, 600 - ticks);
        assert_eq!(all.iter().filter(|text| text.contains('=')).count() as u64, 600 - steps);
        let ticks: Vec<u64> = all.iter().filter_map(|text| text.strip_prefix('t')?.parse().ok()).collect();
        assert!(ticks.is_sorted() && ticks.last() == Some(&599), "{ticks:?}");
        let told: u64 = all
            .iter()
            .filter_map(|text| text.strip_prefix('-')?.split(' ').next()?.parse::<u64>().ok())
            .sum();
        assert_eq!(told, scene.lost(1).0 + scene.lost(3).1, "every loss is told once");
        let last: Vec<_> = all.iter().rev().filter(|text| text.contains('=')).take(7).collect();
        assert!(last.iter().all(|text| text.ends_with("=y")), "{last:?}");
    }

    #[test]
    fn no_more_is_taken_than_is_written_at_once() {
        let scene = Scene::of_messages(300);
        for number in 0..300 {
            assert!(scene.post(&format!("p{number}")));
        }
        let taken: Vec<_> =
            std::iter::repeat_with(|| scene.read_some()).take_while(|some| !some.is_empty()).collect();
        assert_eq!(taken.iter().map(Vec::len).collect::<Vec<_>>(), [128, 128, 44]);
        assert!(taken.concat().iter().enumerate().all(|(number, text)| *text == format!("p{number}")));
        for kib in [100, 30, 30, 30, 30] {
            assert!(scene.post(&"x".repeat(kib << 10)));
        }
        assert_eq!([1, 2, 2, 0].map(|_| scene.read_some().len()), [1, 2, 2, 0]);
        for number in 0..300 {
            assert!(scene.post(&format!("p{number}")), "what was taken takes no room");
        }
    }

    #[test]
    fn bytes_are_bounded_too_and_a_single_large_one_passes() {
        let scene = Scene::new(Limits::new().queue(1000));
        assert!(scene.tick(&"x".repeat(5000)), "nothing else waits");
        for _ in 0..100 {
            assert!(scene.tick(&"y".repeat(100)));
        }
        let waiting: usize = scene.read().iter().filter(|text| text.starts_with('y')).map(String::len).sum();
        assert_eq!((waiting, scene.lost(1)), (1000, (91, 0, 0)));
    }

    /// Random events, taken now and then, against the promises: bounded, in order, nothing certain lost, told of each loss.
    #[test]
    fn random_traffic_keeps_every_promise() {
        let mut random = fastrand::Rng::with_seed(7);
        for _ in 0..200 {
            let limit = random.usize(3..40);
            let scene = Scene::of_messages(limit);
            let (mut sent, mut read) = (Vec::new(), Vec::new());
            for number in 0..random.u32(1..300) {
                let index = [1, 2, 3, 3][random.usize(..4)];
                let text = format!("{}={number}", random.u8(b'a'..b'c') as char);
                if !scene.send(index, &text) {
                    break;
                }
                sent.push(text);
                if random.u8(..) < 10 {
                    read.extend(scene.read());
                }
            }
            read.extend(scene.read());
            let lost: u64 = (0..4).map(|index| scene.lost(index).0 + scene.lost(index).1).sum();
            let told: u64 = read
                .iter()
                .filter_map(|text| text.strip_prefix('-')?.split(' ').next()?.parse::<u64>().ok())
                .sum();
            let read: Vec<_> = read.into_iter().filter(|text| !text.starts_with('-')).collect();
            assert_eq!((read.len() as u64 + lost, told), (sent.len() as u64, lost));
            let mut rest = sent.iter();
            assert!(read.iter().all(|text| rest.any(|other| other == text)), "{read:?} of {sent:?}");
        }
    }
}
