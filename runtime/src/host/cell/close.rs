//! The end of a time awake: sleep, a stop, or nobody who runs the actor.

use std::{
    pin::{Pin, pin},
    sync::Arc,
};

use tokio::time::{Sleep, sleep, timeout};

use super::{keep_alive::LifecycleRequest, mailbox::Next, unanswered};
use crate::{
    Actor,
    error::faults,
    host::{
        ActorCell, Lookup,
        schedules::fire::FiringAlarms,
        turn::{call_chain::Chain, hooks::Hook},
    },
    util::{log, shown::shown, task},
};

impl<A: Actor> ActorCell<A> {
    /// Goes to sleep, unless somebody needs it who came meanwhile, or it cannot be saved. An actor that asks to sleep does,
    /// whoever comes.
    pub(in crate::host) async fn try_sleep(self: &Arc<Self>) -> bool {
        if self.write_saved().await.is_err() {
            return false;
        }
        let asks = self.holds.wish() == LifecycleRequest::Sleep;
        // Messages wait from here on, so that it is known of all that were taken before who waits for them.
        self.queues.lock().set_ending(true);
        let begins = (asks || (self.is_idle() && !self.has_queued_work())) && self.mailbox.begin_end(asks);
        if begins {
            self.fall_asleep().await;
        } else {
            self.queues.lock().set_ending(false);
            self.queues_changed.notify_waiters();
        }
        begins
    }

    /// From here on nothing takes the end back: what others want is for the next time awake.
    async fn fall_asleep(self: &Arc<Self>) {
        self.holds.begin_end();
        self.end_run().await;
        self.say_goodnight().await;
        if self.finish().await {
            return;
        }
        let left_work = A::HOOKS.run && !A::EPHEMERAL && self.queues.lock().has_work();
        self.let_go().await;
        if left_work {
            let (kind, key) = (Arc::clone(&self.kind), self.key.clone());
            task::spawn_in(self.shared().tasks(), async move {
                // If that fails, so it does for whoever comes next, and is told.
                let _ = kind.awake(&key, &Lookup::Get).await;
            });
        }
    }

    /// Waits for the work that has begun since the end has, which may still take turns, and saves what is left to be saved.
    /// Says whether the actor was destroyed instead.
    async fn finish(self: &Arc<Self>) -> bool {
        let mut limit = pin!(sleep(Self::END_TIMEOUT));
        loop {
            self.finish_work(limit.as_mut()).await;
            if self.is_to_be_destroyed() && self.try_destroy().await {
                return true;
            }
            let Ok(mut access) = self.write_saved().await else { return false };
            let over = || {
                if limit.is_elapsed() {
                    // What comes late still is for the next time awake too.
                    self.mailbox.close();
                    return true;
                }
                self.may_close_queues() && self.mailbox.seal()
            };
            // Under the write lock, and with the state: no call runs past the mailbox, now or later.
            if self.close_if_clean(over) {
                access.state = None;
                return false;
            }
            drop(access);
            tokio::task::yield_now().await;
        }
    }

    async fn finish_work(self: &Arc<Self>, mut limit: Pin<&mut Sleep>) {
        while !limit.is_elapsed() {
            let is_over = !self.holds.is_finishing_late() && self.may_close_queues();
            let changed = self.queues_changed.notified();
            tokio::select! {
                biased;
                next = self.mailbox.next_late() => match next {
                    Next::Item(envelope) => {
                        self.take(envelope, 1, &mut FiringAlarms::default()).await;
                    }
                    Next::Nudged | Next::Closed => self.settle().await,
                },
                () = std::future::ready(()), if is_over => return,
                () = changed => {}
                () = limit.as_mut() => {
                    log::warn!(actor = shown(self.record().id), "work outlives its actor, which waits no longer");
                }
            }
        }
    }

    /// The end by a stop of the server: everything that was taken is done.
    pub(in crate::host) async fn retire(self: &Arc<Self>) {
        self.holds.cancelled.cancel();
        self.holds.asleep.cancel();
        self.say_goodnight().await;
        self.holds.work.close();
        if timeout(Self::END_TIMEOUT, self.holds.work.wait()).await.is_err() {
            log::warn!(actor = shown(self.record().id), "a stop did not wait for an actor's work any longer");
        }
        self.finish_saving().await;
        self.let_go().await;
    }

    /// Ends what belongs to this time awake, and leaves nothing in memory but the open connections.
    pub(in crate::host) async fn let_go(self: &Arc<Self>) {
        self.holds.cancelled.cancel();
        self.end_run().await;
        self.alarms.lock().close();
        self.close_queues(&faults::not_handled_yet());
        self.access().await.state = None;
        self.kind.pass_on(self);
        self.leave_place();
        self.holds.gone.cancel();
    }

    async fn end_run(&self) {
        self.holds.asleep.cancel();
        self.holds.run.close();
        if timeout(Self::END_TIMEOUT, self.holds.run.wait()).await.is_err() {
            log::warn!(actor = shown(self.record().id), "a `run` hook outlived its actor");
        }
    }

    /// Nobody runs it: whoever waits is told, and nothing that it holds can hold it.
    pub(in crate::host) fn abandon(self: &Arc<Self>) {
        self.kind.forget(self);
        self.kind.forget_provisional(self);
        let works = self.gate.lock().abandoned();
        for work in works {
            work.abort();
        }
        let _ = self.started.set(Err(unanswered()));
        for envelope in self.mailbox.abandon() {
            envelope.refuse(unanswered());
        }
        let void = {
            let mut gate = self.gate.lock();
            self.saves.lock().lost();
            let generation = gate.generation();
            gate.save_failed(generation)
        };
        void.fail(&unanswered());
        self.alarms.lock().close();
        self.close_queues(&faults::not_handled_yet());
        let state = self.core.try_write().ok().and_then(|mut core| core.state.take());
        drop(state);
        self.holds.cancelled.cancel();
        self.holds.asleep.cancel();
        self.leave_place();
        self.holds.gone.cancel();
    }

    /// Before anybody hears that it sleeps: who waits for its place finds it free.
    fn leave_place(&self) {
        let place = self.place.lock().take();
        drop(place);
    }

    async fn say_goodnight(self: &Arc<Self>) {
        if let Some(mode) = A::HOOKS.on_sleep {
            let hook = Hook::long("on_sleep", mode);
            self.log(self.run_hook(hook, None, async |actor, ctx| actor.on_sleep(ctx).await).await);
        }
    }

    /// Whether it waits for whoever asks, before it is awake or before its end is over: that one cannot wait for it.
    pub(in crate::host) fn waits_for_caller(&self) -> bool {
        let Some(record) = self.identity.get() else { return false };
        let chain = Chain::current();
        let starts = self.started.get().is_none();
        (starts && chain.holds(record.id).is_some())
            || (self.mailbox.is_ending() && chain.is_part_of(record.id))
    }
}
