//! HTTP: requests, their responses, and which requests are answered.
//!
//! In the order of a request (`server/middleware.rs` calls the first part, `server/routes.rs` the rest):
//!
//! | file | what it does |
//! |---|---|
//! | `request_context.rs` | the request's id, and what the access log and the response's headers say about it |
//! | `access.rs` | decides by the head alone whether the request is answered, with the next four |
//! | `proxies.rs`, `forwarded.rs` | the client's address past trusted proxies, by the headers that those write |
//! | `target_origin.rs` | the host that the request was sent to, and whether by TLS |
//! | `hosts.rs` | whether the server answers to that host |
//! | `origins.rs` | whether the page that sent it may talk to the server |
//! | `access_log.rs` | the entry of the access log, which lasts as long as the response or the WebSocket |
//! | `cors.rs` | preflights, and the headers that let a browser read the response |
//! | `authority.rs`, `control_token.rs` | the right to list and destroy actors |
//! | `target.rs` | which actor the request is for: an address, headers |
//! | `body.rs` | reads a body within its limits |
//! | `calls.rs` | `/action/..`: one call |
//! | `queues.rs` | `/queue/..`: one message |
//! | `requests.rs`, `extensions.rs` | `/request/..`: a raw request; and the pages that every actor has |
//! | `control.rs` | `/actors`, `/health`, `/metadata`: the control API |
//! | `health.rs` | a listener of its own for health checks, on a thread of its own |
//! | `metrics.rs` | `/metrics` for Prometheus |
//! | `failure.rs` | every fault as a response |

pub(in crate::server) mod access;
pub(in crate::server) mod access_log;
pub(in crate::server) mod authority;
pub(in crate::server) mod body;
pub(in crate::server) mod calls;
pub(in crate::server) mod control;
pub(in crate::server) mod control_token;
pub(in crate::server) mod cors;
pub(in crate::server) mod extensions;
pub(in crate::server) mod failure;
pub(in crate::server) mod forwarded;
pub(in crate::server) mod health;
pub(in crate::server) mod hosts;
#[cfg(feature = "prometheus")]
pub(in crate::server) mod metrics;
pub(in crate::server) mod origins;
pub(in crate::server) mod proxies;
pub(in crate::server) mod queues;
pub(in crate::server) mod request_context;
pub(in crate::server) mod requests;
pub(in crate::server) mod target;
pub(in crate::server) mod target_origin;
