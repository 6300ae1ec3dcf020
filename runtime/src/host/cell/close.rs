//! The end of an activation: [`ActorCell::close`], whatever the reason.
//!
//! There is one order, of which each reason takes the steps that it needs:
//!
//! | | step | sleep | destroy | shutdown | failed start, dropped task |
//! |---|---|---|---|---|---|
//! | 1 | decide; until then the actor can stay | everything is saved, and nobody needs it or it asked to sleep | `#[on_destroy]` and the commit that erases it, in one turn | | |
//! | 2 | [`Closing`](Phase::Closing): code is told to end, `#[run]` is cancelled | yes | yes | yes | yes |
//! | 3 | `#[run]` ends, for up to 15 s | yes | in step 9 | in step 9 | |
//! | 4 | `#[on_sleep]` | yes | | yes | |
//! | 5 | work that is waited for, up to 15 s | what began in the end, which still takes turns | | all of it, without turns | |
//! | 6 | the last save; then [`Sealed`](Phase::Sealed): nothing more is taken, set or queued, and the state is dropped | yes | no save | yes | no save |
//! | 7 | output that waits for a save | has left | leaves: the actor's end is saved | has left, or failed with its save | fails |
//! | 8 | connections | stay | are closed | stay: the gateway closes them | stay |
//! | 9 | posts that wait | begin the next activation | fail: not found | fail: stopping | fail, with what the start failed with |
//! | 10 | the actor leaves the list of those awake, and its permit | yes | yes | yes | yes |
//! | 11 | [`Closed`](Phase::Closed): who waits for the end, or for the next activation, goes on | yes | yes | yes | yes |
//!
//! A sleep that finds in step 5 that the actor is to be destroyed goes on as a destroy. A task is dropped half-way when the
//! tokio runtime is shut down: then nothing can be awaited, and [`close_now`](ActorCell::close_now) does what can be done.

use std::{
    pin::{Pin, pin},
    sync::Arc,
};

use tokio::time::{Sleep, sleep};

use super::{
    keep_alive::LifecycleRequest,
    lifecycle::{Phase, Reason},
    mailbox::Next,
};
use crate::{
    Actor,
    error::faults,
    host::{
        ActorCell, Lookup,
        schedules::firing::FiringAlarms,
        turn::{call_chain::Chain, hooks::Hook},
    },
    util::{log, shown::shown, task},
};

impl<A: Actor> ActorCell<A> {
    /// Ends this activation. `false`: the actor stays, which only a sleep and a destroy can find.
    pub(in crate::host) async fn close(self: &Arc<Self>, reason: Reason) -> bool {
        let begins = match &reason {
            Reason::Sleep => self.begin_sleep().await,
            Reason::Destroy => self.erase().await,
            _ => true,
        };
        if !begins {
            return false;
        }
        self.lifecycle().advance(Phase::Closing);
        let reason = match reason {
            Reason::Sleep => self.wind_down_to_sleep().await,
            Reason::Shutdown => self.wind_down_to_stop().await,
            other => other,
        };
        self.seal(&reason);
        // Waits for turns that are still under way.
        self.access().await.state = None;
        let has_queued_work = matches!(reason, Reason::Sleep) && self.has_left_work();
        self.end_outside(&reason);
        self.end_run().await;
        self.release(&reason);
        if has_queued_work {
            self.wake_for_queues();
        }
        true
    }

    /// The same where nothing can be awaited, or need be: no code of the actor runs any more.
    pub(in crate::host) fn close_now(self: &Arc<Self>, reason: &Reason) {
        self.lifecycle().advance(Phase::Closing);
        self.kind().forget_provisional(self);
        let works = self.durable().abandoned();
        for work in works {
            work.abort();
        }
        self.seal(reason);
        self.mailbox().discard_state();
        self.fail_output();
        self.end_outside(reason);
        self.release(reason);
    }

    /// Decides whether to sleep: not if somebody needs the actor who came meanwhile, or if it cannot be saved. One that asks
    /// to sleep does, whoever comes.
    async fn begin_sleep(self: &Arc<Self>) -> bool {
        if self.saving().write_saved().await.is_err() {
            return false;
        }
        let asks = self.keep_alive().request() == LifecycleRequest::Sleep;
        self.durable().set_queues_ending(true);
        let begins =
            (asks || (self.is_idle() && !self.has_messages_to_handle())) && self.mailbox().begin_end(asks);
        if !begins {
            self.durable().set_queues_ending(false);
        }
        begins
    }

    async fn wind_down_to_sleep(self: &Arc<Self>) -> Reason {
        self.end_run().await;
        self.run_on_sleep().await;
        self.finish().await
    }

    async fn wind_down_to_stop(self: &Arc<Self>) -> Reason {
        self.run_on_sleep().await;
        if self.keep_alive().work_ended(Self::END_TIMEOUT).await.is_err() {
            log::warn!(
                actor = shown(self.record().id),
                "server stop no longer waits for background work of an actor"
            );
        }
        self.finish_saving().await;
        Reason::Shutdown
    }

    /// Waits for the work that has begun since the end has, which may still take turns, and saves what is left to be saved.
    /// That work may ask for the actor to be destroyed instead.
    async fn finish(self: &Arc<Self>) -> Reason {
        let mut limit = pin!(sleep(Self::END_TIMEOUT));
        loop {
            self.finish_work(limit.as_mut()).await;
            if self.is_to_be_destroyed() && self.erase().await {
                return Reason::Destroy;
            }
            let Ok(mut access) = self.saving().write_saved().await else { return Reason::Sleep };
            let over = |may_close: bool| {
                if limit.is_elapsed() {
                    // What comes late still is for the next activation too.
                    self.mailbox().close();
                    return true;
                }
                may_close && self.mailbox().seal()
            };
            // Under the write lock, and with the state: no call runs past the mailbox, now or later.
            if self.seal_if_clean(over) {
                access.state = None;
                return Reason::Sleep;
            }
            drop(access);
            tokio::task::yield_now().await;
        }
    }

    async fn finish_work(self: &Arc<Self>, mut limit: Pin<&mut Sleep>) {
        while !limit.is_elapsed() {
            let is_over = !self.keep_alive().is_finishing_late() && self.durable().may_close_queues();
            let changed = self.durable().next_queue_change();
            tokio::select! {
                biased;
                next = self.mailbox().next_late() => match next {
                    Next::Item(envelope) => {
                        self.take(envelope, 1, &mut FiringAlarms::default()).await;
                    }
                    Next::Nudged | Next::Closed => self.settle().await,
                },
                () = std::future::ready(()), if is_over => return,
                () = changed => {}
                () = limit.as_mut() => {
                    log::warn!(actor = shown(self.record().id), "actor sleeps without waiting longer for its background work");
                }
            }
        }
    }

    /// Seals the actor if everything is saved, and if nothing is left that may change it.
    fn seal_if_clean(&self, is_over: impl FnOnce(bool) -> bool) -> bool {
        let seal = || self.lifecycle().advance(Phase::Sealed);
        self.durable().seal_if_clean(&faults::not_handled_yet(), is_over, seal)
    }

    /// Before the server stops: saves what is left to be saved, if it can be. Nothing runs past the mailbox after that.
    async fn finish_saving(self: &Arc<Self>) {
        loop {
            let Ok(mut access) = self.saving().write_saved().await else { return };
            if self.seal_if_clean(|_| true) {
                access.state = None;
                return;
            }
        }
    }

    /// From here on nothing is taken, set or queued, saved or not.
    pub(super) fn seal(&self, reason: &Reason) {
        self.mailbox().close();
        let why = match reason {
            Reason::Destroy => faults::not_handled_destroyed(),
            _ => faults::not_handled_yet(),
        };
        self.durable().seal(&why, || self.lifecycle().advance(Phase::Sealed));
    }

    /// What others have of this activation ends: connections, and posts that will have no turn.
    fn end_outside(self: &Arc<Self>, reason: &Reason) {
        let why = match reason {
            // Both pass on what waits, or refuse it, when they leave the list.
            Reason::Sleep | Reason::Shutdown => return,
            Reason::Destroy => {
                self.close_conns();
                faults::actor_not_found()
            }
            Reason::StartFailed(fault) => fault.clone(),
            Reason::Dropped => faults::unanswered(),
        };
        for envelope in self.mailbox().drain() {
            envelope.refuse(why.clone());
        }
    }

    /// Output that waits for a save which nobody will see to.
    fn fail_output(&self) {
        self.durable().lose_all().fail(&faults::unanswered());
    }

    /// Leaves the list of actors that are awake, and lets go of whoever waits for that.
    fn release(self: &Arc<Self>, reason: &Reason) {
        match reason {
            Reason::Sleep | Reason::Shutdown => self.kind().pass_on(self),
            _ => self.kind().forget(self),
        }
        // Before anybody hears that it sleeps: a caller that waits for a permit finds it free.
        self.release_permit();
        match reason {
            Reason::StartFailed(fault) => self.lifecycle().set_started(Err(fault.clone())),
            Reason::Dropped => self.lifecycle().set_started(Err(faults::unanswered())),
            Reason::Sleep | Reason::Destroy | Reason::Shutdown => {}
        }
        self.lifecycle().advance(Phase::Closed);
    }

    async fn end_run(&self) {
        if self.keep_alive().run_ended(Self::END_TIMEOUT).await.is_err() {
            log::warn!(actor = shown(self.record().id), "`#[run]` still runs after its actor has ended");
        }
    }

    async fn run_on_sleep(self: &Arc<Self>) {
        if let Some(mode) = A::HOOKS.on_sleep {
            let hook = Hook::long("on_sleep", mode);
            self.log(self.run_hook(hook, None, async |actor, ctx| actor.on_sleep(ctx).await).await);
        }
    }

    /// Whether messages wait that `#[run]` would have taken.
    fn has_left_work(&self) -> bool {
        A::HOOKS.run && !A::EPHEMERAL && self.durable().has_queued_work()
    }

    fn wake_for_queues(&self) {
        let (kind, key) = (Arc::clone(self.kind()), self.key().clone());
        task::spawn_in(self.shared().tasks(), async move {
            // If that fails, so it does for whoever comes next, and is told.
            let _ = kind.awake(&key, &Lookup::Get).await;
        });
    }

    /// Whether it waits for whoever asks, before it is awake or before its end is over: that one cannot wait for it.
    pub(in crate::host) fn waits_for_caller(&self) -> bool {
        let Some(record) = self.identity() else { return false };
        let chain = Chain::current();
        let starts = self.lifecycle().started().is_none();
        (starts && chain.holds(record.id).is_some())
            || (self.mailbox().is_ending() && chain.is_part_of(record.id))
    }
}
