//! Provisional actors: an actor that would be made for a caller that it is to judge is not made before it has let one in.
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
//! Callers share it by their input: the state of one that is let in is never made from what another has sent that is
//! not. So there may be several for one key; the first that lets somebody in gets the key, and the callers of the others
//! go on to that one. A caller that only looks for an actor that does not exist ([`Lookup::Get`]) is judged by one that is
//! made without input, if that can be, and finds nothing.
//!
//! Until then it costs a permit to be awake ([`AwakeLimit`](super::awake_limit::AwakeLimit)), and counts for nobody as
//! made: what counts is the caller that is let in and makes it (`permit.rs`). So neither a caller that is refused nor one
//! that only looks can tell by a limit whether there is an actor.
//!
//! A caller within this process that gives no params is trusted, and judged by nobody: for it an actor is made at once.
//!
//! A provisional actor is not in the table of those that are awake, but in [`Provisionals`](list::Provisionals) alone. Its gate
//! hands nothing to the store, so what its hooks change waits there for the first commit: state, alarms and
//! messages are in it together. Its mailbox holds callers, and what work has posted that its hooks began; the latter waits
//! until it is admitted. Only its task takes anything from there.
//!
//! Locks, in this order: that table, `Provisionals`, a mailbox; that table, what an actor has to save. A caller
//! is posted under the lock of `Provisionals`, and under the same lock a provisional actor sees that nobody waits, and
//! leaves the list: so nobody is posted to one that is dropped.

pub(in crate::host) mod list;
mod routing;

use std::sync::Arc;

use crate::{
    Actor, Fault,
    error::faults,
    host::{
        ActorCell, ActorType, Denied, Lookup,
        cell::{
            Connect, Core, Envelope, lifecycle, mailbox::Next, owner::Owner as _, start::Starting,
            task::ActorTask, wake::run_on_wake,
        },
        connections::connect::Judged,
        durability::{commit::commit_now, encode::to_bytes, fingerprint::Fingerprint},
        turn::dispatch::Dispatch,
    },
    store::Commit,
    util::{
        log::{Instrument as _, Span},
        task,
    },
};

/// The task of an actor that is provisional.
struct Provisional<A: Actor> {
    kind: Arc<ActorType<A>>,
    task: ActorTask<A>,
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

impl<A: Actor> Provisional<A> {
    fn cell(&self) -> &Arc<ActorCell<A>> {
        self.task.cell()
    }

    /// Runs it, in the span of whoever needs it first up to where it is admitted.
    async fn run(self, span: Span) {
        // Boxed: what an actor that is awake holds on to does not grow by it.
        let Some(held) = Box::pin(self.be_provisional().instrument(span)).await else { return };
        for envelope in held {
            Box::pin(Dispatch::of(self.cell()).take_alone(envelope)).await;
            self.cell().mailbox().done();
        }
        self.task.run_loop().await;
    }

    /// Judges who comes, one after the other, up to the first who is let in. Gives what waited for that; `None` if there is
    /// no actor after all.
    async fn be_provisional(&self) -> Option<Vec<Envelope<A>>> {
        if let Err(fault) = self.make_provisionally().await {
            // No backoff: a stranger's input must not keep others from the key.
            self.fail_callers(&fault);
            return None;
        }
        let mut held = Vec::new();
        while let Some(connect) = self.next_caller(&mut held) {
            match self.hear(connect).await {
                Heard::Denied => drop(self.cell().mailbox().done()),
                Heard::LetIn => return Some(held),
                Heard::Ended => break,
            }
        }
        for envelope in held {
            envelope.refuse(faults::actor_not_found());
        }
        None
    }

    async fn hear(&self, mut connect: Box<Connect<A>>) -> Heard {
        let span = connect.span.clone();
        let judged = match connect.judge(self.cell()).instrument(span).await {
            Ok(judged) => judged,
            Err(fault) => {
                connect.deny(Denied::Rejected(fault));
                return Heard::Denied;
            }
        };
        if self.cell().is_to_be_destroyed() || matches!(connect.lookup, Lookup::Get) {
            connect.deny(Denied::Unreached(faults::actor_not_found()));
            return Heard::Denied;
        }
        if let Err(fault) = self.kind.count_made(self.cell().key(), connect.maker.as_ref()).await {
            // It goes on for the others.
            connect.deny(Denied::Unreached(fault));
            return Heard::Denied;
        }
        if self.admit_first(connect, judged).await { Heard::LetIn } else { Heard::Ended }
    }

    async fn make_provisionally(&self) -> Result<(), Fault> {
        // Not known by it: only its own code sees it.
        self.cell().set_identity(Starting::of(self.cell()).new_identity());
        let mut access = self.cell().turns().access().await;
        Starting::of(self.cell()).make_anew(&mut access).await
    }

    /// The next one to be judged. `None` once nobody waits, or nobody can be let in any more.
    fn next_caller(&self, held: &mut Vec<Envelope<A>>) -> Option<Box<Connect<A>>> {
        loop {
            if self.cell().is_to_be_destroyed() {
                self.fail_callers(&faults::actor_not_found());
                return None;
            }
            match self.cell().mailbox().try_next() {
                // The actor is not asked about a caller that has gone away.
                Some(Next::Item(Envelope::Connect(connect))) if connect.opened.is_closed() => {
                    self.cell().mailbox().done();
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
                    let is_unwanted = || self.cell().mailbox().waiting() == held.len();
                    if self.kind.provisionals().remove_if(self.cell(), is_unwanted) {
                        self.fail_callers(&faults::actor_not_found());
                        return None;
                    }
                }
            }
        }
    }

    /// There will be no actor: the callers that wait are told why.
    fn fail_callers(&self, fault: &Fault) {
        self.kind.forget_provisional(self.cell());
        self.kind.forget(self.cell());
        let waiting = self.cell().mailbox().drain();
        self.cell().lifecycle().set_started(Err(fault.clone()));
        for envelope in waiting {
            match envelope {
                Envelope::Connect(connect) => {
                    let found = !matches!(connect.lookup, Lookup::Get);
                    let fault = if found { fault.clone() } else { faults::actor_not_found() };
                    connect.deny(Denied::Unreached(fault));
                }
                other => other.refuse(fault.clone()),
            }
        }
    }

    /// Makes the actor, with the first whom it lets in. Says whether it is awake.
    async fn admit_first(&self, connect: Box<Connect<A>>, judged: Judged<A>) -> bool {
        let span = connect.span.clone();
        let made = self.make_for_good().await;
        let woken = match made {
            Ok(Making::Superseded) => {
                self.send_on(connect);
                return false;
            }
            Ok(Making::Made) => run_on_wake(self.cell()).await,
            Err(fault) => Err(fault),
        };
        if let Err(fault) = woken {
            connect.deny(Denied::Unreached(fault.clone()));
            self.kind.start_ended(self.cell(), Some(&fault));
            self.fail_callers(&fault);
            return false;
        }
        self.task.begin_run();
        self.kind.start_ended(self.cell(), None);
        self.cell().lifecycle().set_started(Ok(true));
        connect.open(self.cell(), judged, true).instrument(span).await;
        self.cell().mailbox().done();
        true
    }

    /// The first commit: everything that the hooks have done is in it.
    async fn make_for_good(&self) -> Result<Making, Fault> {
        if !self.kind.give_key(self.cell())? {
            return Ok(Making::Superseded);
        }
        let access = self.cell().turns().access().await;
        if A::EPHEMERAL {
            self.cell().durable().admit_unsaved();
        } else {
            // It may have been made, and have gone to sleep again, since nobody was found.
            if Starting::of(self.cell()).claim().await?.is_some() {
                return Ok(Making::Superseded);
            }
            self.commit_first(&access).await?;
        }
        self.kind.identify(self.cell().id(), self.cell().key());
        self.cell().durable().queues_have_changed();
        Ok(Making::Made)
    }

    async fn commit_first(&self, core: &Core<A>) -> Result<(), Fault> {
        let state = to_bytes(core.state()).map_err(|why| self.cell().saving().unsavable(&why))?;
        let stored = Fingerprint::of(&state);
        let mut first = self.cell().durable().submit_first();
        let (alarms, messages) = (std::mem::take(&mut first.alarms), std::mem::take(&mut first.messages));
        let record = self.cell().record();
        commit_now(self.cell().shared(), Commit::Create { record, state, alarms, messages }).await?;
        self.cell().durable().admit(stored, &first, self.cell().shared().clock());
        self.cell().queues().refill();
        // What has changed beside the turns meanwhile is saved by the actor's task.
        self.cell().mailbox().nudge();
        Ok(())
    }

    /// There is an actor of this key already: the callers that wait go on to that one, and are judged there.
    fn send_on(&self, first: Box<Connect<A>>) {
        self.kind.forget(self.cell());
        self.kind.forget_provisional(self.cell());
        let waiting = self.cell().mailbox().drain();
        // As if it had gone to sleep: the callers that wait for it look again.
        self.cell().lifecycle().advance(lifecycle::Phase::Closing);
        self.cell().lifecycle().set_started(Ok(false));
        let mut callers = vec![first];
        for envelope in waiting {
            match envelope {
                Envelope::Connect(connect) => callers.push(connect),
                other => other.refuse(faults::actor_not_found()),
            }
        }
        for connect in callers {
            let (kind, key) = (Arc::clone(&self.kind), self.cell().key().clone());
            task::spawn_in(self.cell().shared().tasks(), async move { kind.route(&key, connect).await });
        }
    }
}
