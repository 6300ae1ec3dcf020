//! The gateway: actors over HTTP and WebSocket, in RivetKit's client protocol.
//!
//! It knows actors only through the host's outer traits, and holds the sockets of their connections.

pub(in crate::server) mod actor_path;
pub(crate) mod gateway;
pub(crate) mod http;
mod middleware;
pub(crate) mod net;
pub(crate) mod routes;
pub(crate) mod ws;

pub use crate::{
    delivery::drop_counters::EventDrops, host::summarize_panics, meters::registry::RegistryMetrics,
};
pub(crate) use gateway::Gateway;
pub(crate) use http::access::Access;
pub(crate) use http::control_token::{ControlToken, ControlTokenError};
pub(crate) use http::health::HealthServer;
pub(crate) use http::hosts::Hosts;
pub use http::origins::Origins;
pub(crate) use http::proxies::TrustedProxies;
pub use net::shutdown_signal;
pub(crate) use net::{listen, serve};
#[doc(hidden)]
pub use routes::all as routes;
pub(crate) use routes::{control_router, router};
