//! The task of an actor: from its start to its end. Its steps between the two are in `steps.rs`.
//!
//! 1. It starts the actor ([`wake`]), and its `#[run]` before anybody's call can run.
//! 2. It takes what the mailbox brings, one envelope after the other; calls that need no more than the same turn follow each
//!    other in it.
//! 3. Alarms of an actor that no store has are its own to wait for; all others come as an envelope. While alarms are due, they
//!    take turns with what waits.
//! 4. When it is nudged, or the sleep timer has it look, it sees in this order to what is asked of it: to destroy the actor, to
//!    sleep because it asked to, or others need its place, or it was idle for long enough.
//! 5. Work that is to end first (`ctx.wait_until`) is waited for, for up to 15 s, in which the actor goes on as before.
//! 6. Then [`Closing::close`] ends the activation. A sleep that the store fails is tried again after 5 s, a destroy after 1 s.
//!    A mailbox that is closed and empty is a stop of the server.
//! 7. Where it would wait for the mailbox, and nothing that it remembers matters, it ends, and leaves the actor dormant:
//!    `dormant.rs`.
//! 8. A task that is dropped half-way, as tokio does when it is shut down, leaves an actor that nobody runs:
//!    [`ActorTask`]'s drop tells whoever waits for it, and lets go of what it holds.
//!
//! Rare steps are boxed where they are awaited: there is a task for each awake actor, and it is to be small.

use std::{
    sync::Arc,
    task::{Context, Waker},
    time::Duration,
};

use super::{
    close::Closing,
    lifecycle::{Phase, Reason},
    sleep_timer::When,
    steps::{Ended, Steps, look_again},
    wake::wake,
};
use crate::{
    Actor, Contract, Ctx,
    host::{
        ActorCell,
        admission::stranger::Maker,
        turn::{catch::guarded_hook, panics::Code},
    },
    util::{
        log::{self, Instrument as _, Span},
        shown::shown,
    },
};

/// The task of an actor, from the start in the span of whoever needs it first to its end. If it is made, it is counted for
/// this maker.
pub(in crate::host) async fn run<A: Actor>(task: ActorTask<A>, maker: Option<Maker>, span: Span) {
    let cell = task.cell();
    // Boxed, here and below: what is rare is not to make every task as large as it is.
    match Box::pin(wake(cell, maker).instrument(span)).await {
        Ok(created) => {
            // Before anybody's call can run.
            task.begin_run();
            cell.owner().start_ended(cell, None);
            cell.lifecycle().set_started(Ok(created));
            task.run_loop().await;
        }
        Err(fault) => {
            cell.owner().start_ended(cell, Some(&fault));
            Closing::of(cell).close_now(&Reason::StartFailed(fault));
        }
    }
}

/// What a task has of the actor that it runs. Tasks are dropped half-way when tokio's runtime is shut down; then nobody
/// runs the actor any more, and what it still holds is let go of.
pub(in crate::host) struct ActorTask<A: Actor> {
    cell: Arc<ActorCell<A>>,
    /// Whether it has left a dormant actor, which may have another task by now.
    has_left: bool,
}

impl<A: Actor> ActorTask<A> {
    pub(in crate::host) fn new(cell: &Arc<ActorCell<A>>) -> Self {
        Self { cell: Arc::clone(cell), has_left: false }
    }

    pub(in crate::host) fn cell(&self) -> &Arc<ActorCell<A>> {
        &self.cell
    }

    /// Runs an actor that has just started.
    pub(in crate::host) async fn run_loop(self) {
        self.cell.used();
        look_again(&self.cell, When::Idle);
        self.go_on().await;
    }

    /// Runs an actor that has started, until it ends or is dormant.
    pub(super) async fn go_on(mut self) {
        let ended = Steps::of(&self.cell).run().await;
        self.has_left = matches!(ended, Ended::Left);
    }
}

impl<A: Actor> Drop for ActorTask<A> {
    fn drop(&mut self) {
        if !self.has_left && self.cell.lifecycle().phase() < Phase::Closed {
            Closing::of(&self.cell).close_now(&Reason::Dropped);
        }
    }
}

impl<A: Actor> ActorTask<A> {
    /// Runs `#[run]` up to where it waits, and has it go on in a task of its own.
    pub(in crate::host) fn begin_run(&self) {
        if !A::HOOKS.run {
            return;
        }
        let ctx = Ctx::beside(Arc::clone(&self.cell));
        let cell = Arc::clone(&self.cell);
        let (broadcasts, shared) =
            (Arc::clone(self.cell.connections().broadcasts()), Arc::clone(self.cell.shared()));
        let span = self.cell.spans().hook("run", None);
        let mut run = Box::pin(
            async move {
                let what = Code { panics: shared.panics(), name: (<A::Contract as Contract>::NAME, "run") };
                let run = broadcasts.corked_beside(guarded_hook(what, Duration::MAX, A::run(ctx)));
                let ended = tokio::select! {
                    biased;
                    ended = run => ended.and_then(|ended| ended),
                    () = cell.lifecycle().reached(Phase::Closing) => Ok(()),
                };
                if let Err(fault) = ended {
                    log::error!(
                        actor = <A::Contract as Contract>::NAME,
                        fault = shown(&fault),
                        "`#[run]` ended with an error"
                    );
                }
            }
            .instrument(span),
        );
        if run.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending() {
            self.cell.keep_alive().spawn_run(run);
        }
    }
}
