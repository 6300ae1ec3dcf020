//! What the whole crate uses: clocks, tasks, the log.

#[cfg(feature = "server")]
pub(crate) mod clock;
pub(crate) mod log;
#[cfg(feature = "server")]
pub(crate) mod map_body;
pub(crate) mod shown;
pub(crate) mod task;
#[cfg(feature = "server")]
pub(crate) mod uptime;
