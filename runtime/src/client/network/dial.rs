//! Opening a WebSocket to an actor.

use http::{HeaderMap, HeaderValue, Uri, header::SEC_WEBSOCKET_PROTOCOL};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::mpsc,
    time::timeout,
};
use tokio_websockets::{ClientBuilder, Error, Limits, WebSocketStream, upgrade};

use super::{
    MAX_INCOMING, Network, activity::Activity, call::base_headers, connector::connect, endpoint::component,
    error_chain::chain, max_message::MaxMessage, socket::Socket,
};
use crate::{
    Contract,
    client::{
        link::{DialError, Link},
        target::Target,
    },
    error::faults,
    wire::Params,
};

impl Network {
    /// Opens a socket to an actor, and leaves it to a task of its own.
    pub(super) async fn dial<C: Contract>(
        &self,
        target: &Target,
        params: Option<Params>,
    ) -> Result<Link<C>, DialError> {
        let uri = self.endpoint.gateway(&self.settings, C::NAME, target, "/connect");
        let uri = uri.map_err(|why| DialError::Refused(faults::invalid_address(why)))?;
        let headers = self.upgrade_headers(params.as_ref())?;
        let limit = self.settings.connect_timeout;
        let activity = Activity::new();
        let (socket, max_message) = timeout(limit, self.open(uri, headers, &activity))
            .await
            .unwrap_or_else(|_| Err(DialError::Unreachable(format!("no answer within {limit:?}"))))?;
        let (tx, outgoing) = mpsc::unbounded_channel();
        let (incoming, rx) = mpsc::unbounded_channel();
        let carrier = Socket::new(self.settings.encoding, max_message, activity, self.settings.idle_timeout);
        tokio::spawn(carrier.run(socket, outgoing, incoming));
        Ok(Link { tx, rx })
    }

    async fn open(
        &self,
        uri: Uri,
        headers: HeaderMap,
        activity: &Activity,
    ) -> Result<(WebSocketStream<impl AsyncRead + AsyncWrite + Unpin + Send + use<>>, MaxMessage), DialError>
    {
        let stream = connect(&self.connector, uri.clone()).await.map_err(DialError::Unreachable)?;
        let mut builder =
            ClientBuilder::from_uri(uri).limits(Limits::default().max_payload_len(Some(MAX_INCOMING)));
        for (name, value) in &headers {
            let added = builder.add_header(name.clone(), value.clone());
            builder = added.map_err(|_| DialError::Refused(faults::header_of_handshake(name)))?;
        }
        let (socket, response) =
            builder.connect_on(activity.monitor(stream)).await.map_err(|error| refusal(&error))?;
        let max_message = MaxMessage::default();
        max_message.learn(response.headers());
        self.max_message.learn(response.headers());
        Ok((socket, max_message))
    }

    /// What is asked of the server besides the address: encoding and params, as subprotocols.
    fn upgrade_headers(&self, params: Option<&Params>) -> Result<HeaderMap, DialError> {
        let mut protocols = format!("rivet, rivet_encoding.{}", self.settings.encoding.name());
        if let Some(params) = params {
            protocols.push_str(", rivet_conn_params.");
            protocols.push_str(&component(&String::from_utf8_lossy(params.header())));
        }
        let protocols = HeaderValue::try_from(protocols)
            .map_err(|_| DialError::Refused(faults::params_not_sendable()))?;
        let mut headers = base_headers(&self.settings);
        headers.insert(SEC_WEBSOCKET_PROTOCOL, protocols);
        Ok(headers)
    }
}

/// What a failed handshake says. A server that answers, and blames the request, would do so again.
fn refusal(error: &Error) -> DialError {
    match error {
        Error::Upgrade(upgrade::Error::DidNotSwitchProtocols(status @ 400..500))
            if !matches!(status, 408 | 425 | 429) =>
        {
            DialError::Refused(faults::upgrade_refused(*status))
        }
        _ => DialError::Unreachable(chain(error)),
    }
}
