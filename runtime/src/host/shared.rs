//! What all actors of a process share: the store, the clock, the limits, and word of a stop.

use std::{
    any::Any,
    sync::{
        Arc, OnceLock, Weak,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    admission::awake_limit::AwakeLimit, cell::sleep_timer::Timekeeper, durability::group_commit::Committer,
    pulse::Pulse, queues::queued_bytes::QueuedBytes, schedules::scheduler::AlarmScheduler,
    turn::panics::Panics,
};
use crate::{
    ConnId, Limits,
    store::Store,
    util::{clock::Clock, uptime::Uptime},
};

/// What every kind holds, and through it every actor.
pub(crate) struct Shared {
    /// The runtime, which has the actor types. They hold this, so it holds none of them, nor knows what a runtime is.
    #[cfg_attr(not(feature = "client"), expect(dead_code, reason = "who asks for other actors is a client"))]
    runtime: Weak<dyn Any + Send + Sync>,
    store: Arc<dyn Store>,
    limits: Arc<Limits>,
    queued: Arc<QueuedBytes>,
    awake_limit: Arc<AwakeLimit>,
    committer: OnceLock<Committer>,
    clock: Clock,
    uptime: Arc<Uptime>,
    panics: Panics,
    pulse: Pulse,
    alarm_scheduler: AlarmScheduler,
    tasks: TaskTracker,
    /// What gateways have under way: the last answers, and the closes of connections.
    sessions: TaskTracker,
    stopping: CancellationToken,
    /// The same, for those who ask often.
    is_stopping: AtomicBool,
    parting: CancellationToken,
    over: CancellationToken,
    /// Names this process among all that ever gave out connection ids.
    gateway: u64,
    conns: AtomicU64,
}

impl Shared {
    pub(super) fn new(
        runtime: Weak<dyn Any + Send + Sync>,
        store: Arc<dyn Store>,
        limits: Limits,
        clock: Clock,
    ) -> Arc<Self> {
        Arc::new(Self {
            runtime,
            store,
            queued: Arc::new(QueuedBytes::new(limits.queued_bytes_total)),
            awake_limit: Arc::new(AwakeLimit::new(limits.actors_awake)),
            limits: Arc::new(limits),
            committer: OnceLock::new(),
            clock,
            uptime: Arc::default(),
            panics: Panics::default(),
            pulse: Pulse::default(),
            alarm_scheduler: AlarmScheduler::default(),
            tasks: TaskTracker::new(),
            sessions: TaskTracker::new(),
            stopping: CancellationToken::new(),
            is_stopping: AtomicBool::new(false),
            parting: CancellationToken::new(),
            over: CancellationToken::new(),
            gateway: fastrand::u64(..),
            conns: AtomicU64::new(1),
        })
    }

    #[cfg(feature = "client")]
    pub(super) fn runtime(&self) -> &Weak<dyn Any + Send + Sync> {
        &self.runtime
    }

    pub(crate) fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    pub(crate) fn limits(&self) -> &Arc<Limits> {
        &self.limits
    }

    /// What waits in all queues.
    pub(super) fn queued(&self) -> &Arc<QueuedBytes> {
        &self.queued
    }

    /// Where actors get their permits to be awake.
    pub(super) fn awake_limit(&self) -> &Arc<AwakeLimit> {
        &self.awake_limit
    }

    /// Started with the first commit, so that a runtime can be made outside of tokio.
    pub(super) fn committer(&self) -> &Committer {
        self.committer.get_or_init(|| Committer::start(Arc::clone(&self.store), Arc::clone(&self.queued)))
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    pub(super) fn uptime(&self) -> &Arc<Uptime> {
        &self.uptime
    }

    pub(super) fn pulse(&self) -> &Pulse {
        &self.pulse
    }

    /// Cancelled when a stop has ended, or nobody has the runtime any more.
    pub(crate) fn over(&self) -> &CancellationToken {
        &self.over
    }

    /// What the log was told of panics.
    #[inline]
    pub(super) fn panics(&self) -> &Panics {
        &self.panics
    }

    pub(super) fn alarm_scheduler(&self) -> &AlarmScheduler {
        &self.alarm_scheduler
    }

    pub(crate) fn tasks(&self) -> &TaskTracker {
        &self.tasks
    }

    pub(super) fn sessions(&self) -> &TaskTracker {
        &self.sessions
    }

    pub(super) fn next_conn_id(&self) -> ConnId {
        ConnId::new(self.gateway, self.conns.fetch_add(1, Ordering::Relaxed))
    }

    /// From now on nothing new begins.
    pub(super) fn begin_stop(&self) {
        self.is_stopping.store(true, Ordering::Release);
        self.stopping.cancel();
    }

    pub(crate) fn stopping(&self) -> &CancellationToken {
        &self.stopping
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.is_stopping.load(Ordering::Acquire)
    }

    pub(super) fn parting(&self) -> &CancellationToken {
        &self.parting
    }
}

impl Timekeeper for Shared {
    fn clock(&self) -> &Clock {
        &self.clock
    }

    fn over(&self) -> &CancellationToken {
        &self.over
    }
}
