//! A model of the turn buffer: every event is sent once, and none is overtaken.
//!
//! The buffer is the real file, with the atomics and the mutex of the model.

use std::panic::{AssertUnwindSafe, catch_unwind};

use shuttle::{sync::Arc, thread};

use self::sync::{AtomicUsize, Mutex, Ordering};

#[path = "turn_buffer.rs"]
#[expect(clippy::duplicate_mod, reason = "here it is made of what the model has")]
mod turn_buffer;

mod sync {
    pub(super) use shuttle::sync::atomic::{AtomicUsize, Ordering};

    pub(super) struct Mutex<T>(shuttle::sync::Mutex<T>);

    impl<T> Mutex<T> {
        pub(super) fn new(value: T) -> Self {
            Self(shuttle::sync::Mutex::new(value))
        }

        pub(super) fn lock(&self) -> shuttle::sync::MutexGuard<'_, T> {
            self.0.lock().expect("no thread of the model panics and goes on")
        }
    }
}

/// How many interleavings are tried. Each control fails within a few hundred.
const SCHEDULES: usize = 1_000;

type Events = Vec<&'static str>;

/// What connections get, in order.
type Sent = Mutex<Events>;

fn send(sent: &Sent, events: Events) {
    for event in events {
        sent.lock().push(event);
    }
}

trait Buffer: Default + Send + Sync + 'static {
    fn begin_turn(&self);

    fn end_turn(&self, sent: &Sent);

    fn add(&self, event: &'static str, sent: &Sent);

    fn flush(&self, sent: &Sent);
}

struct Real(turn_buffer::TurnBuffer<Events>);

impl Default for Real {
    fn default() -> Self {
        Self(turn_buffer::TurnBuffer::new())
    }
}

impl Buffer for Real {
    fn begin_turn(&self) {
        self.0.begin_turn();
    }

    fn end_turn(&self, sent: &Sent) {
        self.0.end_turn(|events| send(sent, events));
    }

    fn add(&self, event: &'static str, sent: &Sent) {
        let add = |events: &mut Option<Events>| events.get_or_insert_default().push(event);
        self.0.add(add, |events| send(sent, events));
    }

    fn flush(&self, sent: &Sent) {
        self.0.flush(|events| send(sent, events));
    }
}

impl Real {
    /// Ends a turn within a batch, as which it may leave what is buffered, unless somebody else is among it.
    fn end_within_batch(&self, sent: &Sent) {
        self.0.flush_unless(|events| !events.contains(&"beside"), |events| send(sent, events));
    }
}

/// Turns that leave what they send to the batch around them, and code beside them.
fn what_a_batch_sends_is_sent_once_and_in_order() {
    let (buffer, sent) = (Arc::new(Real::default()), Arc::new(Sent::new(Vec::new())));
    let run = |code: fn(&Real, &Sent)| {
        let (buffer, sent) = (Arc::clone(&buffer), Arc::clone(&sent));
        thread::spawn(move || code(&buffer, &sent))
    };
    let batch = run(|buffer, sent| {
        buffer.begin_turn();
        for event in ["first", "second"] {
            buffer.add(event, sent);
            buffer.end_within_batch(sent);
        }
        buffer.end_turn(sent);
    });
    let other = run(|buffer, sent| {
        buffer.begin_turn();
        buffer.end_turn(sent);
    });
    let beside = run(|buffer, sent| buffer.add("beside", sent));
    for thread in [batch, other, beside] {
        thread.join().expect("it ends");
    }
    let mut all = sent.lock().clone();
    let of_batch: Events = all.iter().filter(|event| **event != "beside").copied().collect();
    assert_eq!(of_batch, ["first", "second"]);
    all.retain(|event| *event == "beside");
    assert_eq!(all, ["beside"]);
}

/// Two turns and code beside them, which send to all; the first turn also sends to one connection alone.
fn everything_is_sent_once_and_in_order<B: Buffer>() {
    let (buffer, sent) = (Arc::new(B::default()), Arc::new(Sent::new(Vec::new())));
    let run = |code: fn(&B, &Sent)| {
        let (buffer, sent) = (Arc::clone(&buffer), Arc::clone(&sent));
        thread::spawn(move || code(&buffer, &sent))
    };
    let first = run(|buffer, sent| {
        buffer.begin_turn();
        buffer.add("first of a turn", sent);
        buffer.flush(sent);
        sent.lock().push("alone");
        buffer.add("last of a turn", sent);
        buffer.end_turn(sent);
    });
    let second = run(|buffer, sent| {
        buffer.begin_turn();
        buffer.end_turn(sent);
    });
    let beside = run(|buffer, sent| buffer.add("beside", sent));
    for thread in [first, second, beside] {
        thread.join().expect("it ends");
    }
    let mut all = sent.lock().clone();
    let of_turn: Events = all.iter().filter(|event| **event != "beside").copied().collect();
    assert_eq!(of_turn, ["first of a turn", "alone", "last of a turn"]);
    all.retain(|event| *event == "beside");
    assert_eq!(all, ["beside"]);
}

/// A turn that sends nothing, and code beside it that does.
fn what_is_sent_beside_a_turn_is_sent<B: Buffer>() {
    let (buffer, sent) = (Arc::new(B::default()), Arc::new(Sent::new(Vec::new())));
    let turn = {
        let (buffer, sent) = (Arc::clone(&buffer), Arc::clone(&sent));
        thread::spawn(move || {
            buffer.begin_turn();
            buffer.end_turn(&sent);
        })
    };
    buffer.add("beside", &sent);
    turn.join().expect("it ends");
    assert_eq!(*sent.lock(), ["beside"]);
}

#[test]
fn everything_that_turns_send_is_sent_once_and_in_order() {
    for model in [
        everything_is_sent_once_and_in_order::<Real>,
        what_is_sent_beside_a_turn_is_sent::<Real>,
        what_a_batch_sends_is_sent_once_and_in_order,
    ] {
        shuttle::check_random(model, SCHEDULES);
        shuttle::check_pct(model, SCHEDULES, 3);
    }
}

/// A buffer with two words in place of one, whose turns look before they end or after it.
struct Flawed<const LOOKS_FIRST: bool, const LOWERS_FIRST: bool> {
    turns: AtomicUsize,
    is_buffering: AtomicUsize,
    buffered: Mutex<Events>,
}

impl<const LOOKS_FIRST: bool, const LOWERS_FIRST: bool> Default for Flawed<LOOKS_FIRST, LOWERS_FIRST> {
    fn default() -> Self {
        let (turns, is_buffering) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Self { turns, is_buffering, buffered: Mutex::new(Vec::new()) }
    }
}

impl<const LOOKS_FIRST: bool, const LOWERS_FIRST: bool> Flawed<LOOKS_FIRST, LOWERS_FIRST> {
    fn flush_locked(&self, buffered: &mut Events, sent: &Sent) {
        if LOWERS_FIRST {
            self.is_buffering.store(0, Ordering::SeqCst);
        }
        send(sent, std::mem::take(buffered));
        self.is_buffering.store(0, Ordering::SeqCst);
    }
}

impl<const LOOKS_FIRST: bool, const LOWERS_FIRST: bool> Buffer for Flawed<LOOKS_FIRST, LOWERS_FIRST> {
    fn begin_turn(&self) {
        self.turns.fetch_add(1, Ordering::SeqCst);
    }

    fn end_turn(&self, sent: &Sent) {
        let had_something = self.is_buffering.load(Ordering::SeqCst) != 0;
        self.turns.fetch_sub(1, Ordering::SeqCst);
        if !LOOKS_FIRST {
            self.flush(sent);
        } else if had_something {
            self.flush_locked(&mut self.buffered.lock(), sent);
        }
    }

    fn add(&self, event: &'static str, sent: &Sent) {
        let mut buffered = self.buffered.lock();
        buffered.push(event);
        self.is_buffering.store(1, Ordering::SeqCst);
        if self.turns.load(Ordering::SeqCst) == 0 {
            self.flush_locked(&mut buffered, sent);
        }
    }

    fn flush(&self, sent: &Sent) {
        if self.is_buffering.load(Ordering::SeqCst) != 0 {
            self.flush_locked(&mut self.buffered.lock(), sent);
        }
    }
}

/// The model finds what is wrong, or it would not be worth much.
#[test]
fn the_model_finds_an_event_that_is_lost_or_overtaken() {
    let fails =
        |model: fn()| catch_unwind(AssertUnwindSafe(|| shuttle::check_random(model, SCHEDULES))).is_err();
    assert!(fails(what_is_sent_beside_a_turn_is_sent::<Flawed<true, false>>), "a turn looks, and then ends");
    assert!(
        fails(everything_is_sent_once_and_in_order::<Flawed<false, true>>),
        "what is being sent is passed"
    );
}
