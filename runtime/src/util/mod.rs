//! What the whole crate uses: clocks, tasks, the log.

#[cfg(feature = "server")]
pub(crate) mod clock;
#[cfg(feature = "server")]
pub(crate) mod drop_elsewhere;
pub(crate) mod log;
#[cfg(feature = "server")]
pub(crate) mod map_body;
#[cfg(feature = "server")]
pub(crate) mod rare_notify;
pub(crate) mod shown;
pub(crate) mod task;
#[cfg(feature = "server")]
pub(crate) mod uptime;
