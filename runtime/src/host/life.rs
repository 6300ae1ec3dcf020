//! The life of an awake actor: its task, from start to sleep.

use std::{sync::Arc, time::Duration};

use tokio::{
    task::JoinHandle,
    time::{Instant, sleep_until},
};

use super::{
    Cell, Reach,
    guard::guarded_async,
    holds::{KeptAwake, Wish},
    hooks::Hook,
    mailbox::Next,
};
use crate::{Actor, Contract, Fault, faults, outbox::Close, store::Commit};

/// The task of an actor: starts it, then takes what the mailbox brings, in order, until it sleeps or is stopped.
pub(super) async fn live<A: Actor>(cell: Arc<Cell<A>>) {
    let started = cell.start().await;
    let failure = started.as_ref().err().cloned();
    cell.kind.start_ended(&cell, failure.as_ref());
    if failure.is_some() {
        cell.mailbox.close();
    }
    // Set once, and only here.
    let _ = cell.started.set(started);
    match failure {
        None => cell.be_awake().await,
        Some(fault) => cell.refuse_all(&fault).await,
    }
}

impl<A: Actor> Cell<A> {
    /// How long the work may take that is waited for.
    const END_TIMEOUT: Duration = Duration::from_secs(15);

    async fn be_awake(self: &Arc<Self>) {
        self.start_run();
        self.used();
        // One timer for the whole time awake: it is only moved when it has run down.
        let idle = sleep_until(self.may_sleep_at());
        tokio::pin!(idle);
        loop {
            tokio::select! {
                biased;
                next = self.mailbox.next() => match next {
                    Next::Item(envelope) => {
                        self.take(envelope).await;
                        self.mailbox.done();
                        if self.mailbox.is_idle() {
                            self.used();
                        }
                    }
                    Next::Nudged => self.settle().await,
                    Next::Closed => break self.retire().await,
                },
                () = &mut idle => {}
                () = self.own_alarm() => {
                    self.ring_due().await;
                    self.used();
                }
            }
            let ended = match self.holds.wish() {
                Wish::Destroy => self.try_destroy().await,
                Wish::Sleep if !self.holds.is_held() => self.try_sleep().await,
                Wish::Stay
                    if idle.is_elapsed() && self.is_idle() && Instant::now() >= self.may_sleep_at() =>
                {
                    self.try_sleep().await
                }
                Wish::Sleep | Wish::Stay => false,
            };
            if ended {
                break;
            }
            if idle.is_elapsed() {
                // Held, or used since.
                let soon = Instant::now() + A::OPTIONS.sleep_timeout / 8;
                idle.as_mut().reset(self.may_sleep_at().max(soon));
            }
        }
    }

    /// The next alarm of an actor that is in no store; the others' are the clockwork's.
    async fn own_alarm(&self) {
        let due_ms = if A::EPHEMERAL { self.alarms.lock().next_due_ms() } else { None };
        match due_ms {
            Some(due_ms) => {
                let wait_ms = due_ms.saturating_sub(self.runtime().clock().now_ms());
                tokio::time::sleep(Duration::from_millis(wait_ms)).await;
            }
            None => std::future::pending().await,
        }
    }

    /// Refuses what was posted to an actor that could not start.
    async fn refuse_all(&self, fault: &Fault) {
        loop {
            match self.mailbox.next().await {
                Next::Item(envelope) => envelope.refuse(fault.clone()),
                Next::Nudged => {}
                Next::Closed => return,
            }
        }
    }

    fn start_run(self: &Arc<Self>) {
        if !A::HOOKS.run {
            return;
        }
        let ctx = self.ctx(None);
        let asleep = self.holds.asleep.clone();
        self.holds.work.spawn(async move {
            let run = guarded_async(Duration::MAX, A::run(ctx));
            if let Some(Err(fault)) = asleep.run_until_cancelled(run).await.map(|ended| ended.and_then(|ended| ended)) {
                tracing::error!(actor = <A::Contract as Contract>::NAME, %fault, "a `run` hook ended with an error");
            }
        });
    }

    /// Whether nothing keeps it awake.
    fn is_idle(&self) -> bool {
        let alone = A::OPTIONS.hibernate || self.roster().is_empty();
        alone && !self.holds.is_held() && !(A::EPHEMERAL && self.alarms.lock().any())
    }

    /// Runs work that keeps it awake.
    pub(crate) fn keep_awake<F>(self: &Arc<Self>, work: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        let kept = KeptAwake::new(Arc::clone(self));
        self.holds.work.spawn(async move {
            let result = work.await;
            drop(kept);
            result
        })
    }

    /// Runs work that must end before it sleeps.
    pub(crate) fn wait_until<F>(&self, work: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        self.holds.work.spawn(work)
    }

    pub(crate) fn wish(&self, wish: Wish) {
        self.holds.set_wish(wish);
        self.mailbox.nudge();
    }

    fn may_sleep_at(&self) -> Instant {
        let used_at_ms = self.used_at_ms.load(std::sync::atomic::Ordering::Relaxed);
        self.runtime().clock().instant(used_at_ms) + A::OPTIONS.sleep_timeout
    }

    /// Goes to sleep, unless it is needed meanwhile.
    async fn try_sleep(self: &Arc<Self>) -> bool {
        self.holds.clear_sleep();
        self.fall_asleep().await;
        if self.close_when_saved().await {
            self.let_go().await;
            return true;
        }
        if let Some(mode) = A::HOOKS.on_wake {
            let hook = Hook::short("on_wake", mode);
            self.log(self.run_hook(hook, None, async |actor, ctx| actor.on_wake(ctx).await).await);
        }
        false
    }

    /// Closes the mailbox once everything is saved; `false` if something came to do meanwhile.
    async fn close_when_saved(self: &Arc<Self>) -> bool {
        loop {
            let Ok(mut core) = self.write().await else { return false };
            if !self.gate.lock().is_clean() {
                self.submit_if_changed(&core);
                drop(core);
                self.saves_ended().await;
                continue;
            }
            // Under the write lock, and with the state: no call runs past the mailbox, now or later.
            let closed = self.mailbox.close_if_empty();
            if closed {
                core.state = None;
            }
            return closed;
        }
    }

    /// The end by a stop of the server: everything that was taken is done.
    async fn retire(self: &Arc<Self>) {
        self.fall_asleep().await;
        self.finish_saving().await;
        self.let_go().await;
    }

    async fn try_destroy(self: &Arc<Self>) -> bool {
        if let Some(mode) = A::HOOKS.on_destroy {
            let hook = Hook::long("on_destroy", mode);
            self.log(self.run_hook(hook, None, async |actor, ctx| actor.on_destroy(ctx).await).await);
        }
        self.finish_saving().await;
        if let Err(fault) = self.erase().await {
            tracing::error!(actor = %self.record().id, %fault, "an actor was not destroyed; it is tried again");
            return false;
        }
        self.mailbox.close();
        for conn in self.roster().snapshot().iter() {
            conn.close(Close::new(1000, ""));
            // They were this actor's: none of them is passed on to the next one of its key.
            conn.mark_closed();
            self.roster().remove(conn.id());
        }
        self.refuse_all(&faults::actor_not_found()).await;
        self.let_go().await;
        true
    }

    /// Destroys the actor, and waits until it is gone.
    pub(super) async fn destroyed(self: Arc<Self>) -> Result<(), Fault> {
        let id = self.record().id;
        let mut cell = self;
        loop {
            cell.wish(Wish::Destroy);
            cell.asleep().await;
            if cell.runtime().find_by_id(id).await?.is_none() {
                return Ok(());
            }
            // It was on its way to sleep before it could hear the wish.
            cell = cell.kind.awake(&cell.key, &Reach::Get).await?.0;
        }
    }

    async fn erase(&self) -> Result<(), Fault> {
        if A::EPHEMERAL {
            return Ok(());
        }
        let epoch = self.gate.lock().epoch();
        self.commit_now(Commit::Destroy { id: self.record().id, epoch }).await
    }

    /// Ends what belongs to this time awake, and leaves nothing in memory but the open connections.
    async fn let_go(self: &Arc<Self>) {
        self.holds.asleep.cancel();
        self.holds.work.close();
        if tokio::time::timeout(Self::END_TIMEOUT, self.holds.work.wait()).await.is_err() {
            tracing::warn!(actor = %self.record().id, "an actor's work outlived it");
        }
        self.core.write().await.state = None;
        self.kind.forget(self);
        self.holds.gone.cancel();
    }

    async fn fall_asleep(self: &Arc<Self>) {
        if let Some(mode) = A::HOOKS.on_sleep {
            let hook = Hook::long("on_sleep", mode);
            self.log(self.run_hook(hook, None, async |actor, ctx| actor.on_sleep(ctx).await).await);
        }
    }

    /// For a hook that nobody asked for.
    fn log(&self, result: Result<(), Fault>) {
        if let Err(fault) = result {
            tracing::error!(actor = %self.record().id, %fault, "a hook failed");
        }
    }
}
