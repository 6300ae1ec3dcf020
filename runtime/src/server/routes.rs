//! The routes of the server: one table, from which its routers are made.
//!
//! It is the only way to add one. Handlers need the gateway as their router's state, and only the functions here have a
//! router with that state: what they hand out takes no such handler any more. What follows an actor's address is a
//! table too, `ActorPath::BELOW`.

use std::sync::Arc;

use axum::{
    Extension, Router,
    extract::{Request, State},
    handler::Handler,
    middleware::from_fn_with_state,
    response::{IntoResponse, Response},
    routing::{MethodFilter, MethodRouter, any, on},
};

use super::{
    actor_path::ActorPath,
    gateway::{Gateway, GatewayState},
    http::{
        authority::Authority,
        calls, control,
        failure::Failure,
        queues,
        request_context::RequestContext,
        requests,
        target::{Query, Target},
    },
    middleware::front,
    ws::handshake,
};
use crate::{Fault, error::faults, wire::http::MAX_MESSAGE};

/// One route: what is served at this path to this method.
struct Row {
    method: Verb,
    path: &'static str,
    group: RouteGroup,
    handler: fn(Verb) -> MethodRouter<Arc<Gateway>>,
}

/// Which routers have it.
#[derive(Clone, Copy, PartialEq)]
enum RouteGroup {
    /// That of the control API as well.
    Control,
    /// That of the protocol alone.
    Actors,
    /// The same, if metrics are served.
    #[cfg(feature = "prometheus")]
    Metrics,
}

/// The method of a route. `GET` is `HEAD` too.
#[derive(Clone, Copy)]
enum Verb {
    Get,
    Put,
    Post,
    Delete,
    Any,
}

const ROWS: &[Row] = &[
    Row {
        method: Verb::Get,
        path: "/health",
        group: RouteGroup::Control,
        handler: |method| method.handle(control::health),
    },
    Row {
        method: Verb::Get,
        path: "/metadata",
        group: RouteGroup::Control,
        handler: |method| method.handle(control::metadata),
    },
    Row {
        method: Verb::Get,
        path: "/actors",
        group: RouteGroup::Control,
        handler: |method| method.handle(control::list),
    },
    Row {
        method: Verb::Put,
        path: "/actors",
        group: RouteGroup::Control,
        handler: |method| method.handle(control::get_or_create),
    },
    Row {
        method: Verb::Post,
        path: "/actors",
        group: RouteGroup::Control,
        handler: |method| method.handle(control::create),
    },
    Row {
        method: Verb::Delete,
        path: "/actors/{id}",
        group: RouteGroup::Control,
        handler: |method| method.handle(control::destroy),
    },
    Row {
        method: Verb::Any,
        path: "/gateway/{*address}",
        group: RouteGroup::Actors,
        handler: |method| method.handle(addressed),
    },
    Row {
        method: Verb::Any,
        path: "/connect",
        group: RouteGroup::Actors,
        handler: |method| method.handle(by_headers),
    },
    Row {
        method: Verb::Any,
        path: "/request",
        group: RouteGroup::Actors,
        handler: |method| method.handle(by_headers),
    },
    Row {
        method: Verb::Any,
        path: "/request/{*path}",
        group: RouteGroup::Actors,
        handler: |method| method.handle(by_headers),
    },
    Row {
        method: Verb::Any,
        path: "/websocket",
        group: RouteGroup::Actors,
        handler: |method| method.handle(by_headers),
    },
    Row {
        method: Verb::Any,
        path: "/websocket/{*path}",
        group: RouteGroup::Actors,
        handler: |method| method.handle(by_headers),
    },
    #[cfg(feature = "prometheus")]
    Row {
        method: Verb::Get,
        path: "/metrics",
        group: RouteGroup::Metrics,
        handler: |method| method.handle(super::http::metrics::metrics),
    },
];

/// The routes of the protocol. They can be nested under a prefix of another router.
pub(crate) fn router(gateway: Arc<Gateway>) -> Router {
    #[cfg(feature = "prometheus")]
    let has_metrics = gateway.prometheus.is_some();
    make(gateway, |group| match group {
        RouteGroup::Control | RouteGroup::Actors => true,
        #[cfg(feature = "prometheus")]
        RouteGroup::Metrics => has_metrics,
    })
}

/// The routes of the control API with all rights, for a router that the user protects.
pub(crate) fn control_router(gateway: Arc<Gateway>) -> Router {
    make(gateway, |group| group == RouteGroup::Control).layer(Extension(Authority::TRUSTED))
}

/// Every route there can be, as a method and a path, for the test that goes through them.
#[must_use]
pub fn all() -> Vec<(&'static str, String)> {
    let paths = |path: &'static str| match path.strip_suffix("{*address}") {
        Some(gateway) => {
            ActorPath::BELOW.iter().map(|below| format!("{gateway}{{actor}}{}", below.path)).collect()
        }
        None => vec![path.to_owned()],
    };
    ROWS.iter().flat_map(|row| paths(row.path).into_iter().map(|path| (row.method.name(), path))).collect()
}

fn make(gateway: Arc<Gateway>, has: impl Fn(RouteGroup) -> bool) -> Router {
    let rows = ROWS.iter().filter(|row| has(row.group));
    rows.fold(Router::new(), |router, row| router.route(row.path, (row.handler)(row.method)))
        .fallback(async || Failure::from(faults::no_route()))
        .method_not_allowed_fallback(async || Failure::from(faults::wrong_method()))
        .layer(from_fn_with_state(Arc::clone(&gateway), front))
        .with_state(gateway)
}

impl Verb {
    fn handle<H: Handler<T, Arc<Gateway>>, T: 'static>(self, handler: H) -> MethodRouter<Arc<Gateway>> {
        let filter = match self {
            Self::Get => MethodFilter::GET,
            Self::Put => MethodFilter::PUT,
            Self::Post => MethodFilter::POST,
            Self::Delete => MethodFilter::DELETE,
            Self::Any => return any(handler),
        };
        on(filter, handler)
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Put => "PUT",
            Self::Post => "POST",
            Self::Delete => "DELETE",
            Self::Any => "ANY",
        }
    }
}

/// `/gateway/{address}/..`
async fn addressed(
    gateway: GatewayState,
    Extension(context): Extension<RequestContext>,
    request: Request,
) -> Response {
    let path = request.uri().path();
    let address = path.strip_prefix("/gateway/").unwrap_or(path);
    let (segment, path) = address.split_at(address.find('/').unwrap_or(address.len()));
    let target = Query::parse(request.uri().query())
        .and_then(|query| Target::parse(segment, &query, gateway.limits()));
    let route = ActorPath::parse(path);
    dispatch(gateway, context, target, route, request).await
}

/// `/connect`, `/request/..` and `/websocket/..` with the actor in headers or subprotocols.
async fn by_headers(
    gateway: GatewayState,
    Extension(context): Extension<RequestContext>,
    request: Request,
) -> Response {
    let headers = request.headers();
    let target = handshake::Offer::of(headers).target().or_else(|| Target::from_headers(headers));
    let route = ActorPath::parse(request.uri().path());
    dispatch(gateway, context, target.ok_or_else(faults::no_route), route, request).await
}

async fn dispatch(
    State(gateway): GatewayState,
    context: RequestContext,
    target: Result<Target, Fault>,
    route: ActorPath,
    request: Request,
) -> Response {
    let tells_limit = matches!(route, ActorPath::Connect | ActorPath::Action(_));
    let max_message = gateway.limits().incoming_message;
    let response = match route {
        ActorPath::Connect => handshake::connect(gateway, context, target, request).map_err(Failure::from),
        ActorPath::WebSocket(path) => {
            handshake::raw(gateway, context, target, &path, request).map_err(Failure::from)
        }
        ActorPath::Unknown(path) => Err(faults::no_actor_route(&path).into()),
        ActorPath::Action(name) => match target {
            Ok(target) => calls::action(gateway, target, name, request).await,
            Err(fault) => Err(fault.into()),
        },
        ActorPath::Queue(name) => match target {
            Ok(target) => queues::send(gateway, target, name, request).await,
            Err(fault) => Err(fault.into()),
        },
        ActorPath::Request(path) => match target {
            Ok(target) => requests::fetch(&gateway, target, &path, request).await,
            Err(fault) => Err(fault.into()),
        },
        ActorPath::About(page) => requests::about(&gateway, target, page, request).await,
    };
    let mut response = response.unwrap_or_else(IntoResponse::into_response);
    if tells_limit {
        response.headers_mut().insert(MAX_MESSAGE, max_message.into());
    }
    response
}
