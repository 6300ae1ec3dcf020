//! What a registry counts without a recorder.

use std::{fmt, sync::Arc};

use crate::{EventDrops, host::Runtime};

/// What a registry counts by itself: [`Registry::metrics`](crate::Registry::metrics). Everything else is counted for
/// the recorder of the crate `metrics`, if there is one: see [`observability`](crate::observability).
///
/// It is a handle: clones see the same, and it goes on after [`Registry::serve`](crate::Registry::serve) has taken the
/// registry.
#[derive(Clone)]
pub struct RegistryMetrics {
    runtime: Arc<Runtime>,
}

impl RegistryMetrics {
    pub(crate) fn new(runtime: Arc<Runtime>) -> Self {
        Self { runtime }
    }

    /// What clients that were too slow did not get, by actor and event: see [`SlowConsumer`](crate::contract::SlowConsumer).
    #[must_use]
    pub fn event_drops(&self) -> Vec<EventDrops> {
        self.runtime.kinds().flat_map(|kind| kind.event_drops()).collect()
    }
}

impl fmt::Debug for RegistryMetrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegistryMetrics").finish_non_exhaustive()
    }
}
