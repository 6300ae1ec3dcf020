//! The transport over the network: calls over HTTP, each connection over a WebSocket.

mod activity;
mod call;
mod connector;
mod control;
mod dial;
mod endpoint;
mod error_chain;
mod exchange;
mod max_message;
mod queue;
mod request_body;
mod socket;

use std::{fmt, sync::Arc, time::Duration};

use http::HeaderMap;
use hyper_util::{
    client::legacy::Client as HttpClient,
    rt::{TokioExecutor, TokioTimer},
};

use self::connector::Connector;
pub(super) use self::endpoint::Endpoint;
use self::max_message::MaxMessage;
use super::{
    link::{BoxFuture, Dial, DialError, Link, Outgoing, Port, Sent},
    target::Target,
};
use crate::{
    ActorId, CallError, Contract,
    contract::ReplyOf,
    wire::{Encoding, Format, Params},
};

/// How large an answer or a message may be.
const MAX_INCOMING: usize = 32 << 20;

/// How this client names itself.
const USER_AGENT: &str = concat!("callboard/", env!("CARGO_PKG_VERSION"));

/// A server, and the pooled connections to it.
pub(crate) struct Network {
    endpoint: Endpoint,
    settings: Settings,
    connector: Connector,
    http: HttpClient<Connector, request_body::Body>,
    max_message: MaxMessage,
}

/// How a client speaks.
#[derive(Clone)]
pub(super) struct Settings {
    pub encoding: Encoding,
    pub namespace: String,
    pub token: Option<String>,
    pub headers: HeaderMap,
    pub connect_timeout: Duration,
    pub idle_timeout: Duration,
    pub call_timeout: Option<Duration>,
}

impl Network {
    pub(super) fn new(endpoint: Endpoint, settings: Settings) -> Self {
        let connector = connector::connector(settings.connect_timeout, settings.idle_timeout);
        let http = HttpClient::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(Duration::from_mins(1))
            .build(connector.clone());
        Self { endpoint, settings, connector, http, max_message: MaxMessage::default() }
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network")
            .field("endpoint", &self.endpoint)
            .field("encoding", &self.settings.encoding)
            .field("namespace", &self.settings.namespace)
            .finish_non_exhaustive()
    }
}

/// One actor on a server.
#[derive(Clone)]
pub(super) struct NetworkPort {
    network: Arc<Network>,
    target: Arc<Target>,
}

impl NetworkPort {
    pub(super) fn new(network: Arc<Network>, target: Target) -> Self {
        Self { network, target: Arc::new(target) }
    }
}

impl<C: Contract> Port<C> for NetworkPort {
    fn call(
        &self,
        action: C::Action,
        params: Option<Params>,
    ) -> BoxFuture<'_, Result<ReplyOf<C>, CallError>> {
        Box::pin(self.network.call::<C>(&self.target, action, params))
    }

    /// Only an answer says that the actor has it.
    fn tell(&self, action: C::Action, params: Option<Params>) -> BoxFuture<'_, Result<(), CallError>> {
        Box::pin(async { self.network.call::<C>(&self.target, action, params).await.map(drop) })
    }

    fn params_format(&self) -> Format {
        Params::NETWORK
    }

    fn format(&self) -> Format {
        self.network.settings.encoding.format()
    }

    fn send(&self, message: Outgoing, params: Option<Params>) -> BoxFuture<'_, Result<Sent, CallError>> {
        Box::pin(self.network.send_message::<C>(&self.target, message, params))
    }

    fn resolve(&self, params: Option<Params>) -> BoxFuture<'_, Result<ActorId, CallError>> {
        Box::pin(self.network.resolve(C::NAME, &self.target, params))
    }

    fn call_timeout(&self) -> Option<Duration> {
        self.network.settings.call_timeout
    }

    fn dialer(&self) -> Arc<dyn Dial<C>> {
        Arc::new(self.clone())
    }
}

impl<C: Contract> Dial<C> for NetworkPort {
    fn address(&self) -> &str {
        self.network.endpoint.base()
    }

    fn dial(&self, params: Option<Params>) -> BoxFuture<'_, Result<Link<C>, DialError>> {
        Box::pin(self.network.dial::<C>(&self.target, params))
    }
}

#[cfg(test)]
impl Settings {
    fn test() -> Self {
        Self {
            encoding: Encoding::Json,
            namespace: "default".to_owned(),
            token: None,
            headers: HeaderMap::new(),
            connect_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(30),
            call_timeout: None,
        }
    }
}
