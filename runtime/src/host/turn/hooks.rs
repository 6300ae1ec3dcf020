//! Hooks: each has a turn of its own.

use std::{sync::Arc, time::Duration};

use super::write_turn::WriteTurn;
use crate::{
    Actor, Conn, Ctx, Fault, Mode,
    host::ActorCell,
    util::{
        log::{self, Instrument as _},
        shown::shown,
    },
};

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

    /// Runs a hook in a turn of its own, for this connection if it is about one.
    pub(in crate::host) async fn run<A: Actor, T>(
        self,
        cell: &Arc<ActorCell<A>>,
        conn: Option<Conn<A>>,
        code: impl AsyncFnOnce(&mut A, &Ctx<A>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let span = cell.spans().hook(self.name, conn.as_ref());
        let run = async {
            let mut access = cell.turns().write().await?;
            let mut turn = WriteTurn::begin_as(&mut access, self.mode, self.name, conn);
            let result = turn.run(self.limit, code).await;
            turn.end_as(self.mode, result)?
        };
        run.instrument(span).await
    }
}

/// For a hook that nobody asked for.
pub(in crate::host) fn log_failure<A: Actor>(cell: &ActorCell<A>, result: Result<(), Fault>) {
    if let Err(fault) = result {
        log::error!(actor = shown(cell.id()), fault = shown(&fault), "hook failed");
    }
}
