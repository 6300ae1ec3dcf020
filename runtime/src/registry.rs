//! The registry: which actors a server hosts, and how it is reached.

use std::{
    collections::BTreeMap,
    fmt,
    future::Future,
    sync::{Arc, OnceLock},
};

use parking_lot::Mutex;
use tokio::net::{TcpListener, ToSocketAddrs};

#[cfg(feature = "sqlite")]
use crate::store::DataDir;
use crate::{
    Actor, Contract, Error, Limits, RegistryMetrics,
    host::{MakeActorType, Runtime, make_actor_type},
    server::{
        self, Access, ControlToken, ControlTokenError, Gateway, HealthServer, Hosts, Origins, TrustedProxies,
    },
    store::{MemoryStore, Store},
    testing::TestClock,
};

/// The actors that a process hosts: register each type, then serve them, nest them in an axum app, or call
/// them from here.
///
/// ```no_run
/// # use callboard::prelude::*;
/// # #[derive(Default, Serialize, Deserialize)] struct Counter { count: i64 }
/// # #[actor] impl Counter { #[action] fn add(&mut self, n: i64) -> i64 { self.count += n; self.count } }
/// # #[tokio::main] async fn main() -> callboard::Result<()> {
/// Registry::new().register::<Counter>().serve("127.0.0.1:6420").await
/// # }
/// ```
///
/// [`serve`](Self::serve), [`router`](Self::router) and [`client`](Self::client) of one registry reach the same
/// actors; they start with the first of these calls. They stop when the registry is dropped and everything that was made
/// of it, handles and connections too: what they were given is ended and saved, and the store is let go of after that.
/// [`stop`](Self::stop) does the same, and waits for it.
#[must_use = "a registry does nothing until it is served, routed or called"]
#[derive(Default)]
pub struct Registry {
    kinds: BTreeMap<&'static str, MakeActorType>,
    /// What they are called in Rust.
    types: BTreeMap<&'static str, &'static str>,
    keep: Keep,
    limits: Limits,
    clock: Option<TestClock>,
    origins: Origins,
    control: Option<Result<ControlToken, ControlTokenError>>,
    hosts: Hosts,
    proxies: TrustedProxies,
    /// Until the start.
    health: Mutex<Option<HealthServer>>,
    routes: axum::Router,
    runtime: OnceLock<Arc<Runtime>>,
    gateway: OnceLock<Arc<Gateway>>,
    #[cfg(feature = "prometheus")]
    prometheus: Option<metrics_exporter_prometheus::PrometheusHandle>,
}

/// Where actors are kept.
enum Keep {
    #[cfg(feature = "sqlite")]
    In(Arc<DataDir>),
    Store(Arc<dyn Store>),
}

impl Default for Keep {
    #[cfg(feature = "sqlite")]
    fn default() -> Self {
        Self::In(Arc::new(DataDir::new(DataDir::DEFAULT)))
    }

    #[cfg(not(feature = "sqlite"))]
    fn default() -> Self {
        Self::Store(Arc::new(MemoryStore::new()))
    }
}

impl Registry {
    /// An empty one. Its actors are kept in `callboard-data`, in the directory that the process was started in, unless
    /// it is told otherwise ([`data_dir`](Self::data_dir), [`in_memory`](Self::in_memory), [`store`](Self::store));
    /// without the feature `sqlite`, in memory.
    pub fn new() -> Self {
        Self::default()
    }

    /// Hosts actors of this type, under their contract's name.
    ///
    /// # Panics
    ///
    /// If this or another type is registered under that name already, or the registry has started.
    #[track_caller]
    pub fn register<A: Actor>(mut self) -> Self {
        self.assert_not_started();
        let (name, ty) = (<A::Contract as Contract>::NAME, std::any::type_name::<A>());
        if let Some(first) = self.types.insert(name, ty) {
            assert!(first != ty, "`{ty}` is registered twice: once is enough");
            panic!(
                "`{first}` and `{ty}` are both registered as `{name}`: \
                 give one another name with `#[actor(name = \"..\")]`"
            );
        }
        self.kinds.insert(name, make_actor_type::<A>);
        self
    }

    /// Keeps actors in this directory (in `callboard.db`, a SQLite file) instead of `callboard-data` in the directory
    /// that the process was started in. It is made if it does not exist, and held by one process at a time.
    ///
    /// # Panics
    ///
    /// If the registry has started.
    #[cfg(feature = "sqlite")]
    #[track_caller]
    pub fn data_dir(mut self, path: impl Into<std::path::PathBuf>) -> Self {
        self.assert_not_started();
        self.keep = Keep::In(Arc::new(DataDir::new(path)));
        self
    }

    /// Keeps actors in memory only: for tests, and for servers whose actors need not outlive them.
    ///
    /// # Panics
    ///
    /// If the registry has started.
    #[track_caller]
    pub fn in_memory(self) -> Self {
        self.store(MemoryStore::new())
    }

    /// Keeps actors in this store.
    ///
    /// # Panics
    ///
    /// If the registry has started.
    #[track_caller]
    pub fn store(mut self, store: impl Store) -> Self {
        self.assert_not_started();
        self.keep = Keep::Store(Arc::new(store));
        self
    }

    /// Takes so much from the network, and no more: see [`Limits`] for what there is, and what it is by default.
    ///
    /// # Panics
    ///
    /// If the registry has started.
    #[track_caller]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.assert_not_started();
        self.limits = limits;
        self
    }

    /// Takes the time of day from this clock, which a test can set, instead of the system's.
    ///
    /// # Panics
    ///
    /// If the registry has started.
    #[track_caller]
    pub fn clock(mut self, clock: TestClock) -> Self {
        self.assert_not_started();
        self.clock = Some(clock);
        self
    }

    /// Lets the pages of these origins talk to the server, from browsers: see [`Origins`]. By default those of the
    /// server's own origin, and on one machine those of that machine.
    ///
    /// # Panics
    ///
    /// If the registry has started.
    #[track_caller]
    pub fn origins(mut self, origins: Origins) -> Self {
        self.assert_not_started();
        self.origins = origins;
        self
    }

    /// Lets whoever sends this token list and destroy actors from outside, as `Authorization: Bearer ..` or as
    /// `x-rivet-token: ..`, which is what RivetKit's clients do with a token that they are given.
    ///
    /// Without it nobody can: `GET /actors?name=..` without a key or ids, and `DELETE /actors/{id}`, are refused with
    /// `auth.control_disabled`, the same for actors that exist and for those that do not; with it, to those who do not send
    /// it, with `auth.control_unauthorized`.
    ///
    /// Everybody who reaches the server may make actors, find those whose key they know, and call them, as far as
    /// `#[on_before_connect]` lets them. Of whoever has the token that hook is not asked at `PUT /actors`, `POST /actors` and
    /// `GET /actors?name=..&key=..`: these are answered as if it let them in, whatever params are sent. Nor is it asked behind
    /// [`control_router`](Self::control_router). At `/gateway/..`, where actors are called, the token is not looked at, and the
    /// hook is asked about everybody.
    ///
    /// Whoever has the token can destroy all there is. It travels as it is: use TLS beyond this machine. For rules of your
    /// own there is [`control_router`](Self::control_router).
    ///
    /// The token has 16 to 256 letters, digits and signs of ASCII: `openssl rand -hex 16` makes one. With another,
    /// above all with the empty one of a variable that is not set, [`serve`](Self::serve) and
    /// [`serve_listener`](Self::serve_listener) return an error, and [`router`](Self::router) panics: it would be as good
    /// as none.
    ///
    /// # Panics
    ///
    /// If the registry has started.
    #[track_caller]
    pub fn control(mut self, token: impl AsRef<str>) -> Self {
        self.assert_not_started();
        self.control = Some(ControlToken::new(token.as_ref()));
        self
    }

    /// Answers to these host names, and to those of this machine, and to no others: `app.example.com`, `münchen.example`,
    /// `10.0.0.7`, `::1`. A name is compared as a whole, in letters of any case, with or without a dot at its end; there are
    /// no wildcards, and the port that a client writes behind it is not looked at. An empty list is a list.
    ///
    /// A web page can give its own name the address of this server (DNS rebinding). To its visitors' browsers the server is of
    /// the page's own origin then, so [`Origins`] do not hold it up; the name that they send does. That matters wherever
    /// being able to reach the server is a permission: on the loopback address and in private networks.
    ///
    /// | | answers to |
    /// |---|---|
    /// | [`serve`](Self::serve) and [`serve_listener`](Self::serve_listener) on a loopback address (`127.0.0.1`, `[::1]`, not `0.0.0.0`) | `localhost`, `*.localhost`, `127.0.0.0/8`, `[::1]`, and what is listed here |
    /// | on another address, if hosts are listed | the same, and the address itself, which a balancer's health check sends |
    /// | on another address, if none are | any name, and requests without one |
    /// | [`router`](Self::router), which cannot know its address | the names of this machine and what is listed here, if hosts are listed; else any |
    ///
    /// So behind a proxy on the same machine that passes the `Host` of its clients on, list the names that these use. (nginx
    /// sends its own name for the server unless it has a `proxy_set_header Host`.)
    ///
    /// Every route holds to it, `/health` and `/metrics` too, and those that are [merged](Self::merge). Another request is
    /// refused with status 403 and `auth.host_not_allowed`; a WebSocket is opened and closed at once, with 1011 and
    /// `auth.host_not_allowed`; and the log has a warning with the host, at most every ten seconds. A request with two hosts,
    /// be it two `Host` or a `Host` unlike `:authority`, is status 400 everywhere.
    ///
    /// ```
    /// # use callboard::Registry;
    /// let registry = Registry::new().hosts(["app.example.com", "10.0.0.7"]);
    /// ```
    ///
    /// # Panics
    ///
    /// If one is no host, for example because it has a scheme or a port, a wildcard, or nothing in it; or the registry has
    /// started.
    #[track_caller]
    pub fn hosts<H: AsRef<str>>(mut self, hosts: impl IntoIterator<Item = H>) -> Self {
        self.assert_not_started();
        self.hosts = Hosts::list(hosts);
        self
    }

    /// Believes these proxies who their clients are: addresses and networks, such as `127.0.0.1`, `10.0.0.0/8`, `::1` (or
    /// `[::1]`), `fd00::/8`. Names are not looked up. With `0.0.0.0/0` and `::/0` everybody is believed, of which the log
    /// warns at the start. Without proxies, everybody behind a proxy is one client, whose [`Limits`] per address they share.
    ///
    /// Of a request that comes from one of them, the client is taken from `Forwarded` (RFC 7239) or `X-Forwarded-For`: from
    /// the right, past trusted addresses only. What stands before that was written by the client, and is not looked at; nor is
    /// any of it in a request that comes from elsewhere. Where a trusted proxy says `unknown` or a made-up name, the client is
    /// the proxy.
    ///
    /// That address is what [`Limits`] count, what the access log has, and what `#[on_before_connect]` and raw handlers find in
    /// the extensions, as `ctx.claims::<ConnectInfo<SocketAddr>>()` with axum's `ConnectInfo`; its port is 0 where the
    /// proxy does not say it. Sockets of the proxy itself count in [`Limits::sockets`] alone.
    ///
    /// The host and scheme that the client used are taken from `X-Forwarded-Host` and `X-Forwarded-Proto` (the last of
    /// several), or from the same element of `Forwarded`, for [`Origins`] and [`hosts`](Self::hosts). Without them it is the
    /// `Host` that the proxy sends.
    ///
    /// Browsers on the proxy's machine can open sockets that look like the proxy's, and a page may write all of these headers.
    /// So where a request comes from this machine (its loopback address, or the one that it was sent to) and
    /// [`hosts`](Self::hosts) are looked at, the request's own `Host` must be one of them too: `127.0.0.1:6420` is, which is
    /// what nginx sends by default for a `proxy_pass` to that address, and a name that the proxy keeps has to be listed
    /// anyway. On other machines that are trusted, let no browsers run.
    ///
    /// Have the proxy set or remove each of these four headers: what it passes on as it is, is its client's word. A proxy mostly
    /// writes one kind and passes on the other, so a request that has `Forwarded` and an `X-Forwarded-..` header is only
    /// answered if they say the same, all of it; else, and if `Forwarded` breaks its grammar, it is refused with status 400,
    /// and the log has a warning. For nginx:
    ///
    /// ```text
    /// proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    /// proxy_set_header X-Forwarded-Host $http_host;
    /// proxy_set_header X-Forwarded-Proto $scheme;
    /// proxy_set_header Forwarded "";
    /// ```
    ///
    /// [`router`](Self::router) knows the address of a request only if its server says it:
    /// `app.into_make_service_with_connect_info::<SocketAddr>()`.
    ///
    /// ```
    /// # use callboard::Registry;
    /// let registry = Registry::new().trusted_proxies(["127.0.0.1", "10.0.0.0/8"]).hosts(["app.example.com"]);
    /// ```
    ///
    /// # Panics
    ///
    /// If one is no address and no network, or the registry has started.
    #[track_caller]
    pub fn trusted_proxies<P: AsRef<str>>(mut self, proxies: impl IntoIterator<Item = P>) -> Self {
        self.assert_not_started();
        self.proxies = TrustedProxies::list(proxies);
        self
    }

    /// Answers `GET /health` on this address too, from a thread and a listener of its own, from when the registry starts until
    /// it has stopped: with status 200 and `"ok"`, or 503 and what is wrong, as the server itself does.
    ///
    /// It says so even if the server cannot, because actions hold all workers of tokio without awaiting: `"workers_blocked"`,
    /// once nothing has run on them for two seconds. ([`observability`](crate::observability) has all words.)
    ///
    /// It has no other page, knows no limits but a few of its own (64 sockets at a time, of which the oldest gives way to one
    /// more, and 1 s each), and is for a balancer or an orchestrator: listen where only these come.
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
    /// If the address cannot be listened on, or there can be no thread. It is listened on from here on; who asks before the
    /// registry has started gets the answer then.
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
    /// It names actors, actions and events, and tells how busy they are, to everybody who can reach the server, but for
    /// web pages of another origin. If that is too much, keep `/metrics` from the outside in the proxy in front of the
    /// server, or by a layer on [`router`](Self::router).
    ///
    /// # Panics
    ///
    /// If the registry has started, or the process has another recorder: serve what that one has collected, on a route of
    /// your own ([`merge`](Self::merge)).
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
        if let Keep::In(directory) = &self.keep {
            // Who cannot keep anything shall not seem to serve.
            directory.open().await?;
        }
        crate::host::summarize_panics();
        server::serve(Arc::clone(self.gateway()), self.routes.clone(), listener, stop).await?;
        Ok(())
    }

    /// The routes of the protocol, to be nested in an axum app of your own:
    /// `axum::Router::new().nest("/actors-api", registry.router())`. Clients then use the nested URL.
    ///
    /// Serve the app with `axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>())`: requests have no
    /// address otherwise, so that no limit per address of [`Limits`] holds and no [proxy](Self::trusted_proxies) is known.
    /// The log warns of the first such request. Where there are no such addresses, as on Unix sockets, a layer of your own
    /// may insert axum's `ConnectInfo<SocketAddr>`. [`Limits::sockets`], [`Limits::sockets_per_address`] and
    /// [`Limits::head_timeout`] are for your server to see to.
    ///
    /// # Panics
    ///
    /// If the token of [`control`](Self::control) cannot be one.
    #[track_caller]
    pub fn router(&self) -> axum::Router {
        server::router(Arc::clone(self.gateway()))
    }

    /// The control API as a router of its own, for layers of your own to guard: whoever gets through to it may list and
    /// destroy actors, and make and find them without `#[on_before_connect]`, and needs no token. It has `/actors`,
    /// `/actors/{id}`, `/health` and `/metadata`, and no way to call an actor.
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

    /// Stops gracefully: calls that were taken are ended, and what they did is saved; further calls are refused. The store
    /// is closed when this returns, whoever has clients still: its directory can be opened again.
    ///
    /// [`serve`](Self::serve) does it by itself; an app that nests [`router`](Self::router) calls this after its
    /// own server has ended.
    pub async fn stop(&self) {
        if let Some(runtime) = self.runtime.get() {
            runtime.stop().await;
        }
    }

    fn runtime(&self) -> &Arc<Runtime> {
        let runtime = self.runtime.get_or_init(|| {
            let store = match &self.keep {
                #[cfg(feature = "sqlite")]
                Keep::In(directory) => Arc::clone(directory) as Arc<dyn Store>,
                Keep::Store(store) => Arc::clone(store),
            };
            let runtime = Runtime::new(&self.kinds, store, self.limits.clone(), self.clock.clone());
            if let Some(health) = self.health.lock().take() {
                health.start(&runtime);
            }
            runtime
        });
        runtime.start_ticking();
        runtime
    }

    #[track_caller]
    pub(crate) fn gateway(&self) -> &Arc<Gateway> {
        // Not in the closure, where a panic would not be at the caller's line.
        let control = match self.control.clone().transpose() {
            Ok(control) => control,
            Err(error) => panic!("{error}"),
        };
        self.gateway.get_or_init(|| {
            self.proxies.warn_of_everybody();
            let access = Access::new(self.origins.clone(), self.hosts.clone(), self.proxies.clone());
            let gateway = Gateway::new(Arc::clone(self.runtime()), access).with_control(control);
            #[cfg(feature = "prometheus")]
            let gateway = gateway.with_prometheus(self.prometheus.clone());
            Arc::new(gateway)
        })
    }

    #[track_caller]
    fn assert_not_started(&self) {
        assert!(self.runtime.get().is_none(), "the registry has started: register and configure it before");
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry").field("actors", &self.kinds.keys()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prelude::*;

    #[derive(Default, Serialize, Deserialize)]
    struct One;

    #[actor(crate = crate, name = "one")]
    impl One {}

    #[derive(Default, Serialize, Deserialize)]
    struct Other;

    #[actor(crate = crate, name = "one")]
    impl Other {}

    #[test]
    #[should_panic(expected = "::One` is registered twice: once is enough")]
    fn a_type_that_is_registered_twice_is_named() {
        let _ = Registry::new().register::<One>().register::<One>();
    }

    #[test]
    #[should_panic(expected = "::Other` are both registered as `one`")]
    fn types_that_are_registered_under_one_name_are_named() {
        let _ = Registry::new().register::<One>().register::<Other>();
    }
}
