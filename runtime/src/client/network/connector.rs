//! How a stream to the server is opened, for calls and for connections alike.

use std::{error::Error, future::poll_fn, time::Duration};

use http::Uri;
use hyper_util::{client::legacy::connect::HttpConnector, rt::TokioIo};
use tokio::io::{AsyncRead, AsyncWrite};
use tower_service::Service as _;

use super::error_chain::chain;

#[cfg(not(feature = "tls"))]
pub(super) type Connector = HttpConnector;
#[cfg(feature = "tls")]
pub(super) type Connector = hyper_rustls::HttpsConnector<HttpConnector>;

/// A connector that gives up on a server that cannot be reached in `timeout`, and on one that falls silent.
pub(super) fn connector(timeout: Duration, idle: Duration) -> Connector {
    let mut tcp = HttpConnector::new();
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(timeout));
    // The system counts in whole seconds.
    tcp.set_keepalive(Some((idle / 2).max(Duration::from_secs(1))));
    tcp.set_keepalive_interval(Some((idle / 4).max(Duration::from_secs(1))));
    tcp.set_keepalive_retries(Some(2));
    encrypting(tcp)
}

/// Opens a stream; an error says why it cannot be done.
pub(super) async fn connect(
    connector: &Connector,
    uri: Uri,
) -> Result<impl AsyncRead + AsyncWrite + Unpin + Send + use<>, String> {
    let mut connector = connector.clone();
    poll_fn(|context| connector.poll_ready(context)).await.map_err(message)?;
    let stream = connector.call(uri).await.map_err(message)?;
    Ok(TokioIo::new(stream))
}

fn message(error: impl Into<Box<dyn Error + Send + Sync>>) -> String {
    chain(&*error.into())
}

#[cfg(not(feature = "tls"))]
fn encrypting(tcp: HttpConnector) -> Connector {
    tcp
}

#[cfg(feature = "tls")]
fn encrypting(mut tcp: HttpConnector) -> Connector {
    tcp.enforce_http(false);
    hyper_rustls::HttpsConnectorBuilder::new()
        .with_webpki_roots()
        .https_or_http()
        .enable_http1()
        .wrap_connector(tcp)
}
