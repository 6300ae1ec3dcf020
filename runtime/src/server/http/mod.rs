//! HTTP: requests, their answers, and who may ask.

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
pub(in crate::server) mod site;
pub(in crate::server) mod target;
