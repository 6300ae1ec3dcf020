//! Hooks: each has a turn of its own.

use std::{sync::Arc, time::Duration};

use super::call_chain::Chain;
use crate::{Actor, Conn, Ctx, Fault, Mode, host::ActorCell, util::log::Instrument as _};

/// A hook, and what it is to the host.
pub(in crate::host) struct Hook {
    /// Its attribute.
    pub(in crate::host) name: &'static str,
    pub(in crate::host) mode: Mode,
    /// How long it may take.
    pub(in crate::host) limit: Duration,
}

impl Hook {
    /// How long one may take that somebody waits for.
    pub(in crate::host) const SHORT: Duration = Duration::from_secs(5);

    /// Around a connection or a start: somebody waits for it.
    pub(in crate::host) fn short(name: &'static str, mode: Mode) -> Self {
        Self { name, mode, limit: Self::SHORT }
    }

    /// At the end of a time awake.
    pub(in crate::host) fn long(name: &'static str, mode: Mode) -> Self {
        Self { name, mode, limit: Duration::from_secs(15) }
    }
}

impl<A: Actor> ActorCell<A> {
    /// Runs a hook in a turn of its own, for this connection if it is about one.
    pub(in crate::host) async fn run_hook<T>(
        self: &Arc<Self>,
        hook: Hook,
        conn: Option<Conn<A>>,
        code: impl AsyncFnOnce(&mut A, &Ctx<A>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let span = self.hook_span(hook.name, conn.as_ref());
        let run = async {
            let mut core = self.write().await?;
            if hook.mode.is_async() {
                self.save_before_await(&core);
            }
            let ctx = self.ctx(conn);
            self.gate.lock().begin_write();
            // A call that comes back to the actor from there is a deadlock.
            let link = self.link(Chain::default(), hook.name, None);
            let result = self.guarded(hook.name, hook.limit, link.scope(code(core.state_mut(), &ctx))).await;
            let result = self.end_turn(&core, &ctx, hook.mode, result);
            self.save_if_due(&core);
            result?
        };
        run.instrument(span).await
    }
}
