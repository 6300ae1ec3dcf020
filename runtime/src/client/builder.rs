//! `ClientBuilder`: encoding, credentials and time limits of a client.

use std::{fmt, sync::Arc, time::Duration};

use http::{HeaderMap, HeaderName, HeaderValue};

use super::{
    Client, Transport,
    error::ClientError,
    network::{Endpoint, Network, Settings},
};
use crate::wire::Encoding;

/// Sets up a [`Client`]: encoding, credentials, time limits.
///
/// ```
/// # use callboard::{Client, client::ClientError};
/// # use std::time::Duration;
/// let client = Client::builder("http://127.0.0.1:6420")
///     .namespace("staging")
///     .token("secret")
///     .idle_timeout(Duration::from_secs(10))
///     .build()?;
/// # Ok::<(), ClientError>(())
/// ```
#[derive(Clone)]
#[must_use = "`build` makes the client"]
pub struct ClientBuilder {
    url: String,
    encoding: Encoding,
    namespace: Option<String>,
    token: Option<String>,
    headers: Vec<(String, String)>,
    connect_timeout: Duration,
    idle_timeout: Duration,
    call_timeout: Option<Duration>,
}

impl Client {
    /// A client of the server at this URL (`http`, `https`, `ws` or `wss`; a path is kept as a prefix).
    ///
    /// Credentials in the URL, `http://namespace:token@host`, become namespace and token.
    pub fn new(url: &str) -> Result<Self, ClientError> {
        Self::builder(url).build()
    }

    /// Sets up a client of the server at this URL: see [`new`](Self::new).
    pub fn builder(url: impl Into<String>) -> ClientBuilder {
        ClientBuilder::new(url.into())
    }
}

impl ClientBuilder {
    fn new(url: String) -> Self {
        Self {
            url,
            encoding: Encoding::Cbor,
            namespace: None,
            token: None,
            headers: Vec::new(),
            connect_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(30),
            call_timeout: None,
        }
    }

    /// How messages are encoded; CBOR unless said otherwise.
    pub fn encoding(self, encoding: Encoding) -> Self {
        Self { encoding, ..self }
    }

    /// The namespace that the actors are in, before the one in the URL; `default` unless said otherwise.
    pub fn namespace(self, namespace: impl Into<String>) -> Self {
        Self { namespace: Some(namespace.into()), ..self }
    }

    /// The token that lets this client in, before the one in the URL.
    ///
    /// It is RivetKit's: requests to actors carry it as `x-rivet-token`, those for a WebSocket in their address
    /// (`rvt-token`), and requests about actors as `Authorization: Bearer`. A callboard server looks at none of
    /// these: whatever checks it is a layer around its router. A bearer token on every request is a
    /// [`header`](Self::header).
    pub fn token(self, token: impl Into<String>) -> Self {
        Self { token: Some(token.into()), ..self }
    }

    /// One more header of every request, the opening of connections included.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// More headers of every request: see [`header`](Self::header).
    pub fn headers<N: Into<String>, V: Into<String>>(
        mut self,
        headers: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        self.headers.extend(headers.into_iter().map(|(name, value)| (name.into(), value.into())));
        self
    }

    /// How long reaching the server may take, before a call ends as not sent or an attempt to connect fails; 10
    /// seconds unless said otherwise.
    pub fn connect_timeout(self, limit: Duration) -> Self {
        Self { connect_timeout: limit, ..self }
    }

    /// How long a connection may be silent, though half-way through the server was pinged, until it is taken for
    /// lost; 30 seconds unless said otherwise. Every byte that comes ends the silence, whole messages or not. What
    /// is sent may take a while to get there, and the ping waits behind it: over a slow link, this is to be longer
    /// than the largest call takes.
    pub fn idle_timeout(self, limit: Duration) -> Self {
        Self { idle_timeout: limit, ..self }
    }

    /// How long a call may take, on a connection or without one, from the call to its answer; without a limit
    /// unless said otherwise. After that it ends as [`MaybeApplied`](crate::CallError::MaybeApplied), or as
    /// [`NotSent`](crate::CallError::NotSent) if the server could not be reached in that time.
    pub fn call_timeout(self, limit: Duration) -> Self {
        Self { call_timeout: Some(limit), ..self }
    }

    /// The client. Nothing is sent yet.
    pub fn build(self) -> Result<Client, ClientError> {
        let (endpoint, credentials) = Endpoint::parse(&self.url)?;
        let settings = Settings {
            encoding: self.encoding,
            namespace: self.namespace.or(credentials.namespace).unwrap_or_else(|| "default".to_owned()),
            token: self.token.or(credentials.token),
            headers: headers(&self.headers)?,
            connect_timeout: self.connect_timeout,
            idle_timeout: self.idle_timeout,
            call_timeout: self.call_timeout,
        };
        Ok(Client { transport: Transport::Network(Arc::new(Network::new(endpoint, settings))) })
    }
}

impl fmt::Debug for ClientBuilder {
    /// Without what may be secret: the URL, the token, the headers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("encoding", &self.encoding)
            .field("namespace", &self.namespace)
            .field("connect_timeout", &self.connect_timeout)
            .field("idle_timeout", &self.idle_timeout)
            .field("call_timeout", &self.call_timeout)
            .finish_non_exhaustive()
    }
}

fn headers(pairs: &[(String, String)]) -> Result<HeaderMap, ClientError> {
    let parse = |(name, value): &(String, String)| {
        let pair = (HeaderName::try_from(name).ok(), HeaderValue::try_from(value).ok());
        let (Some(name), Some(value)) = pair else {
            return Err(ClientError::Header(name.clone()));
        };
        Ok((name, value))
    };
    pairs.iter().map(parse).collect()
}
