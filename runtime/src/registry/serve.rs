//! How the actors of a registry are reached: over the network, in an axum app, or from this process.

use std::{future::Future, sync::Arc};

use parking_lot::Mutex;
use tokio::net::{TcpListener, ToSocketAddrs};

use super::Registry;
#[cfg(feature = "sqlite")]
use super::Storage;
use crate::{
    Error, RegistryMetrics,
    server::{self, HealthServer},
};

impl Registry {
    /// Answers `GET /health` on this address too, from a thread and a listener of its own, from when the registry
    /// starts until it has stopped: with status 200 and `"ok"`, or 503 and what is wrong, as the server itself
    /// does.
    ///
    /// It says so even if the server cannot, because actions hold all workers of tokio without awaiting:
    /// `"workers_blocked"`, once nothing has run on them for two seconds. ([`observability`](crate::observability)
    /// has all words.)
    ///
    /// It has no other page, knows no limits but a few of its own (64 sockets at a time, of which the oldest gives
    /// way to one more, and 1 s each), and is for a balancer or an orchestrator: listen where only these come.
    ///
    /// ```no_run
    /// # use callboard::prelude::*;
    /// # #[derive(Default, Serialize, Deserialize)] struct Counter { count: i64 }
    /// # #[actor] impl Counter { #[action] fn count(&self) -> i64 { self.count } }
    /// # #[tokio::main] async fn main() -> callboard::Result<()> {
    /// Registry::new().register::<Counter>().health_at("127.0.0.1:6421")?.serve("127.0.0.1:6420").await
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If the address cannot be listened on, or there can be no thread. It is listened on from here on; who asks
    /// before the registry has started gets the answer then.
    ///
    /// # Panics
    ///
    /// If the registry has started.
    #[track_caller]
    pub fn health_at(mut self, address: impl std::net::ToSocketAddrs) -> Result<Self, Error> {
        self.assert_not_started();
        self.health = Mutex::new(Some(HealthServer::listen(address)?));
        Ok(self)
    }

    /// Serves these routes beside the protocol's, in [`serve`](Self::serve) and
    /// [`serve_listener`](Self::serve_listener): a page, a login, an API.
    ///
    /// # Panics
    ///
    /// If both have the same route, or a fallback is set, as [`axum::Router::merge`] does.
    #[track_caller]
    pub fn merge(mut self, routes: axum::Router) -> Self {
        self.routes = self.routes.merge(routes);
        self
    }

    /// Serves what is measured at `GET /metrics`, beside the protocol's routes, in the format of Prometheus:
    /// [`observability`](crate::observability) has the list. Whatever else this process counts through the crate
    /// [`metrics`](https://docs.rs/metrics) from here on is there too.
    ///
    /// It names actors, actions and events, and tells how busy they are, to everybody who can reach the server,
    /// but for web pages of another origin. If that is too much, keep `/metrics` from the outside in the proxy in
    /// front of the server, or by a layer on [`router`](Self::router).
    ///
    /// # Panics
    ///
    /// If the registry has started, or the process has another recorder: serve what that one has collected, on a
    /// route of your own ([`merge`](Self::merge)).
    #[cfg(feature = "prometheus")]
    #[track_caller]
    pub fn prometheus(mut self) -> Self {
        self.assert_not_started();
        self.prometheus = Some(crate::meters::prometheus::install());
        self
    }

    /// Serves the actors on this address until SIGINT or SIGTERM, then stops gracefully: what was taken is ended
    /// and saved. A second signal ends the process at once.
    ///
    /// It calls [`summarize_panics`](crate::server::summarize_panics).
    pub async fn serve(self, address: impl ToSocketAddrs) -> Result<(), Error> {
        let listener = server::listen(address).await?;
        self.serve_listener(listener, server::shutdown_signal()).await
    }

    /// Serves the actors on a listener of your own, until `stop` resolves; then stops gracefully.
    ///
    /// It calls [`summarize_panics`](crate::server::summarize_panics).
    pub async fn serve_listener(
        self,
        listener: TcpListener,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), Error> {
        self.control.clone().transpose()?;
        #[cfg(feature = "sqlite")]
        if let Storage::Directory(directory) = &self.storage {
            // A server that cannot save anything must not seem to serve.
            directory.open().await?;
        }
        crate::host::summarize_panics();
        server::serve(Arc::clone(self.gateway()), self.routes.clone(), listener, stop).await?;
        Ok(())
    }

    /// The routes of the protocol, to be nested in an axum app of your own:
    /// `axum::Router::new().nest("/actors-api", registry.router())`. Clients then use the nested URL.
    ///
    /// Serve the app with `axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>())`:
    /// requests have no address otherwise, so that no limit per address of [`Limits`](crate::Limits) holds and no
    /// [proxy](Self::trusted_proxies) is known. The log warns of the first such request. Where there are no such
    /// addresses, as on Unix sockets, a layer of your own may insert axum's `ConnectInfo<SocketAddr>`.
    /// Your server sees to [`Limits::sockets`](crate::Limits::sockets),
    /// [`Limits::sockets_per_address`](crate::Limits::sockets_per_address) and
    /// [`Limits::head_timeout`](crate::Limits::head_timeout).
    ///
    /// # Panics
    ///
    /// If the token of [`control`](Self::control) cannot be one.
    #[track_caller]
    pub fn router(&self) -> axum::Router {
        server::router(Arc::clone(self.gateway()))
    }

    /// The control API as a router of its own, for layers of your own to guard: whoever gets through to it may
    /// list and destroy actors, and make and find them without `#[on_before_connect]`, and needs no token. It has
    /// `/actors`, `/actors/{id}`, `/health` and `/metadata`, and no way to call an actor.
    ///
    /// ```no_run
    /// # use axum::{Router, extract::Request, http::StatusCode, middleware::{Next, from_fn}, response::Response};
    /// # use callboard::prelude::*;
    /// # #[derive(Default, Serialize, Deserialize)] struct Counter { count: i64 }
    /// # #[actor] impl Counter { #[action] fn count(&self) -> i64 { self.count } }
    /// # fn is_signed_in(request: &Request) -> bool { false }
    /// # fn app() -> Router {
    /// async fn administrators(request: Request, next: Next) -> Result<Response, StatusCode> {
    ///     if is_signed_in(&request) { Ok(next.run(request).await) } else { Err(StatusCode::UNAUTHORIZED) }
    /// }
    ///
    /// let registry = Registry::new().register::<Counter>();
    /// Router::new()
    ///     .nest("/admin", registry.control_router().layer(from_fn(administrators)))
    ///     .nest("/actors-api", registry.router())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// If the token of [`control`](Self::control) cannot be one.
    #[track_caller]
    pub fn control_router(&self) -> axum::Router {
        server::control_router(Arc::clone(self.gateway()))
    }

    /// A client of the actors in this process: no socket, and no serialization of calls.
    #[cfg(feature = "client")]
    pub fn client(&self) -> crate::Client {
        crate::Client::local(self.runtime())
    }

    /// What the registry counts, whether anything collects metrics or not. The registry starts with it.
    #[must_use]
    pub fn metrics(&self) -> RegistryMetrics {
        RegistryMetrics::new(Arc::clone(self.runtime()))
    }

    /// Stops gracefully: calls that were taken are ended, and what they did is saved; further calls are refused.
    /// The store is closed when this returns, whoever has clients still: its directory can be opened again.
    ///
    /// [`serve`](Self::serve) does it by itself; an app that nests [`router`](Self::router) calls this after its
    /// own server has ended.
    pub async fn stop(&self) {
        if let Some(runtime) = self.runtime.get() {
            runtime.stop().await;
        }
    }
}
