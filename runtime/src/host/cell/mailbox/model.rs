//! The mailbox under a model checker: a few callers, an actor's task and readers, under very many schedules.
//!
//! What is checked: every call is answered (a waking that is lost is a deadlock, which the checker finds), the calls of one
//! caller run in the order made, nobody changes the state beside anybody else, and the actor has one task at a time, which
//! leaves whenever it finds nothing to do and is spawned again. Controls take a rule away, and the
//! checker must find that.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc as StdArc,
    task::Wake as Wakes,
};

use shuttle::{
    future::{block_on, spawn},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

use super::{
    super::flow::{HasFlow, Source},
    place::Place,
    *,
};

/// The caller that is not of this process.
const NETWORK: usize = 2;

/// A schedule of threads is tried this often: what a second or two are enough for.
const SCHEDULES: usize = 500;

/// The state: what ran, and whether somebody has it.
#[derive(Default)]
struct State {
    ran: Vec<(usize, usize)>,
}

/// What a caller wants: to write here and now, or with an `await` in it; or to read, likewise.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Mode {
    Write,
    WriteAsync,
    Read,
    ReadAsync,
}

struct Call {
    caller: usize,
    number: usize,
    mode: Mode,
    answered: Arc<Answer>,
}

#[derive(Default)]
struct Answer(Mutex<(bool, Option<Waker>)>);

impl Answer {
    fn give(&self) {
        let waker = {
            let mut answer = self.0.lock().unwrap();
            answer.0 = true;
            answer.1.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    async fn get(&self) {
        poll_fn(|task| {
            let mut answer = self.0.lock().unwrap();
            if answer.0 {
                return Poll::Ready(());
            }
            answer.1 = Some(task.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

impl HasFlow for Call {
    fn flow(&self) -> Flow {
        // One of them comes over the network.
        if self.caller == NETWORK { Source::Unknown.alone() } else { Source::Process.alone() }
    }
}

impl Queued for Call {
    fn is_brief(&self) -> bool {
        matches!(self.mode, Mode::Write | Mode::Read)
    }

    fn needs_state(&self) -> bool {
        true
    }
}

impl<T> Lock<T> for Mutex<T> {
    fn of(value: T) -> Self {
        Self::new(value)
    }

    fn with<R>(&self, code: impl FnOnce(&mut T) -> R) -> R {
        code(&mut self.lock().unwrap())
    }
}

/// What is wrong with it, to see that the checker finds that.
#[derive(Clone, Copy, PartialEq)]
enum Flaw {
    None,
    /// A call takes the state although others wait.
    JumpsTheQueue,
    /// Whoever gives the state back has looked at the queue under an earlier lock.
    LooksBefore,
    /// Whoever gives the state back wakes nobody.
    WakesNobody,
    /// A reader says that it has ended before it has dropped its state.
    EndsBeforeItDrops,
    /// The actor's task leaves under a later lock than that under which it has found nothing to do.
    LeavesLater,
    /// What the task has taken out in one go and not begun is gone.
    LosesItsBatch,
    /// It goes back behind what has come meanwhile.
    AddsItsBatch,
}

struct Actor {
    mailbox: Mailbox<State, Call, Mutex<Inner<State, Call>>>,
    flaw: Flaw,
    is_written: AtomicBool,
    is_read: AtomicUsize,
    left: AtomicUsize,
    has_task: AtomicBool,
    /// Its last task has ended.
    over: Answer,
}

/// What a task leaves in its place.
struct Spawns(Arc<Actor>);

impl Wakes for Spawns {
    fn wake(self: StdArc<Self>) {
        drop(spawn(Arc::clone(&self.0).live()));
    }
}

impl Actor {
    fn new(calls: usize, flaw: Flaw) -> Arc<Self> {
        let bounds = Bounds::of(&crate::Limits::new());
        Arc::new(Self {
            mailbox: Mailbox::new(bounds, State::default()),
            flaw,
            is_written: AtomicBool::new(false),
            is_read: AtomicUsize::new(0),
            left: AtomicUsize::new(calls),
            has_task: AtomicBool::new(false),
            over: Answer::default(),
        })
    }

    /// What the user's code would do. `None`: it would await first.
    fn begin(&self, mode: Mode) {
        match mode {
            Mode::Write | Mode::WriteAsync => {
                assert!(!self.is_written.swap(true, Ordering::SeqCst), "two write at once");
                assert_eq!(self.is_read.load(Ordering::SeqCst), 0, "one writes and others read");
            }
            Mode::Read | Mode::ReadAsync => {
                assert!(!self.is_written.load(Ordering::SeqCst), "one reads and another writes");
                self.is_read.fetch_add(1, Ordering::SeqCst);
            }
        }
        thread::yield_now();
    }

    /// For a call that writes with the state to oneself.
    fn end(&self, state: Option<&mut State>, call: &Call) {
        match call.mode {
            Mode::Write | Mode::WriteAsync => {
                state.expect("it is taken to write").ran.push((call.caller, call.number));
                self.is_written.store(false, Ordering::SeqCst);
            }
            Mode::Read | Mode::ReadAsync => drop(self.is_read.fetch_sub(1, Ordering::SeqCst)),
        }
        call.answered.give();
        if self.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.mailbox.close();
        }
    }

    fn run(&self, state: Option<&mut State>, call: &Call) {
        self.begin(call.mode);
        self.end(state, call);
    }

    /// Gives the state back, and runs first what waits.
    fn give_back(&self, mut state: State) {
        if self.flaw == Flaw::WakesNobody {
            let looked = self.mailbox.lock.with(|inner| inner.give_back(state, || false));
            return drop(looked.map(|(_, wake, _)| wake.0));
        }
        if self.flaw == Flaw::LooksBefore {
            let wake = self.mailbox.lock.with(Inner::wake_if_waiting);
            self.mailbox.lock.with(|inner| inner.state = Place::Here(state));
            return wake.now();
        }
        while let GivenBack::Next(mut next, call) = self.mailbox.give_back(state, || true) {
            self.run(Some(&mut next), &call);
            state = next;
        }
    }

    fn end_read(&self, state: StdArc<State>) {
        if self.flaw == Flaw::EndsBeforeItDrops {
            self.mailbox.lock.with(Inner::end_read).now();
            thread::yield_now();
            return drop(state);
        }
        self.mailbox.end_read(state);
    }

    fn take_if_idle(&self) -> Option<State> {
        if self.flaw == Flaw::JumpsTheQueue {
            return self.mailbox.lock.with(|inner| {
                let state = if inner.readers == 0 { inner.state.take()? } else { return None };
                inner.is_brief = true;
                Some(state)
            });
        }
        self.mailbox.take_if_idle()
    }

    /// A call from outside of the actor's task.
    fn call(self: &Arc<Self>, call: Call) {
        match call.mode {
            Mode::Write | Mode::Read => {
                if let Some(mut state) = self.take_if_idle() {
                    self.run(Some(&mut state), &call);
                    return self.give_back(state);
                }
            }
            Mode::WriteAsync => {
                if let Some(mut state) = self.take_if_idle() {
                    self.begin(call.mode);
                    self.mailbox.goes_on();
                    let this = Arc::clone(self);
                    drop(spawn(async move {
                        shuttle::future::yield_now().await;
                        this.end(Some(&mut state), &call);
                        this.give_back(state);
                    }));
                    return;
                }
            }
            Mode::ReadAsync => {
                if let Some(state) = self.mailbox.share_if_idle() {
                    self.begin(call.mode);
                    return self.go_on_reading(state, call);
                }
            }
        }
        let pushed =
            if call.caller == NETWORK { self.mailbox.push(call) } else { self.mailbox.push_own(call) };
        assert!(pushed.is_ok(), "it is not closed before all calls have ended");
    }

    fn go_on_reading(self: &Arc<Self>, state: StdArc<State>, call: Call) {
        let this = Arc::clone(self);
        drop(spawn(async move {
            shuttle::future::yield_now().await;
            this.end(None, &call);
            this.end_read(state);
        }));
    }

    /// The next thing to do; `None` if the task has left.
    fn next_or_leave(self: &Arc<Self>) -> Option<Next<Call>> {
        if self.flaw == Flaw::LeavesLater
            && let Some(next) = self.mailbox.try_next()
        {
            return Some(next);
        }
        let spawns = || {
            self.has_task.store(false, Ordering::SeqCst);
            Waker::from(StdArc::new(Spawns(Arc::clone(self))))
        };
        if self.flaw == Flaw::LeavesLater {
            self.mailbox.lock.with(|inner| inner.waker = Some(spawns()));
            return None;
        }
        match self.mailbox.next_or_leave(|| false, spawns) {
            NextOrLeft::Next(next) => Some(next),
            NextOrLeft::Else => unreachable!("it has nothing else to do"),
            NextOrLeft::Left => None,
        }
    }

    /// The actor's task.
    async fn live(self: Arc<Self>) {
        assert!(!self.has_task.swap(true, Ordering::SeqCst), "it has a task already");
        let mut leaves = false;
        loop {
            // Every other time it stays, and waits.
            leaves = !leaves || self.flaw == Flaw::LeavesLater;
            let next = if leaves { self.next_or_leave() } else { self.mailbox.next_unless(|| false).await };
            match next {
                None => return,
                Some(Next::Nudged) => {}
                Some(Next::Closed) => return self.over.give(),
                Some(Next::Item(call)) => {
                    let Some(call) = self.take_now(call) else {
                        self.mailbox.done();
                        continue;
                    };
                    match call.mode {
                        Mode::Write | Mode::WriteAsync => {
                            let mut state = self.mailbox.write().await;
                            let (mut next, mut batch) = (Some(call), self.mailbox.batch());
                            while let Some(call) = next {
                                self.begin(call.mode);
                                shuttle::future::yield_now().await;
                                self.end(Some(&mut state), &call);
                                next = batch.done_and_next_if(true, |call| {
                                    matches!(call.mode, Mode::Write | Mode::WriteAsync)
                                });
                            }
                            self.end_batch(batch);
                            self.give_back_of_task(state);
                        }
                        Mode::Read => {
                            let state = self.mailbox.read().await;
                            self.run(None, &call);
                            self.end_read(state);
                        }
                        Mode::ReadAsync => {
                            let state = self.mailbox.read().await;
                            self.begin(call.mode);
                            self.go_on_reading(state, call);
                        }
                    }
                    self.mailbox.done();
                }
            }
        }
    }

    /// What the task does with a call that does not await, and such behind it, if the state is there.
    fn take_now(&self, call: Call) -> Option<Call> {
        if !call.is_brief() {
            return Some(call);
        }
        let Some(mut state) = self.mailbox.try_write() else { return Some(call) };
        let (mut next, mut batch) = (Some(call), self.mailbox.batch());
        while let Some(call) = next {
            self.run(Some(&mut state), &call);
            next = batch.done_and_next_if(true, Queued::is_brief);
        }
        self.end_batch(batch);
        self.give_back_of_task(state);
        None
    }

    fn end_batch(&self, batch: Batch<'_, State, Call, Mutex<Inner<State, Call>>>) {
        match self.flaw {
            Flaw::LosesItsBatch => drop(batch.take_items()),
            Flaw::AddsItsBatch => {
                for call in batch.take_items() {
                    self.mailbox.lock.with(|inner| drop(inner.add(call, |queue, call| queue.push(call, 0))));
                }
            }
            _ => drop(batch),
        }
    }

    fn give_back_of_task(&self, state: State) {
        assert!(matches!(self.mailbox.give_back(state, || false), GivenBack::Over));
    }
}

/// Callers that each make some calls, of which they wait for every other one, and for the last.
fn callers(flaw: Flaw, modes: &'static [&'static [Mode]]) {
    let calls = modes.iter().map(|modes| modes.len()).sum();
    let actor = Actor::new(calls, flaw);
    drop(spawn(Arc::clone(&actor).live()));
    let threads: Vec<_> = modes
        .iter()
        .enumerate()
        .map(|(caller, modes)| {
            let actor = Arc::clone(&actor);
            thread::spawn(move || {
                for (number, &mode) in modes.iter().enumerate() {
                    let answered = Arc::new(Answer::default());
                    actor.call(Call { caller, number, mode, answered: Arc::clone(&answered) });
                    // Whoever has much to say waits for the last alone.
                    if (number % 2 == 1 && modes.len() < 6) || number + 1 == modes.len() {
                        block_on(answered.get());
                    }
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    block_on(actor.over.get());
    let state = actor.mailbox.take_if_idle();
    assert!(state.is_none(), "it is closed");
    let ran = actor.mailbox.lock.with(|inner| inner.state.take()).expect("it was given back").ran.clone();
    for caller in 0..modes.len() {
        let numbers: Vec<_> = ran.iter().filter(|ran| ran.0 == caller).map(|ran| ran.1).collect();
        assert!(numbers.is_sorted(), "caller {caller}: {numbers:?}");
    }
}

fn check(flaw: Flaw, modes: &'static [&'static [Mode]], schedules: usize) {
    shuttle::check_random(move || callers(flaw, modes), schedules);
    shuttle::check_pct(move || callers(flaw, modes), schedules, 3);
}

/// Whether the checker finds this, which it tries longer than to find nothing.
fn finds(flaw: Flaw, modes: &'static [&'static [Mode]]) -> bool {
    catch_unwind(AssertUnwindSafe(|| check(flaw, modes, 20 * SCHEDULES))).is_err()
}

use Mode::{Read, ReadAsync, Write, WriteAsync};

const WRITERS: &[&[Mode]] = &[&[Write, Write, Write], &[Write, Write], &[WriteAsync, Write]];
/// Batches are taken, and not all of each can run at once.
const TELLERS: &[&[Mode]] =
    &[&[WriteAsync, Write, WriteAsync, Write, Write, Write], &[Write, WriteAsync, Write], &[Write]];
const ONE_EACH: &[&[Mode]] = &[&[Write], &[Write], &[Read]];
const READERS: &[&[Mode]] = &[&[Read, Write, Read], &[ReadAsync, Write], &[WriteAsync, Read]];

#[test]
fn callers_that_write_are_all_answered_in_their_order_and_one_at_a_time() {
    check(Flaw::None, WRITERS, SCHEDULES);
}

#[test]
fn what_is_taken_out_in_one_go_is_answered_in_its_order_whatever_comes_between() {
    check(Flaw::None, TELLERS, SCHEDULES);
}

#[test]
fn the_checker_finds_a_batch_that_is_lost() {
    assert!(finds(Flaw::LosesItsBatch, TELLERS));
}

#[test]
fn the_checker_finds_a_batch_that_goes_back_behind_others() {
    assert!(finds(Flaw::AddsItsBatch, TELLERS));
}

#[test]
fn readers_share_the_state_and_nobody_writes_beside_them() {
    check(Flaw::None, READERS, SCHEDULES);
}

#[test]
fn the_checker_finds_a_call_that_jumps_the_queue() {
    assert!(finds(Flaw::JumpsTheQueue, WRITERS));
}

#[test]
fn the_checker_finds_a_queue_that_is_looked_at_under_another_lock() {
    assert!(finds(Flaw::LooksBefore, ONE_EACH));
}

#[test]
fn the_checker_finds_a_waking_that_is_left_out() {
    assert!(finds(Flaw::WakesNobody, WRITERS));
}

#[test]
fn the_checker_finds_a_reader_that_ends_before_it_lets_go() {
    assert!(finds(Flaw::EndsBeforeItDrops, READERS));
}

#[test]
fn the_checker_finds_a_task_that_leaves_later_than_it_has_looked() {
    assert!(finds(Flaw::LeavesLater, ONE_EACH));
}
