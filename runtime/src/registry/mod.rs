//! The registry: which actors a process hosts, where they are stored, and how they are reached.
//!
//! A registry is set up first, and starts with the first call that needs its actors (`serve`, `router`, `client`,
//! `metrics`). From then on its settings are those of running actors, so a setting after the start panics. There
//! is one runtime and one gateway for each registry, made at the start and shared by all that reach its actors.

mod access;
mod serve;

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, OnceLock},
};

use parking_lot::Mutex;

#[cfg(feature = "sqlite")]
use crate::store::DataDir;
use crate::{
    Actor, Contract, Limits,
    host::{MakeActorType, Runtime, make_actor_type},
    server::{
        Access, ControlToken, ControlTokenError, Gateway, HealthServer, Hosts, Origins, TrustedProxies,
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
/// actors; they start with the first of these calls. They stop when the registry is dropped and everything that
/// was made of it, handles and connections too: what they were given is ended and saved, and the store is let go
/// of after that. [`stop`](Self::stop) does the same, and waits for it.
#[must_use = "a registry does nothing until it is served, routed or called"]
#[derive(Default)]
pub struct Registry {
    actor_types: BTreeMap<&'static str, MakeActorType>,
    /// The Rust type of each name, for error messages.
    rust_types: BTreeMap<&'static str, &'static str>,
    storage: Storage,
    limits: Limits,
    clock: Option<TestClock>,
    origins: Origins,
    control: Option<Result<ControlToken, ControlTokenError>>,
    hosts: Hosts,
    proxies: TrustedProxies,
    /// The health server, until it starts with the registry.
    health: Mutex<Option<HealthServer>>,
    routes: axum::Router,
    runtime: OnceLock<Arc<Runtime>>,
    gateway: OnceLock<Arc<Gateway>>,
    #[cfg(feature = "prometheus")]
    prometheus: Option<metrics_exporter_prometheus::PrometheusHandle>,
}

/// Where actors are stored.
enum Storage {
    #[cfg(feature = "sqlite")]
    Directory(Arc<DataDir>),
    Store(Arc<dyn Store>),
}

impl Default for Storage {
    #[cfg(feature = "sqlite")]
    fn default() -> Self {
        Self::Directory(Arc::new(DataDir::new(DataDir::DEFAULT)))
    }

    #[cfg(not(feature = "sqlite"))]
    fn default() -> Self {
        Self::Store(Arc::new(MemoryStore::new()))
    }
}

impl Registry {
    /// An empty one. Its actors are kept in `callboard-data`, in the directory that the process was started in,
    /// unless it is told otherwise ([`data_dir`](Self::data_dir), [`in_memory`](Self::in_memory),
    /// [`store`](Self::store)); without the feature `sqlite`, in memory.
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
        if let Some(first) = self.rust_types.insert(name, ty) {
            assert!(first != ty, "`{ty}` is registered twice: once is enough");
            panic!(
                "`{first}` and `{ty}` are both registered as `{name}`: \
                 give one another name with `#[actor(name = \"..\")]`"
            );
        }
        self.actor_types.insert(name, make_actor_type::<A>);
        self
    }

    /// Keeps actors in this directory (in `callboard.db`, a SQLite file) instead of `callboard-data` in the
    /// directory that the process was started in. It is made if it does not exist, and held by one process at a
    /// time.
    ///
    /// # Panics
    ///
    /// If the registry has started.
    #[cfg(feature = "sqlite")]
    #[track_caller]
    pub fn data_dir(mut self, path: impl Into<std::path::PathBuf>) -> Self {
        self.assert_not_started();
        self.storage = Storage::Directory(Arc::new(DataDir::new(path)));
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
        self.storage = Storage::Store(Arc::new(store));
        self
    }

    /// Bounds what comes from the network: see [`Limits`] for all limits and their defaults.
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

    fn runtime(&self) -> &Arc<Runtime> {
        let runtime = self.runtime.get_or_init(|| {
            let store = match &self.storage {
                #[cfg(feature = "sqlite")]
                Storage::Directory(directory) => Arc::clone(directory) as Arc<dyn Store>,
                Storage::Store(store) => Arc::clone(store),
            };
            let runtime = Runtime::new(&self.actor_types, store, self.limits.clone(), self.clock.clone());
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
        f.debug_struct("Registry").field("actors", &self.actor_types.keys()).finish_non_exhaustive()
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
