//! Provisional actors: an actor that would be made for somebody who is to be judged by it is not made before it has let
//! somebody in.
//!
//! Its phases:
//!
//! | phase | what it is | who can find it |
//! |---|---|---|
//! | provisional | `#[on_create]` has made a state in memory, and `#[on_before_connect]` is asked about one caller after the other | callers who are to be judged too, and would make it from the same input |
//! | being made | somebody was let in: it has its key, and its first commit is under way | everybody; they wait until it has started |
//! | admitted | as any awake actor: `#[on_wake]`, `#[run]`, schedules, messages, and then the first caller | everybody |
//! | dropped | nobody was let in who may make it, and nobody waits any more | nobody |
//!
//! Callers share it by their input: the state of one who is let in is never made from what one has sent who is not. So
//! there may be several for one key; the first that lets somebody in gets the key, and the callers of the others go on to
//! that one. Who only looks for an actor that does not exist ([`Lookup::Get`]) is judged by one that is made without
//! input, if that can be, and finds nothing.
//!
//! Until then it costs a permit to be awake ([`AwakeLimit`](super::awake_limit::AwakeLimit)), and counts for nobody as
//! made: what counts is the caller who is let in and makes it (`permit.rs`). So neither who is refused nor who only looks
//! can tell by a limit whether there is an actor.
//!
//! Who calls from within this process without params is trusted, and judged by nobody: for them an actor is made at once.
//!
//! A provisional actor is in no list: neither in `ActorType::awake` nor in `ActorType::ids`, but in [`Provisionals`] alone. Its gate
//! hands nothing to the store, so what its hooks change waits there for the first commit: state, alarms and
//! messages are in it together. Its mailbox holds callers, and what work has posted that its hooks began; the latter waits
//! until it is admitted. Only its task takes anything from there.
//!
//! Locks, in this order: `ActorType::awake`, `Provisionals`, a mailbox; `ActorType::awake`, what an actor has to save. A caller
//! is posted under the lock of `Provisionals`, and under the same lock a provisional actor sees that nobody waits, and
//! leaves the list: so nobody is posted to one that is dropped.

mod routing;

use std::{
    collections::HashMap,
    sync::{Arc, Weak},
};

use bytes::Bytes;
use parking_lot::Mutex;

use crate::{
    Actor, Fault, Key,
    error::faults,
    host::{
        ActorCell, Denied, Lookup,
        cell::{
            Absent, Core,
            envelope::{Connect, Envelope},
            lifecycle,
            mailbox::Next,
            task::ActorTask,
        },
        connections::connect::Judged,
        durability::{commit::commit_now, fingerprint::Fingerprint, save::to_bytes},
        schedules::firing::FiringAlarms,
        turn::hooks::Hook,
    },
    store::Commit,
    util::{
        log::{Instrument as _, Span},
        task,
    },
};

/// The actors of a kind that are provisional. Each belongs to its task.
pub(in crate::host) struct Provisionals<A: Actor>(Mutex<HashMap<Key, Vec<Weak<ActorCell<A>>>>>);

impl<A: Actor> Default for Provisionals<A> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<A: Actor> Provisionals<A> {
    /// Those of this key.
    fn of(&self, key: &Key) -> Vec<Arc<ActorCell<A>>> {
        self.0.lock().get(key).into_iter().flatten().filter_map(Weak::upgrade).collect()
    }

    /// All of them.
    pub(in crate::host) fn all(&self) -> Vec<Arc<ActorCell<A>>> {
        self.0.lock().values().flatten().filter_map(Weak::upgrade).collect()
    }

    /// The one of this key waits for whoever asks, who cannot wait for it.
    pub(in crate::host) fn waits_for_caller(&self, key: &Key) -> Option<Arc<ActorCell<A>>> {
        self.of(key).into_iter().find(|cell| cell.waits_for_caller())
    }

    /// Waits until it is known what becomes of those of this key. Says whether there were any.
    pub(in crate::host) async fn decided(&self, key: &Key) -> bool {
        let cells = self.of(key);
        for cell in &cells {
            // Whatever becomes of it.
            let _ = cell.lifecycle().wait_started().await;
        }
        !cells.is_empty()
    }

    /// Takes one out of the list, if it is there and this says so.
    fn remove_if(&self, cell: &Arc<ActorCell<A>>, condition: impl FnOnce() -> bool) -> bool {
        let mut all = self.0.lock();
        let Some(cells) = all.get_mut(cell.key()) else { return false };
        let place = cells.iter().position(|known| known.as_ptr() == Arc::as_ptr(cell));
        let Some(place) = place.filter(|_| condition()) else { return false };
        cells.swap_remove(place);
        if cells.is_empty() {
            all.remove(cell.key());
            // A wave leaves nothing behind.
            if all.capacity() > 1024 && all.len() < all.capacity() / 8 {
                all.shrink_to_fit();
            }
        }
        true
    }
}

/// The task of an actor that begins as a provisional one.
async fn run_provisionally<A: Actor>(task: ActorTask<A>, span: Span) {
    let cell = task.cell();
    // Boxed: what an actor that is awake holds on to does not grow by it.
    if let Some(held) = Box::pin(cell.be_provisional().instrument(span)).await {
        for envelope in held {
            Box::pin(cell.take(envelope, 1, &mut FiringAlarms::default())).await;
            cell.mailbox().done();
        }
        cell.run_loop().await;
    }
}

/// What came of one caller.
enum Heard {
    Denied,
    /// The actor is made, and awake.
    LetIn,
    /// They are let in, but not to this actor.
    Ended,
}

/// What becomes of a provisional actor that has let somebody in.
enum Making {
    Made,
    /// There is an actor of its key already.
    Superseded,
}

impl<A: Actor> ActorCell<A> {
    /// Judges who comes, one after the other, up to the first who is let in. Gives what waited for that; `None` if there is
    /// no actor after all.
    async fn be_provisional(self: &Arc<Self>) -> Option<Vec<Envelope<A>>> {
        if let Err(fault) = self.make_provisionally().await {
            // No backoff: a stranger's input must not keep others from the key.
            self.fail_callers(&fault);
            return None;
        }
        let mut held = Vec::new();
        while let Some(connect) = self.next_caller(&mut held) {
            match self.hear(connect).await {
                Heard::Denied => drop(self.mailbox().done()),
                Heard::LetIn => return Some(held),
                Heard::Ended => break,
            }
        }
        for envelope in held {
            envelope.refuse(faults::actor_not_found());
        }
        None
    }

    async fn hear(self: &Arc<Self>, mut connect: Box<Connect<A>>) -> Heard {
        let span = connect.span.clone();
        let judged = match connect.judge(self).instrument(span).await {
            Ok(judged) => judged,
            Err(fault) => {
                connect.deny(Denied::Rejected(fault));
                return Heard::Denied;
            }
        };
        if self.is_to_be_destroyed() || matches!(connect.reach, Lookup::Get) {
            connect.deny(Denied::Unreached(faults::actor_not_found()));
            return Heard::Denied;
        }
        if let Err(fault) = self.count_made(connect.maker.as_ref()).await {
            // It goes on for the others.
            connect.deny(Denied::Unreached(fault));
            return Heard::Denied;
        }
        if self.admit_first(connect, judged).await { Heard::LetIn } else { Heard::Ended }
    }

    async fn make_provisionally(self: &Arc<Self>) -> Result<(), Fault> {
        // Not known by it: only its own code sees it.
        self.set_identity(self.new_record());
        let mut access = self.access().await;
        self.make_anew(&mut access).await
    }

    /// Makes the first state of an actor that is provisional, again if the one before is void.
    pub(in crate::host) async fn make_anew(self: &Arc<Self>, core: &mut Core<A>) -> Result<(), Fault> {
        self.durable().forget_unsaved(self.shared().clock());
        let input = if let Absent::Make(input) = self.absent() { input.as_ref() } else { None };
        let state = self.first_state(input).await?;
        let seen =
            if Self::SEES_CHANGES { to_bytes(&*state).ok().as_deref().map(Fingerprint::of) } else { None };
        core.state = Some(state);
        self.durable().load_provisional(seen);
        Ok(())
    }

    /// The next one to be judged. `None` once nobody waits, or nobody can be let in any more.
    fn next_caller(self: &Arc<Self>, held: &mut Vec<Envelope<A>>) -> Option<Box<Connect<A>>> {
        loop {
            if self.is_to_be_destroyed() {
                self.fail_callers(&faults::actor_not_found());
                return None;
            }
            match self.mailbox().try_next() {
                // Who has gone away is asked nothing.
                Some(Next::Item(Envelope::Connect(connect))) if connect.opened.is_closed() => {
                    self.mailbox().done();
                }
                Some(Next::Item(Envelope::Connect(connect))) => return Some(connect),
                Some(Next::Item(envelope)) => held.push(envelope),
                Some(Next::Nudged) => {}
                Some(Next::Closed) => {
                    self.fail_callers(&faults::unanswered());
                    return None;
                }
                None => {
                    // Under the lock that callers are posted under.
                    let is_unwanted = || self.mailbox().waiting() == held.len();
                    if self.kind().provisionals.remove_if(self, is_unwanted) {
                        self.fail_callers(&faults::actor_not_found());
                        return None;
                    }
                }
            }
        }
    }

    /// There will be no actor: who waits is told why.
    fn fail_callers(self: &Arc<Self>, fault: &Fault) {
        self.kind().forget_provisional(self);
        self.kind().forget(self);
        let waiting = self.mailbox().drain();
        self.lifecycle().set_started(Err(fault.clone()));
        for envelope in waiting {
            match envelope {
                Envelope::Connect(connect) => {
                    let found = !matches!(connect.reach, Lookup::Get);
                    let fault = if found { fault.clone() } else { faults::actor_not_found() };
                    connect.deny(Denied::Unreached(fault));
                }
                other => other.refuse(fault.clone()),
            }
        }
    }

    /// Makes the actor, with the first whom it lets in. Says whether it is awake.
    async fn admit_first(self: &Arc<Self>, connect: Box<Connect<A>>, judged: Judged<A>) -> bool {
        let span = connect.span.clone();
        let made = self.make_for_good().await;
        let woken = match made {
            Ok(Making::Superseded) => {
                self.send_on(connect);
                return false;
            }
            Ok(Making::Made) => self.wake_up().await,
            Err(fault) => Err(fault),
        };
        if let Err(fault) = woken {
            connect.deny(Denied::Unreached(fault.clone()));
            self.kind().start_ended(self, Some(&fault));
            self.fail_callers(&fault);
            return false;
        }
        self.begin_run();
        self.kind().start_ended(self, None);
        self.lifecycle().set_started(Ok(true));
        connect.open(self, judged, true).instrument(span).await;
        self.mailbox().done();
        true
    }

    /// The first commit: everything that the hooks have done is in it.
    async fn make_for_good(self: &Arc<Self>) -> Result<Making, Fault> {
        if !self.kind().give_key(self)? {
            return Ok(Making::Superseded);
        }
        let access = self.access().await;
        if A::EPHEMERAL {
            self.durable().admit_unsaved();
        } else {
            // It may have been made, and have gone to sleep again, since nobody was found.
            if self.claim().await?.is_some() {
                return Ok(Making::Superseded);
            }
            self.commit_first(&access).await?;
        }
        self.kind().identify(self.record().id, self.key());
        self.durable().queues_have_changed();
        Ok(Making::Made)
    }

    async fn commit_first(self: &Arc<Self>, core: &Core<A>) -> Result<(), Fault> {
        let state = to_bytes(core.state()).map_err(|why| self.saving().unsavable(&why))?;
        let stored = Fingerprint::of(&state);
        let mut first = self.durable().submit_first();
        let (alarms, messages) = (std::mem::take(&mut first.alarms), std::mem::take(&mut first.messages));
        let record = self.record().clone();
        commit_now(self.shared(), Commit::Create { record, state, alarms, messages }).await?;
        self.durable().admit(stored, &first, self.shared().clock());
        self.queues().refill();
        // What has changed beside the turns meanwhile is saved by the actor's task.
        self.nudge();
        Ok(())
    }

    async fn wake_up(self: &Arc<Self>) -> Result<(), Fault> {
        let Some(mode) = A::HOOKS.on_wake else { return Ok(()) };
        let hook = Hook::short("on_wake", mode);
        self.run_hook(hook, None, async |state, ctx| state.on_wake(ctx).await).await
    }

    /// There is an actor of this key already: who waits goes on to that one, and is judged there.
    fn send_on(self: &Arc<Self>, first: Box<Connect<A>>) {
        self.kind().forget(self);
        self.kind().forget_provisional(self);
        let waiting = self.mailbox().drain();
        // As if it had gone to sleep: who waits for it looks again.
        self.lifecycle().advance(lifecycle::Phase::Closing);
        self.lifecycle().set_started(Ok(false));
        let mut callers = vec![first];
        for envelope in waiting {
            match envelope {
                Envelope::Connect(connect) => callers.push(connect),
                other => other.refuse(faults::actor_not_found()),
            }
        }
        for connect in callers {
            let (kind, key) = (Arc::clone(self.kind()), self.key().clone());
            task::spawn_in(self.shared().tasks(), async move { kind.route(&key, connect).await });
        }
    }

    fn is_made_from(&self, input: Option<&Bytes>) -> bool {
        matches!(self.absent(), Absent::Make(own) if own.as_ref() == input)
    }
}
