//! What an actor has while it is awake, and gives back where it is not.

use tokio_util::task::task_tracker::TaskTrackerToken;

use crate::host::{Shared, admission::awake_limit::AwakePermit};

/// What lets an actor be awake.
pub(in crate::host) struct Awake {
    /// Its permit.
    _permit: AwakePermit,
    /// A stop waits for it, whether it has a task or not.
    _tracked: TaskTrackerToken,
}

impl Awake {
    pub(in crate::host) fn new(permit: AwakePermit, shared: &Shared) -> Self {
        Self { _permit: permit, _tracked: shared.tasks().token() }
    }
}
