//! Whatever comes, goes and is read in between: each message is handed out, in order, and none twice.

use std::collections::VecDeque;

use proptest::{collection::vec, prelude::*, test_runner::Config};

use super::*;

/// About three of them are a window.
const BODY: usize = 40 << 10;

#[derive(Debug, Clone)]
enum Step {
    /// A message of this place in the order of ids reaches the store.
    Send(u8),
    /// The queue hears that one has.
    Hear,
    BeginRead,
    /// The store looks at what it has.
    Look,
    EndRead,
    FailRead,
    Take,
    GiveBack,
    Handle,
    /// The store hears what was handled.
    Save,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => any::<u8>().prop_map(Step::Send),
        6 => Just(Step::Hear),
        4 => Just(Step::BeginRead),
        4 => Just(Step::Look),
        4 => Just(Step::EndRead),
        1 => Just(Step::FailRead),
        6 => Just(Step::Take),
        2 => Just(Step::GiveBack),
        4 => Just(Step::Handle),
        4 => Just(Step::Save),
    ]
}

proptest! {
    #![proptest_config(Config { cases: 300, failure_persistence: None, ..Config::default() })]

    #[test]
    fn each_message_is_handed_out_once_however_it_comes_and_is_read(steps in vec(step(), 1..400)) {
        let mut world = World::new();
        world.run_all(&steps);
        world.finish();
    }
}

#[test]
fn one_message_is_in_memory_where_all_queues_together_have_too_many() {
    let queued = Arc::new(QueuedBytes::new(u64::MAX));
    let mut queue = QueueState::new(&QueueMeter::unread(), Some(Arc::clone(&queued)));
    queued.loaded(QueuedBytes::LOADED);
    for place in 0..10 {
        queue.add(message(place));
    }
    assert_eq!(queue.window.messages.len(), 1);
    assert_eq!(queue.take().map(|message| message.id), Some(id(0)));
    let read = queue.begin_read(HashSet::new).unwrap();
    assert_eq!((read.from, read.limit), (id(1), 0));
    drop(queue);
    queued.unloaded(QueuedBytes::LOADED);
    assert!(queued.may_load());
}

/// What is handled while a page is read, or was just before, may be in that page.
#[test]
fn what_was_handled_is_not_read_again() {
    for before in [true, false] {
        let mut world = World::new();
        world.run_all(&[Step::Send(100), Step::Hear, Step::Take]);
        // These are before it, so that it is beyond the window.
        for place in 10..14 {
            world.run_all(&[Step::Send(place), Step::Hear]);
        }
        assert_eq!(world.queue.beyond, Some(id(13)));
        world.run_all(&[Step::Take, Step::Take]);
        let last = world.taken.pop_front().unwrap();
        world.taken.push_back(last);
        let handling = if before {
            [Step::Handle, Step::BeginRead, Step::Look, Step::Save, Step::EndRead]
        } else {
            [Step::BeginRead, Step::Look, Step::Handle, Step::Save, Step::EndRead]
        };
        world.run_all(&handling);
        assert_eq!(world.handled, [id(100)]);
        assert_eq!(world.queue.beyond, None);
        assert!(!world.queue.window.messages.contains_key(&id(100)), "{before}");
        world.finish();
    }
}

/// What the store has already may be in a page before the queue hears of it, and so may what is somebody's.
#[test]
fn what_comes_by_itself_is_not_read_as_well() {
    let mut world = World::new();
    for place in 0..4 {
        world.run_all(&[Step::Send(place), Step::Hear]);
    }
    assert_eq!(world.queue.beyond, Some(id(3)));
    world.run_all(&[Step::Take, Step::Take, Step::Send(4), Step::BeginRead, Step::Look, Step::EndRead]);
    assert_eq!(world.queue.beyond, None);
    let window = |world: &World| world.queue.window.messages.keys().copied().collect::<Vec<_>>();
    assert_eq!(window(&world), [id(2), id(3)]);
    world.run_all(&[Step::Hear]);
    assert_eq!(window(&world), [id(2), id(3), id(4)]);
    world.finish();
}

/// A queue, its store, and those who are between them.
struct World {
    queue: QueueState,
    queued: Arc<QueuedBytes>,
    store: BTreeMap<MessageId, StoredMessage>,
    sent: BTreeSet<MessageId>,
    arriving: VecDeque<StoredMessage>,
    read: Option<(ToRead, Option<MessagePage>)>,
    taken: VecDeque<StoredMessage>,
    unsaved: Vec<MessageId>,
    handled: Vec<MessageId>,
}

impl World {
    fn new() -> Self {
        let queued = Arc::new(QueuedBytes::new(u64::MAX));
        Self {
            queue: QueueState::new(&QueueMeter::unread(), Some(Arc::clone(&queued))),
            queued,
            store: BTreeMap::new(),
            sent: BTreeSet::new(),
            arriving: VecDeque::new(),
            read: None,
            taken: VecDeque::new(),
            unsaved: Vec::new(),
            handled: Vec::new(),
        }
    }

    fn run_all(&mut self, steps: &[Step]) {
        for step in steps {
            self.run(step);
        }
    }

    fn run(&mut self, step: &Step) {
        match step {
            Step::Send(place) => {
                if self.sent.insert(id(*place)) {
                    self.store.insert(id(*place), message(*place));
                    self.arriving.push_back(message(*place));
                }
            }
            Step::Hear => self.arriving.pop_front().into_iter().for_each(|message| self.queue.add(message)),
            Step::BeginRead => {
                let unsaved = || self.unsaved.iter().copied().collect();
                if let Some(read) = self.queue.begin_read(unsaved) {
                    assert!(self.read.is_none(), "one page at a time");
                    self.read = Some((read, None));
                }
            }
            Step::Look => self.look(),
            Step::EndRead => self.end_read(),
            Step::FailRead => {
                if let Some((read, _)) = &self.read {
                    self.queue.read_failed(read.number);
                }
            }
            Step::Take => {
                if let Some(message) = self.queue.take() {
                    let others = self.taken.iter().map(|taken| taken.id);
                    assert!(others.chain(self.handled.iter().copied()).all(|other| other != message.id));
                    self.taken.push_back(message);
                }
            }
            Step::GiveBack => {
                self.taken.pop_front().into_iter().for_each(|message| self.queue.add(message));
            }
            Step::Handle => {
                if let Some(message) = self.taken.pop_back() {
                    self.queue.handled(message.id);
                    self.unsaved.push(message.id);
                    self.handled.push(message.id);
                }
            }
            Step::Save => self.unsaved.drain(..).for_each(|id| drop(self.store.remove(&id))),
        }
        let window = &self.queue.window;
        assert!(window.bytes <= QueueState::WINDOW || window.messages.len() == 1);
        assert_eq!(window.bytes, window.messages.values().map(StoredMessage::size).sum::<u64>());
        assert_eq!(self.queued.may_load(), window.bytes < QueuedBytes::LOADED);
    }

    fn look(&mut self) {
        if let Some((read, page @ None)) = &mut self.read {
            let stored = self.store.range(read.from..).map(|(_, message)| Ok::<_, ()>(message.clone()));
            *page = Some(MessagePage::fill(stored, read.limit).unwrap());
        }
    }

    fn end_read(&mut self) {
        if let Some((read, Some(page))) = self.read.take_if(|(_, page)| page.is_some()) {
            let (taken, arriving) = (&self.taken, &self.arriving);
            let elsewhere = |id: &MessageId| taken.iter().chain(arriving).any(|message| message.id == *id);
            self.queue.read_ended(read.number, page, elsewhere);
        }
    }

    /// All that is left is handled, and it was everything.
    fn finish(mut self) {
        for _ in 0..150 {
            for step in [Step::Hear, Step::GiveBack, Step::Save, Step::Look, Step::EndRead, Step::BeginRead] {
                self.run(&step);
            }
        }
        // Nobody sends any more: the rest is in order.
        let begun = self.handled.len();
        while self.queue.has_some() {
            for step in [Step::BeginRead, Step::Look, Step::EndRead, Step::Take, Step::Handle, Step::Save] {
                self.run(&step);
            }
        }
        assert!(self.handled[begun..].is_sorted());
        self.handled.sort_unstable();
        assert!(self.handled.iter().eq(&self.sent));
    }
}

fn id(place: u8) -> MessageId {
    format!("{place:032x}").parse().unwrap()
}

fn message(place: u8) -> StoredMessage {
    StoredMessage::new(id(place), "jobs", vec![0; BODY].into(), 0)
}
