//! Request extensions on their way to an actor: claims go on, what axum noted of its own routing does not.

use std::{convert::Infallible, sync::LazyLock};

use axum::{
    Router,
    body::Body,
    extract::{MatchedPath, NestedPath, OriginalUri, Request},
    response::Response,
    routing::any,
};
use futures_util::FutureExt as _;
use http::Extensions;
use tower_service::Service as _;

/// Takes out what the routers in front of the actor noted, be they ours or those of the app that ours is nested in.
///
/// A handler may have a router of its own, whose `Path` would otherwise begin with the parameters of these.
pub(in crate::server) fn forget_routing(extensions: &mut Extensions) {
    extensions.remove::<MatchedPath>();
    extensions.remove::<NestedPath>();
    extensions.remove::<OriginalUri>();
    extensions.extend(NO_PARAMETERS.clone());
}

/// The path parameters of a route that has none. Their type is private to axum, so they can be replaced and not
/// removed.
static NO_PARAMETERS: LazyLock<Extensions> = LazyLock::new(|| {
    let show = async |request: Request| {
        let mut response = Response::<Body>::default();
        response.extensions_mut().clone_from(request.extensions());
        response
    };
    let routed = Router::new().route("/", any(show)).call(Request::<Body>::default()).now_or_never();
    let Ok(response) = routed.unwrap_or_else(|| Ok::<_, Infallible>(Response::default()));
    let mut noted = response.into_parts().0.extensions;
    noted.remove::<MatchedPath>();
    noted.remove::<OriginalUri>();
    noted
});
