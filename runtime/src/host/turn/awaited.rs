//! Work beside the turns as those see it who wait for it: a circle of calls may go through it.

use std::{
    fmt,
    sync::{
        Arc, Weak,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Waker},
};

use parking_lot::Mutex;

use super::call_chain::{self, Chain};

/// A piece of work beside the turns: who waits for it now, and what it waits for itself.
#[derive(Default)]
pub(crate) struct Awaited(Mutex<State>);

#[derive(Default)]
struct State {
    wait: Option<Wait>,
    posts: Vec<Weak<dyn Post>>,
    /// Other work that it waited for.
    works: Vec<Weak<Awaited>>,
}

/// What work has posted to an actor.
pub(in crate::host) trait Post: Send + Sync {
    /// Ends it if it waits for a turn of an actor that waits for the work, once it is seen that this one goes on waiting.
    fn look(&self);
}

/// Code that waits for work, as long as it runs: a call, or other work.
pub(in crate::host) struct Waiter {
    chain: Chain,
    /// How often it went on.
    rounds: AtomicU64,
}

/// A wait, which is over once the code has gone on without it.
struct Wait {
    waiter: Weak<Waiter>,
    /// In which round it looked last, and since which it has in each.
    round: u64,
    since: u64,
    waker: Waker,
}

/// Which code waits, and in which of its rounds it looked. Whether it went on in the last one after it had looked, nobody
/// knows before the next.
#[derive(Clone, Copy)]
pub(in crate::host) struct Look {
    waiter: usize,
    round: u64,
    since: u64,
}

impl Awaited {
    /// The code of this task looks whether the work has ended, which it has not.
    pub(crate) fn wait_here(self: &Arc<Self>, task: &Context<'_>) {
        let Some(waiter) = call_chain::waiter_here() else { return self.end_wait() };
        let round = waiter.rounds.load(Ordering::Acquire);
        let waker = task.waker().clone();
        let mut state = self.0.lock();
        let same = state.wait.as_ref().filter(|wait| wait.waiter.as_ptr() == Arc::as_ptr(&waiter));
        let is_same = same.is_some();
        let since = same.filter(|wait| wait.round + 1 >= round).map_or(round, |wait| wait.since);
        let before = state.wait.replace(Wait { waiter: Arc::downgrade(&waiter), round, since, waker });
        drop(state);
        drop(before);
        if !is_same && let Some(work) = waiter.chain.work() {
            keep(&mut work.0.lock().works, Arc::downgrade(self));
        }
        for post in self.posts() {
            post.look();
        }
    }

    /// Nobody waits for it any more.
    pub(crate) fn end_wait(&self) {
        let wait = self.0.lock().wait.take();
        drop(wait);
    }

    /// When whoever waits for it looked at it.
    pub(in crate::host) fn last_look(&self) -> Option<Look> {
        let state = self.0.lock();
        let wait = state.wait.as_ref()?;
        Some(Look { waiter: wait.waiter.as_ptr() as usize, round: wait.round, since: wait.since })
    }

    /// Has whoever waits for it look once more, if it still waits.
    pub(in crate::host) fn have_look(&self) {
        let waker = self.0.lock().wait.as_ref().map(|wait| wait.waker.clone());
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// What whoever waits for it now is part of.
    pub(in crate::host) fn waiter(&self) -> Option<Chain> {
        let (waiter, round) = {
            let state = self.0.lock();
            let wait = state.wait.as_ref()?;
            (wait.waiter.upgrade()?, wait.round)
        };
        (waiter.rounds.load(Ordering::Acquire) == round).then(|| waiter.chain.clone())
    }

    /// The work has posted this.
    pub(in crate::host) fn posted(&self, post: Weak<dyn Post>) {
        keep(&mut self.0.lock().posts, post);
    }

    /// What it, and the work that it waits for, has posted.
    fn posts(self: &Arc<Self>) -> Vec<Arc<dyn Post>> {
        let mut posts = Vec::new();
        let mut works = vec![Arc::clone(self)];
        let mut next = 0;
        while let Some(work) = works.get(next).cloned() {
            let state = work.0.lock();
            posts.extend(state.posts.iter().filter_map(Weak::upgrade));
            for work in state.works.iter().filter_map(Weak::upgrade) {
                // Pieces of work can wait for each other.
                if !works.iter().any(|seen| Arc::ptr_eq(seen, &work)) {
                    works.push(work);
                }
            }
            next += 1;
        }
        posts
    }
}

impl Look {
    /// Whether the code has waited without a break since that look.
    pub(in crate::host) fn goes_on_from(&self, earlier: &Self) -> bool {
        self.waiter == earlier.waiter && self.since <= earlier.round
    }

    pub(in crate::host) fn is_later_than(&self, earlier: &Self) -> bool {
        self.round > earlier.round
    }
}

impl fmt::Debug for Awaited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Awaited").finish_non_exhaustive()
    }
}

impl Waiter {
    pub(in crate::host) fn new(chain: Chain) -> Self {
        Self { chain, rounds: AtomicU64::new(0) }
    }

    /// It waits for nothing until it looks at it again.
    pub(in crate::host) fn goes_on(&self) {
        self.rounds.fetch_add(1, Ordering::AcqRel);
    }
}

/// Adds to what is still there. Looks for what is gone only where there is no room, so that many cost no more each.
fn keep<T: ?Sized>(kept: &mut Vec<Weak<T>>, new: Weak<T>) {
    if kept.len() == kept.capacity() {
        kept.retain(|kept| kept.strong_count() > 0);
    }
    kept.push(new);
}
