//! What is known of somebody who wants to reach an actor.

use std::sync::Arc;

use crate::{host::cell::flow::Source, wire::Params};

/// What somebody who wants in has to show.
#[derive(Debug, Default)]
pub(crate) struct ConnectInfo {
    pub(crate) params: Option<Params>,
    /// What the layers around the router know of the request.
    pub(crate) claims: Claims,
    /// Whose share of the actor it takes.
    pub(crate) source: Source,
}

/// What is known of a request, by type.
pub(crate) type Claims = Option<Arc<http::Extensions>>;
