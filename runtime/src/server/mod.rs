//! Serving actors over HTTP and WebSocket: what [`Registry::serve`](crate::Registry::serve) takes beside the actors.
//!
//! [`Origins`] says which web pages may talk to a server, [`shutdown_signal`] when it stops, and [`RegistryMetrics`]
//! what it has counted. How it is watched is in [`observability`](crate::observability).

// The gateway speaks RivetKit's client protocol. It knows actors only through the host's outer traits, and owns the
// sockets of their connections. A request passes
//
// 1. `net/`: the listener, the permit of its socket, and hyper;
// 2. `middleware.rs`: its context, its span, its entry in the access log, and what `http/access.rs` decides by its head;
// 3. `routes.rs`: the route, and, for routes of an actor, what follows the actor in the path (`actor_path.rs`);
// 4. `http/`: the handler, or `ws/`: the handshake, and the session that comes after it.
//
// All of them are given the `Gateway` (`gateway.rs`): the runtime, the permits, the rules of access, the metrics.

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
