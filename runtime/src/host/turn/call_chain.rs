//! Call chains: who waits for whom, so that a circle is an error at once and not a time-out.
//!
//! A call waits for a call, and code may wait for work beside the turns ([`Awaited`]), which has no turn itself. A circle may
//! go through both.

use std::{
    any::Any,
    fmt,
    sync::{
        Arc, Weak,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Waker},
};

use parking_lot::Mutex;

use crate::{ActorId, Key};

/// The calls that wait for a call, the latest first. Calls that actors make to each other in this process carry it.
#[derive(Clone, Default)]
pub(crate) struct Chain(Option<Arc<Link>>);

/// A turn to read, whatever its actor's type.
pub(in crate::host) type Reading = Arc<dyn Any + Send + Sync>;

/// How a call holds an actor.
pub(in crate::host) enum Hold {
    /// It has the actor to itself.
    Alone,
    /// It reads beside others, in this turn.
    Reading(Reading),
}

/// What code has of its actor.
#[derive(Clone)]
enum Held {
    /// It has the actor to itself.
    Alone,
    /// It reads beside others, in this turn.
    Reading(Reading),
    /// No turn: it is work beside those, which the actor waits for before it ends. A chain that has such a link begins
    /// with it, unless somebody waits for the work.
    Beside(Arc<Awaited>),
}

/// An actor for people: `chatRoom/general`.
#[derive(Clone)]
pub(in crate::host) struct Address {
    pub(in crate::host) name: &'static str,
    pub(in crate::host) key: Key,
}

/// A call, and those that wait for it.
#[derive(Clone)]
pub(in crate::host) struct Link {
    actor: ActorId,
    address: Address,
    action: &'static str,
    held: Held,
    before: Chain,
}

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

impl Chain {
    /// What a call on `actor` does.
    #[inline]
    pub(in crate::host) fn with(
        self,
        actor: ActorId,
        address: Address,
        action: &'static str,
        reading: Option<Reading>,
    ) -> Link {
        let held = reading.map_or(Held::Alone, Held::Reading);
        Link { actor, address, action, held, before: self }
    }

    /// What work beside the turns of `actor` does.
    pub(in crate::host) fn beside(
        actor: ActorId,
        address: Address,
        action: &'static str,
        work: Arc<Awaited>,
    ) -> Link {
        Link { actor, address, action, held: Held::Beside(work), before: Self::default() }
    }

    /// How a call of the chain holds this actor, if one does.
    pub(in crate::host) fn holds(&self, actor: ActorId) -> Option<Hold> {
        self.links().find_map(|link| link.holds(actor))
    }

    /// The same with the calls that wait for its work, as far as that can be told now; and through which work.
    pub(in crate::host) fn holds_through_work(&self, actor: ActorId) -> Option<(Hold, Vec<Arc<Awaited>>)> {
        self.find(|link| link.holds(actor))
    }

    /// Whether this actor waits for one of the chain before it ends: for a call that has a turn, or for work.
    pub(in crate::host) fn is_part_of(&self, actor: ActorId) -> bool {
        self.links().any(|link| link.actor == actor)
    }

    /// Whether nobody waits.
    #[inline]
    pub(in crate::host) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// How many calls wait.
    pub(in crate::host) fn len(&self) -> usize {
        self.links().count()
    }

    /// The work that it begins with.
    pub(in crate::host) fn work(&self) -> Option<&Arc<Awaited>> {
        match &self.links().last()?.held {
            Held::Beside(work) => Some(work),
            Held::Alone | Held::Reading(_) => None,
        }
    }

    /// The first thing that is found in its links, and in those of whoever waits for its work now; and the work between.
    fn find<T>(&self, mut find: impl FnMut(&Link) -> Option<T>) -> Option<(T, Vec<Arc<Awaited>>)> {
        let mut works: Vec<Arc<Awaited>> = Vec::new();
        let mut chain = self.clone();
        loop {
            if let Some(found) = chain.links().find_map(&mut find) {
                return Some((found, works));
            }
            let work = Arc::clone(chain.work()?);
            // Pieces of work can wait for each other.
            if works.iter().any(|seen| Arc::ptr_eq(seen, &work)) {
                return None;
            }
            chain = work.waiter()?;
            works.push(work);
        }
    }

    fn links(&self) -> impl Iterator<Item = &Link> {
        self.0.iter().flat_map(|link| link.chain())
    }
}

impl Link {
    fn chain(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |link| link.before.0.as_deref())
    }

    fn holds(&self, actor: ActorId) -> Option<Hold> {
        match &self.held {
            _ if self.actor != actor => None,
            Held::Alone => Some(Hold::Alone),
            Held::Reading(turn) => Some(Hold::Reading(Arc::clone(turn))),
            Held::Beside(_) => None,
        }
    }
}

impl Awaited {
    /// This code looks whether the work has ended, which it has not.
    pub(super) fn wait(self: &Arc<Self>, waiter: &Arc<Waiter>, task: &Context<'_>) {
        let round = waiter.rounds.load(Ordering::Acquire);
        let waker = task.waker().clone();
        let mut state = self.0.lock();
        let same = state.wait.as_ref().filter(|wait| wait.waiter.as_ptr() == Arc::as_ptr(waiter));
        let is_same = same.is_some();
        let since = same.filter(|wait| wait.round + 1 >= round).map_or(round, |wait| wait.since);
        let before = state.wait.replace(Wait { waiter: Arc::downgrade(waiter), round, since, waker });
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

impl From<Link> for Chain {
    fn from(link: Link) -> Self {
        Self(Some(Arc::new(link)))
    }
}

impl fmt::Display for Link {
    /// The first call first: `a/1.ping -> b/1.pong`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |link: &Self| format!("{}/{}.{}", link.address.name, link.address.key, link.action);
        let mut calls = vec![name(self)];
        self.before.find(|link| {
            calls.push(name(link));
            None::<()>
        });
        calls.reverse();
        f.write_str(&calls.join(" -> "))
    }
}

/// Adds to what is still there. Looks for what is gone only where there is no room, so that many cost no more each.
fn keep<T: ?Sized>(kept: &mut Vec<Weak<T>>, new: Weak<T>) {
    if kept.len() == kept.capacity() {
        kept.retain(|kept| kept.strong_count() > 0);
    }
    kept.push(new);
}
