//! The gateway: actors over HTTP and WebSocket, in RivetKit's client protocol.
//!
//! It knows actors only through the host's outer traits, and holds the sockets of their connections.

pub(crate) mod http;
pub(crate) mod net;
pub(crate) mod routes;
pub(crate) mod ws;

use std::sync::Arc;

use ::http::header;
use axum::{
    Extension,
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use percent_encoding::percent_decode_str;
use tokio_util::task::TaskTracker;

pub(crate) use http::access::Access;
pub(crate) use http::authority::{ControlToken, ControlTokenError};
pub(crate) use http::health::HealthServer;
pub(crate) use http::hosts::Hosts;
pub use http::origins::Origins;
pub(crate) use http::proxies::TrustedProxies;
pub use net::shutdown_signal;
pub(crate) use net::{listen, serve};
pub use routes::all as routes;
pub(crate) use routes::{control_router, router};

use self::{
    http::{
        access::{Navigation, Unwanted, Verdict},
        access_log::AccessLogEntry,
        errors::Failure,
        request_context::RequestContext,
        requests::About,
        target::{Query, Target},
    },
    net::permits::{Address, Permits},
};
use crate::{
    Fault, Limits,
    host::{Runtime, for_stranger},
    meters::ServerMeters,
    util::log::Instrument as _,
    wire::http::MAX_MESSAGE,
};

/// What every request is served from.
pub(crate) struct Gateway {
    runtime: Arc<Runtime>,
    peers: Arc<Permits>,
    access: Access,
    /// What lets those in who may list and destroy actors, if anybody may.
    control: Option<ControlToken>,
    meters: Arc<ServerMeters>,
    #[cfg(feature = "prometheus")]
    prometheus: Option<metrics_exporter_prometheus::PrometheusHandle>,
}

impl Gateway {
    pub(crate) fn new(runtime: Arc<Runtime>, access: Access) -> Self {
        let peers = Permits::new(Arc::clone(runtime.limits()), access.hints());
        Self {
            runtime,
            peers,
            access,
            control: None,
            meters: Arc::new(ServerMeters::new()),
            #[cfg(feature = "prometheus")]
            prometheus: None,
        }
    }

    /// Switches the whole control API on for those who have this token.
    pub(crate) fn with_control(self, control: Option<ControlToken>) -> Self {
        Self { control, ..self }
    }

    /// Serves what this has collected.
    #[cfg(feature = "prometheus")]
    pub(crate) fn with_prometheus(
        self,
        prometheus: Option<metrics_exporter_prometheus::PrometheusHandle>,
    ) -> Self {
        Self { prometheus, ..self }
    }

    fn limits(&self) -> &Arc<Limits> {
        self.runtime.limits()
    }

    /// Whether a request is one that is answered at all, by its head alone.
    fn check(&self, request: &Request) -> Result<(), Response> {
        if let Err(wait) = self.peers.request(Address::of(request.extensions())) {
            let mut refusal = Failure::from(http::errors::too_many_requests()).into_response();
            // Whole seconds, which is what the header takes.
            refusal.headers_mut().insert(header::RETRY_AFTER, (wait.as_secs() + 1).into());
            return Err(refusal);
        }
        let headers = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 4);
        let head = request.uri().to_string().len() + headers.sum::<usize>();
        if head > self.limits().head {
            return Err(Failure::from(http::errors::headers_too_long()).into_response());
        }
        Ok(())
    }

    /// Calls and connections under way: they outlive the requests that began them.
    fn tasks(&self) -> &TaskTracker {
        self.runtime.sessions()
    }
}

type Shared = State<Arc<Gateway>>;

/// What every response has: an id, and leave for browsers to read it. What is too much is refused here.
async fn front(State(gateway): Shared, mut request: Request, next: Next) -> Response {
    let ray = RequestContext::generate();
    request.extensions_mut().insert(ray.clone());
    let verdict = gateway.access.judge(&mut request);
    let span = http::access_log::span(&request, &ray);
    let visit = AccessLogEntry::begin(&gateway.meters, &mut request, &ray);
    let stranger = gateway.peers.stranger(Address::of(request.extensions()));
    let answer = answer(&gateway, verdict, request, next).instrument(span);
    let mut response = for_stranger(stranger, answer).await;
    ray.name(response.headers_mut());
    visit.end(response)
}

async fn answer(gateway: &Gateway, verdict: Verdict, mut request: Request, next: Next) -> Response {
    let mut reader = None;
    let mut response = match gateway.check(&request).map(|()| verdict) {
        Err(refusal) => refusal,
        Ok(Verdict::Refuse(fault)) => Failure::from(fault).into_response(),
        Ok(Verdict::Close(fault)) => {
            request.extensions_mut().insert(Unwanted(fault));
            next.run(request).await
        }
        Ok(Verdict::Navigate) => {
            request.extensions_mut().insert(Navigation);
            next.run(request).await
        }
        Ok(Verdict::Answer { reader: page }) => {
            reader = page;
            match http::cors::preflight(&request) {
                Some(response) => response,
                None => next.run(request).await,
            }
        }
    };
    http::cors::allow(reader, response.headers_mut());
    response
}

/// What is in front of the app's own routes: a host that is not answered to is not answered by them either.
async fn front_of_own(State(gateway): Shared, mut request: Request, next: Next) -> Response {
    match gateway.access.admit(&mut request) {
        Ok(()) => next.run(request).await,
        Err(fault) => Failure::from(fault).into_response(),
    }
}

/// `/gateway/{address}/..`
async fn addressed(gateway: Shared, Extension(ray): Extension<RequestContext>, request: Request) -> Response {
    let path = request.uri().path();
    let address = path.strip_prefix("/gateway/").unwrap_or(path);
    let (segment, path) = address.split_at(address.find('/').unwrap_or(address.len()));
    let target = Query::parse(request.uri().query())
        .and_then(|query| Target::parse(segment, &query, gateway.limits()));
    let route = Route::parse(path);
    dispatch(gateway, ray, target, route, request).await
}

/// `/connect`, `/request/..` and `/websocket/..` with the actor in headers or subprotocols.
async fn by_headers(
    gateway: Shared,
    Extension(ray): Extension<RequestContext>,
    request: Request,
) -> Response {
    let headers = request.headers();
    let target = ws::handshake::Offer::of(headers).target().or_else(|| Target::from_headers(headers));
    let route = Route::parse(request.uri().path());
    dispatch(gateway, ray, target.ok_or_else(http::errors::no_route), route, request).await
}

/// What a request wants of its actor.
#[derive(Debug, PartialEq)]
enum Route {
    Action(String),
    Queue(String),
    /// With the path that its handler sees.
    Request(String),
    Connect,
    /// With the path that its handler sees.
    WebSocket(String),
    About(About),
    /// The path that is none.
    Unknown(String),
}

/// A route below an actor's address.
struct Below {
    /// As it is written for people: one word, and what follows it.
    path: &'static str,
    /// Reads what follows the word, without a slash before it.
    read: fn(&str) -> Option<Route>,
}

impl Route {
    /// All there are; what is none of them is unknown.
    const BELOW: [Below; 8] = [
        Below { path: "/", read: |rest| rest.is_empty().then_some(Self::About(About::Banner)) },
        Below { path: "/connect", read: |rest| rest.is_empty().then_some(Self::Connect) },
        Below { path: "/health", read: |rest| rest.is_empty().then_some(Self::About(About::Health)) },
        Below { path: "/metadata", read: |rest| rest.is_empty().then_some(Self::About(About::Metadata)) },
        Below { path: "/request/{*path}", read: |rest| Some(Self::Request(format!("/{rest}"))) },
        Below { path: "/websocket/{*path}", read: |rest| Some(Self::WebSocket(format!("/{rest}"))) },
        Below { path: "/action/{name}", read: |rest| name(rest).map(Self::Action) },
        Below { path: "/queue/{name}", read: |rest| name(rest).map(Self::Queue) },
    ];

    /// Reads what follows the actor in a path.
    fn parse(path: &str) -> Self {
        let trimmed = path.strip_prefix('/').unwrap_or(path);
        let (word, rest) = trimmed.split_once('/').unwrap_or((trimmed, ""));
        let below = Self::BELOW.iter().find(|below| below.path.split('/').nth(1) == Some(word));
        let route = below.and_then(|below| (below.read)(rest));
        route.unwrap_or_else(|| Self::Unknown(path.to_owned()))
    }
}

/// The last part of a path, as a name.
fn name(text: &str) -> Option<String> {
    let name = percent_decode_str(text).decode_utf8().ok()?;
    (!text.is_empty() && !text.contains('/')).then(|| name.into_owned())
}

async fn dispatch(
    State(gateway): Shared,
    ray: RequestContext,
    target: Result<Target, Fault>,
    route: Route,
    request: Request,
) -> Response {
    let tells_limit = matches!(route, Route::Connect | Route::Action(_));
    let max_message = gateway.limits().incoming_message;
    let response = match route {
        Route::Connect => ws::handshake::connect(gateway, ray, target, request).map_err(Failure::from),
        Route::WebSocket(path) => {
            ws::handshake::raw(gateway, ray, target, &path, request).map_err(Failure::from)
        }
        Route::Unknown(path) => Err(http::errors::no_actor_route(&path).into()),
        Route::Action(name) => match target {
            Ok(target) => http::calls::action(gateway, target, name, request).await,
            Err(fault) => Err(fault.into()),
        },
        Route::Queue(name) => match target {
            Ok(target) => http::queues::send(gateway, target, name, request).await,
            Err(fault) => Err(fault.into()),
        },
        Route::Request(path) => match target {
            Ok(target) => http::requests::fetch(&gateway, target, &path, request).await,
            Err(fault) => Err(fault.into()),
        },
        Route::About(page) => http::requests::about(&gateway, target, page, request).await,
    };
    let mut response = response.unwrap_or_else(IntoResponse::into_response);
    if tells_limit {
        response.headers_mut().insert(MAX_MESSAGE, max_message.into());
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_below_an_actor() {
        let unknown = |path: &str| Route::Unknown(path.to_owned());
        for (path, route) in [
            ("", Route::About(About::Banner)),
            ("/", Route::About(About::Banner)),
            ("/health", Route::About(About::Health)),
            ("/metadata", Route::About(About::Metadata)),
            ("/connect", Route::Connect),
            ("/action/sendMessage", Route::Action("sendMessage".to_owned())),
            ("/action/a.b%2Fc%20d", Route::Action("a.b/c d".to_owned())),
            ("/queue/jobs", Route::Queue("jobs".to_owned())),
            ("/request", Route::Request("/".to_owned())),
            ("/request/", Route::Request("/".to_owned())),
            ("/request/a//b%2F", Route::Request("/a//b%2F".to_owned())),
            ("/websocket", Route::WebSocket("/".to_owned())),
            ("/websocket/stream/x", Route::WebSocket("/stream/x".to_owned())),
            ("/action", unknown("/action")),
            ("/action/", unknown("/action/")),
            ("/action/a/b", unknown("/action/a/b")),
            ("/action/%ff", unknown("/action/%ff")),
            ("/connect/x", unknown("/connect/x")),
            ("//connect", unknown("//connect")),
            ("/nope", unknown("/nope")),
        ] {
            assert_eq!(Route::parse(path), route, "{path}");
        }
    }
}
