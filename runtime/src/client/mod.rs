//! The client: handles and connections, over the network or in this process.
//!
//! [`Client`] makes [`Handle`]s, a handle opens [`Connection`]s. Each connection has one task, its driver, which
//! owns listeners and unanswered calls, and speaks through a `Link` with what carries the messages: a WebSocket
//! (`network`), or the host in this process (`local`).

mod backoff;
mod builder;
mod calls;
mod command;
mod connection;
mod dial_failures;
mod disconnect;
mod driver;
mod error;
mod events;
mod handle;
pub(crate) mod link;
mod listener;
mod listeners;
mod listening;
#[cfg(feature = "server")]
mod local;
mod network;
mod open_link;
mod refusal;
mod sending;
mod status;
mod subscription;
pub(crate) mod target;
#[cfg(test)]
mod tests;
mod updates;

#[cfg(feature = "server")]
use std::sync::Weak;
use std::{fmt, pin::Pin, sync::Arc};

use bytes::Bytes;

pub use builder::ClientBuilder;
pub use connection::Connection;
pub use error::ClientError;
pub use events::Events;
pub use handle::Handle;
#[cfg(feature = "server")]
pub use refusal::Refusal;
pub use status::{ConnectionError, Status};
pub use subscription::{ScopedSubscription, Subscription};
pub use updates::{Update, Updates};

#[cfg(feature = "server")]
use self::local::Host;
use self::{
    link::Port,
    network::{Network, NetworkPort},
    target::Target,
};
#[cfg(feature = "server")]
use crate::host::Runtime;
use crate::{ActorId, CallError, Contract, Key, NoInput};

/// Where actors are: makes typed [`Handle`]s to them.
///
/// ```no_run
/// # use callboard::{Client, Contract};
/// # fn demo<ChatRoom: Contract<Input = ()>>() -> Result<(), Box<dyn std::error::Error>> {
/// let client = Client::new("http://127.0.0.1:6420")?;
/// let room = client.get_or_create::<ChatRoom>(["general"]);     // no traffic yet
/// # Ok(()) }
/// ```
///
/// Clones share their pooled HTTP connections.
#[derive(Clone)]
pub struct Client {
    transport: Transport,
}

/// What carries a client's messages.
#[derive(Clone)]
enum Transport {
    Network(Arc<Network>),
    #[cfg(feature = "server")]
    Local(Host),
}

impl Client {
    /// A client of the actors in this process, which run as long as there is one.
    #[cfg(feature = "server")]
    pub(crate) fn local(runtime: &Arc<Runtime>) -> Self {
        Self { transport: Transport::Local(Host::Outside(Arc::clone(runtime))) }
    }

    /// A client for one of them, which does not keep itself running.
    #[cfg(feature = "server")]
    pub(crate) fn within(runtime: &Weak<Runtime>) -> Self {
        Self { transport: Transport::Local(Host::Within(Weak::clone(runtime))) }
    }

    /// The actor with this key. Calls fail with `actor.not_found` as long as there is none.
    pub fn get<C: Contract>(&self, key: impl Into<Key>) -> C::Handle {
        self.handle::<C>(Target::Get(key.into()))
    }

    /// The actor with this key, which is made at the first use if there is none.
    ///
    /// One that is made from an input asks for [`get_or_create_with`](Self::get_or_create_with).
    pub fn get_or_create<C: Contract<Input: NoInput>>(&self, key: impl Into<Key>) -> C::Handle {
        self.handle::<C>(Target::GetOrCreate(key.into(), None))
    }

    /// The actor with this key, which is made from `input` at the first use if there is none.
    ///
    /// The input travels with every call in case it is needed, so it is limited to 4 KiB, encoded.
    #[expect(clippy::needless_pass_by_value, reason = "an input is given, as the key is")]
    pub fn get_or_create_with<C: Contract>(
        &self,
        key: impl Into<Key>,
        input: C::Input,
    ) -> Result<C::Handle, CallError> {
        let input = target::encode_input::<C>(&input)?;
        Ok(self.handle::<C>(Target::GetOrCreate(key.into(), Some(Box::new(input)))))
    }

    /// This very actor.
    #[must_use]
    pub fn get_for_id<C: Contract>(&self, id: ActorId) -> C::Handle {
        self.handle::<C>(Target::Id(id))
    }

    /// Makes an actor; fails with `actor.duplicate_key` where one with this key exists.
    ///
    /// One that is made from an input asks for [`create_with`](Self::create_with).
    //
    // Not an `async fn`: of one, the compiler would report a missing input three times.
    pub fn create<C: Contract<Input: NoInput>>(
        &self,
        key: impl Into<Key>,
    ) -> Pin<Box<dyn Future<Output = Result<C::Handle, CallError>> + Send + '_>> {
        Box::pin(self.make::<C>(key.into(), None))
    }

    /// Makes an actor from `input`; fails with `actor.duplicate_key` where one with this key exists. It shows no
    /// params: where `#[on_before_connect]` asks for some, over the network, `get_or_create(..)` and
    /// `with_params(..)` make it.
    pub async fn create_with<C: Contract>(
        &self,
        key: impl Into<Key>,
        input: C::Input,
    ) -> Result<C::Handle, CallError> {
        let input = target::encode_input::<C>(&input)?;
        self.make::<C>(key.into(), Some(input)).await
    }

    async fn make<C: Contract>(&self, key: Key, input: Option<Bytes>) -> Result<C::Handle, CallError> {
        let id = match &self.transport {
            Transport::Network(network) => network.create(C::NAME, &key, input).await?,
            #[cfg(feature = "server")]
            Transport::Local(host) => local::create::<C>(host, key.clone(), input).await?,
        };
        Ok(Handle::new(self.port::<C>(Target::Id(id)), Some(key)).into())
    }

    fn handle<C: Contract>(&self, target: Target) -> C::Handle {
        let key = target.key().cloned();
        Handle::new(self.port::<C>(target), key).into()
    }

    fn port<C: Contract>(&self, target: Target) -> Arc<dyn Port<C>> {
        match &self.transport {
            Transport::Network(network) => Arc::new(NetworkPort::new(Arc::clone(network), target)),
            #[cfg(feature = "server")]
            Transport::Local(host) => Arc::new(local::LocalPort::new(host.clone(), target)),
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.transport {
            Transport::Network(network) => f.debug_tuple("Client").field(network).finish(),
            #[cfg(feature = "server")]
            Transport::Local(host) => f.debug_tuple("Client").field(host).finish(),
        }
    }
}
