//! Who watches what an actor does: the spans of the log, and what is measured of calls.

use std::sync::Arc;

use tokio::time::Instant;
use tracing::{field, level_filters::LevelFilter};

use crate::{
    ActionInfo, ActorId, ConnId, Fault, Key, Reply, ScheduleId,
    meters::{self, ActorMeters, Outcome},
    util::{
        log::{self, Span},
        shown::shown,
    },
};

/// Watches one call from when it reaches its actor until its answer leaves; nothing if nobody is interested, which is all
/// that most calls pay for it.
#[derive(Default)]
pub(crate) struct CallInstrument(Option<Box<Watched>>);

struct Watched {
    span: Span,
    /// What came of the call, once that is known.
    outcome: Option<Outcome>,
    /// What is measured of it, if somebody collects that.
    measured: Option<Measured>,
}

struct Measured {
    meters: Arc<ActorMeters>,
    /// The place of the action among the meters.
    place: usize,
    began: Instant,
}

/// Who is called, and for whom.
pub(in crate::host) struct CallInfo<'a> {
    pub(in crate::host) actor: &'static str,
    pub(in crate::host) key: &'a Key,
    /// Not known before the actor has started.
    pub(in crate::host) id: Option<ActorId>,
    pub(in crate::host) conn: Option<ConnId>,
    pub(in crate::host) schedule: Option<ScheduleId>,
}

impl CallInstrument {
    // What is inlined here is all that a call costs that nobody watches.

    /// Watches a call from here on, inside the span of whoever makes it.
    #[inline]
    pub(in crate::host) fn begin<'a>(
        meters: &Arc<ActorMeters>,
        action: &'static ActionInfo,
        who: impl FnOnce() -> CallInfo<'a>,
    ) -> Self {
        if LevelFilter::current() < LevelFilter::INFO && !meters::is_anything_collected() {
            return Self(None);
        }
        Self::look(meters, action, &who())
    }

    #[cold]
    fn look(meters: &Arc<ActorMeters>, action: &'static ActionInfo, who: &CallInfo<'_>) -> Self {
        let CallInfo { actor, key, id, conn, schedule } = who;
        let span = log::info_span!(
            target: "callboard::action",
            "action",
            actor,
            key = shown(&key),
            actor_id = id.map(shown),
            action = action.name,
            conn = conn.map(shown),
            schedule = schedule.map(shown),
            outcome = field::Empty,
        );
        let measured = meters.is_on().then(|| Measured {
            meters: Arc::clone(meters),
            place: meters.place_of(action.name),
            began: Instant::now(),
        });
        let is_watched = measured.is_some() || !span.is_disabled();
        Self(is_watched.then(|| Box::new(Watched { span, outcome: None, measured })))
    }

    /// Whether somebody is interested.
    #[inline]
    pub(in crate::host) fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// The span that the call runs in.
    #[inline]
    pub(in crate::host) fn span(&self) -> Option<Span> {
        self.0.as_ref().map(|watched| watched.span())
    }

    /// This is what the call is going to be answered with.
    #[inline]
    pub(in crate::host) fn see<R: Reply>(&mut self, result: &Result<R, Fault>) {
        if let Some(watched) = &mut self.0 {
            watched.outcome = Some(Outcome::of(result));
        }
    }

    /// The call is answered.
    #[inline]
    pub(in crate::host) fn end(self) {
        if let Some(watched) = self.0 {
            watched.end();
        }
    }
}

impl Watched {
    #[cold]
    fn span(&self) -> Span {
        self.span.clone()
    }

    #[cold]
    fn end(&self) {
        let Some(outcome) = self.outcome else { return };
        self.span.record("outcome", outcome.name());
        if let Some(Measured { meters, place, began }) = &self.measured {
            meters.answered(*place, outcome, began.elapsed());
        }
    }
}
