//! The end of an activation: [`Closing::close`], whatever the reason.
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
//! tokio runtime is shut down: then nothing can be awaited, and [`close_now`](Closing::close_now) does what can be done.

use std::{
    pin::{Pin, pin},
    sync::Arc,
    time::Duration,
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
        turn::{
            dispatch::Dispatch,
            hooks::{Hook, log_failure},
        },
    },
    util::{log, shown::shown, task},
};

/// How long the work may take that is waited for.
pub(super) const END_TIMEOUT: Duration = Duration::from_secs(15);

/// Ends an activation.
pub(in crate::host) struct Closing<'a, A: Actor>(&'a Arc<ActorCell<A>>);

impl<'a, A: Actor> Closing<'a, A> {
    pub(in crate::host) fn of(cell: &'a Arc<ActorCell<A>>) -> Self {
        Self(cell)
    }

    pub(super) fn cell(&self) -> &'a Arc<ActorCell<A>> {
        self.0
    }

    /// Ends this activation. `false`: the actor stays, which only a sleep and a destroy can find.
    pub(in crate::host) async fn close(&self, reason: Reason) -> bool {
        let begins = match &reason {
            Reason::Sleep => self.begin_sleep().await,
            Reason::Destroy => self.erase().await,
            _ => true,
        };
        if !begins {
            return false;
        }
        self.0.lifecycle().advance(Phase::Closing);
        let reason = match reason {
            Reason::Sleep => self.wind_down_to_sleep().await,
            Reason::Shutdown => self.wind_down_to_stop().await,
            other => other,
        };
        self.seal(&reason);
        // Waits for turns that are still under way.
        self.0.turns().access().await.state = None;
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
    pub(in crate::host) fn close_now(&self, reason: &Reason) {
        self.0.lifecycle().advance(Phase::Closing);
        self.0.owner().forget_provisional(self.0);
        let works = self.0.durable().abandoned();
        for work in works {
            work.abort();
        }
        self.seal(reason);
        self.0.mailbox().discard_state();
        self.fail_output();
        self.end_outside(reason);
        self.release(reason);
    }

    /// Decides whether to sleep: not if somebody needs the actor who came meanwhile, or if it cannot be saved. One that asks
    /// to sleep does, whoever comes.
    async fn begin_sleep(&self) -> bool {
        if self.0.turns().write_saved().await.is_err() {
            return false;
        }
        let asks = self.0.keep_alive().request() == LifecycleRequest::Sleep;
        self.0.durable().set_queues_ending(true);
        let begins = (asks || (self.0.is_idle() && !self.0.has_messages_to_handle()))
            && self.0.mailbox().begin_end(asks);
        if !begins {
            self.0.durable().set_queues_ending(false);
        }
        begins
    }

    async fn wind_down_to_sleep(&self) -> Reason {
        self.end_run().await;
        self.run_on_sleep().await;
        self.finish().await
    }

    async fn wind_down_to_stop(&self) -> Reason {
        self.run_on_sleep().await;
        if self.0.keep_alive().work_ended(END_TIMEOUT).await.is_err() {
            log::warn!(
                actor = shown(self.0.id()),
                "server stop no longer waits for background work of an actor"
            );
        }
        self.finish_saving().await;
        Reason::Shutdown
    }

    /// Waits for the work that has begun since the end has, which may still take turns, and saves what is left to be saved.
    /// That work may ask for the actor to be destroyed instead.
    async fn finish(&self) -> Reason {
        let mut limit = pin!(sleep(END_TIMEOUT));
        loop {
            self.finish_work(limit.as_mut()).await;
            if self.0.is_to_be_destroyed() && self.erase().await {
                return Reason::Destroy;
            }
            let Ok(mut access) = self.0.turns().write_saved().await else { return Reason::Sleep };
            let over = |may_close: bool| {
                if limit.is_elapsed() {
                    // What comes late still is for the next activation too.
                    self.0.mailbox().close();
                    return true;
                }
                may_close && self.0.mailbox().seal()
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

    async fn finish_work(&self, mut limit: Pin<&mut Sleep>) {
        while !limit.is_elapsed() {
            let is_over = !self.0.keep_alive().is_finishing_late() && self.0.durable().may_close_queues();
            let changed = self.0.durable().next_queue_change();
            tokio::select! {
                biased;
                next = self.0.mailbox().next_late() => match next {
                    Next::Item(envelope) => {
                        Dispatch::of(self.0).take_alone(envelope).await;
                    }
                    Next::Nudged | Next::Closed => self.0.turns().settle().await,
                },
                () = std::future::ready(()), if is_over => return,
                () = changed => {}
                () = limit.as_mut() => {
                    log::warn!(actor = shown(self.0.id()), "actor sleeps without waiting longer for its background work");
                }
            }
        }
    }

    /// Seals the actor if everything is saved, and if nothing is left that may change it.
    fn seal_if_clean(&self, is_over: impl FnOnce(bool) -> bool) -> bool {
        let seal = || self.0.lifecycle().advance(Phase::Sealed);
        self.0.durable().seal_if_clean(&faults::not_handled_yet(), is_over, seal)
    }

    /// Before the server stops: saves what is left to be saved, if it can be. Nothing runs past the mailbox after that.
    async fn finish_saving(&self) {
        loop {
            let Ok(mut access) = self.0.turns().write_saved().await else { return };
            if self.seal_if_clean(|_| true) {
                access.state = None;
                return;
            }
        }
    }

    /// From here on nothing is taken, set or queued, saved or not.
    pub(super) fn seal(&self, reason: &Reason) {
        self.0.mailbox().close();
        let why = match reason {
            Reason::Destroy => faults::not_handled_destroyed(),
            _ => faults::not_handled_yet(),
        };
        self.0.durable().seal(&why, || self.0.lifecycle().advance(Phase::Sealed));
    }

    /// What others have of this activation ends: connections, and posts that will have no turn.
    fn end_outside(&self, reason: &Reason) {
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
        for envelope in self.0.mailbox().drain() {
            envelope.refuse(why.clone());
        }
    }

    /// Output that waits for a save which nobody will see to.
    fn fail_output(&self) {
        self.0.durable().lose_all().fail(&faults::unanswered());
    }

    /// Leaves the list of actors that are awake, and lets go of whoever waits for that.
    fn release(&self, reason: &Reason) {
        match reason {
            Reason::Sleep | Reason::Shutdown => Arc::clone(self.0.owner()).pass_on(self.0),
            _ => self.0.owner().forget(self.0),
        }
        // Before anybody hears that it sleeps: a caller that waits for a permit finds it free.
        self.0.set_awake(None);
        match reason {
            Reason::StartFailed(fault) => self.0.lifecycle().set_started(Err(fault.clone())),
            Reason::Dropped => self.0.lifecycle().set_started(Err(faults::unanswered())),
            Reason::Sleep | Reason::Destroy | Reason::Shutdown => {}
        }
        self.0.lifecycle().advance(Phase::Closed);
    }

    async fn end_run(&self) {
        if self.0.keep_alive().run_ended(END_TIMEOUT).await.is_err() {
            log::warn!(actor = shown(self.0.id()), "`#[run]` still runs after its actor has ended");
        }
    }

    async fn run_on_sleep(&self) {
        if let Some(mode) = A::HOOKS.on_sleep {
            let hook = Hook::long("on_sleep", mode);
            log_failure(self.0, hook.run(self.0, None, async |actor, ctx| actor.on_sleep(ctx).await).await);
        }
    }

    /// Whether messages wait that `#[run]` would have taken.
    fn has_left_work(&self) -> bool {
        A::HOOKS.run && !A::EPHEMERAL && self.0.durable().has_queued_work()
    }

    fn wake_for_queues(&self) {
        let (owner, key) = (Arc::clone(self.0.owner()), self.0.key().clone());
        task::spawn_in(self.0.shared().tasks(), async move {
            // If that fails, so it does for whoever comes next, and is told.
            let _ = owner.wake(key, Lookup::Get).await;
        });
    }
}
