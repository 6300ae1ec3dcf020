//! What an actor's code can do about the actor's own life.

use super::ctx::Ctx;
use crate::{
    Actor, Fault, WorkHandle,
    host::{LifecycleRequest, Turn},
};

/// The actor's own life.
impl<A: Actor> Ctx<A> {
    /// Saves the state as it is now, in the middle of a `&mut self` action: `ctx.save(self).await?`.
    ///
    /// If the action fails hard after that, the actor goes on from here. Writes nothing if that is what is saved already.
    /// Does nothing for an ephemeral actor, and in a hook of one that is not made yet: its first commit has everything.
    pub async fn save(&self, state: &A) -> Result<(), Fault> {
        self.cell().saving().midway(state).await
    }

    /// A turn of the actor for a piece of code: what `#[run]`, [`keep_awake`](Self::keep_awake) and
    /// [`wait_until`](Self::wait_until) change the state with. It waits for its turn like a call. An action has its
    /// turn already: there it fails with `actor.deadlock` at once.
    ///
    /// What the code returns comes back when the turn ends, before its change is saved.
    ///
    /// ```
    /// # use callboard::prelude::*;
    /// # #[derive(Default, Serialize, Deserialize)] struct Report { pages: Vec<String> }
    /// # async fn fetch() -> String { String::new() }
    /// #[actor]
    /// impl Report {
    ///     #[action]
    ///     fn fetch_next(&self, ctx: &Ctx<Self>) {
    ///         let beside = ctx.clone();
    ///         ctx.keep_awake(async move {
    ///             let page = fetch().await;
    ///             beside.turn(|report| report.pages.push(page)).await
    ///         });
    ///     }
    /// }
    /// ```
    pub fn turn<R: Send + 'static>(
        &self,
        code: impl FnOnce(&mut A) -> R + Send + 'static,
    ) -> impl Future<Output = Result<R, Fault>> + Send {
        // Not in the future: it would be as large as what the code holds.
        let turn = Turn::new(self.cell(), code).on_behalf_of(self.conn());
        async move { turn.run(self.cell()).await }
    }

    /// Waits until the actor is to end: it goes to sleep, is destroyed, or the server stops. What runs beside its turns, or has one
    /// and waits, is to stop by then; [`Queue::next`](crate::Queue::next) does so by itself.
    ///
    /// A destroy is told at once, and then waits for the turns under way. `#[run]` is cancelled at the end anyway.
    ///
    /// ```
    /// # use callboard::prelude::*;
    /// # use std::time::Duration;
    /// # #[derive(Default, Serialize, Deserialize)] struct Camera;
    /// # async fn next_frame() {}
    /// #[actor]
    /// impl Camera {
    ///     #[action]
    ///     fn record(&self, ctx: &Ctx<Self>) {
    ///         let beside = ctx.clone();
    ///         ctx.keep_awake(async move {
    ///             loop {
    ///                 tokio::select! {
    ///                     () = next_frame() => {}
    ///                     () = beside.cancelled() => break,
    ///                 }
    ///             }
    ///         });
    ///     }
    /// }
    /// ```
    pub async fn cancelled(&self) {
        self.cell().background_work().cancelled().await;
    }

    /// Whether the actor is to end: see [`cancelled`](Self::cancelled).
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cell().background_work().is_cancelled()
    }

    /// Runs a piece of work beside the actor's turns; the actor does not sleep before it has ended. Work that an action
    /// [waits for](WorkHandle) gets no turn of the actor meanwhile: it is told so with `actor.deadlock`.
    pub fn keep_awake<F>(&self, work: F) -> WorkHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        self.cell().background_work().keep_awake(work)
    }

    /// Runs a piece of work beside the actor's turns. An actor that would sleep waits for it, up to 15 s, and does what
    /// comes meanwhile. If it begins in `#[on_sleep]`, that waits for it likewise, and the turns and calls of that work are
    /// the last ones before the actor sleeps; what others want is for its next time awake. A server that stops waits for it too; it may set schedules then, but gets no more turns: they
    /// fail with `guard.service_unavailable` at once. Work that an action [waits for](WorkHandle) gets no turn of the actor
    /// meanwhile: it is told so with `actor.deadlock`.
    pub fn wait_until<F>(&self, work: F) -> WorkHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        self.cell().background_work().wait_until(work)
    }

    /// Goes to sleep after this turn, once [work](Self::keep_awake) that keeps it awake has ended, and messages that wait for
    /// `#[run]` are handled. Calls that come after that wait for its next time awake.
    pub fn sleep(&self) {
        self.wish(LifecycleRequest::Sleep);
    }

    /// Destroys the actor after this turn: its state and schedules are gone, its connections are closed, and its key
    /// is free for a new actor.
    ///
    /// That is part of what the turn does: an action that panics after it destroys nothing, and one that does not is
    /// answered once the store has forgotten the actor. If the store fails, the caller gets an error, and the actor
    /// goes on from its last saved state. Beside the turns, and for a `"relaxed"` actor, it is tried until it is done.
    pub fn destroy(&self) {
        self.wish(LifecycleRequest::Destroy);
    }
}
