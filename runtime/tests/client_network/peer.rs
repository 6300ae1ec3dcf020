//! A server that a test plays itself: HTTP byte by byte, and WebSocket frame by frame.

use std::{future::Future, time::Duration};

use callboard::wire::{Encoding, ToClient, ToServer};
use futures_util::{SinkExt, StreamExt};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_websockets::{CloseCode, Message, ServerBuilder, WebSocketStream};

/// A listening socket.
pub(crate) struct Server(TcpListener);

/// One HTTP request, to be answered.
pub(crate) struct Exchange {
    /// `POST /path HTTP/1.1`
    pub line: String,
    pub body: Vec<u8>,
    headers: Vec<String>,
    stream: TcpStream,
}

/// What a client asked for when it opened a WebSocket.
pub(crate) struct Upgrade {
    pub target: String,
    headers: http::HeaderMap,
}

/// The server's end of a WebSocket.
pub(crate) struct Socket(WebSocketStream<TcpStream>);

impl Server {
    pub(crate) async fn start() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").await.unwrap())
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.0.local_addr().unwrap())
    }

    /// The next request, whole.
    pub(crate) async fn request(&self) -> Exchange {
        let (mut stream, _) = self.0.accept().await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        let head = String::from_utf8(head).unwrap();
        let mut lines = head.trim_end().lines().map(str::to_owned);
        let line = lines.next().unwrap();
        let mut exchange = Exchange { line, headers: lines.collect(), body: Vec::new(), stream };
        let length = exchange.find("content-length").map_or(0, |length| length.parse().unwrap());
        exchange.body.resize(length, 0);
        exchange.stream.read_exact(&mut exchange.body).await.unwrap();
        exchange
    }

    /// How the next client begins, whatever it speaks.
    #[cfg(feature = "tls")]
    pub(crate) async fn first_bytes(&self) -> [u8; 3] {
        let (mut stream, _) = self.0.accept().await.unwrap();
        let mut bytes = [0; 3];
        stream.read_exact(&mut bytes).await.unwrap();
        bytes
    }

    /// The next WebSocket.
    pub(crate) async fn socket(&self) -> Socket {
        self.accept().await.1
    }

    /// What is asked for with the next WebSocket.
    pub(crate) async fn upgrade(&self) -> Upgrade {
        self.accept().await.0
    }

    async fn accept(&self) -> (Upgrade, Socket) {
        let (stream, _) = self.0.accept().await.unwrap();
        let (request, socket) = ServerBuilder::new().accept(stream).await.unwrap();
        let upgrade = Upgrade { target: request.uri().to_string(), headers: request.headers().clone() };
        (upgrade, Socket(socket))
    }
}

impl Exchange {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.find(name).unwrap()
    }

    pub(crate) async fn respond(mut self, status: &str, content_type: &str, body: &[u8]) {
        let length = body.len();
        let head =
            format!("HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\n\r\n");
        self.stream.write_all(head.as_bytes()).await.unwrap();
        self.stream.write_all(body).await.unwrap();
    }

    fn find(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter().filter_map(|header| header.split_once(": "));
        headers.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

impl Upgrade {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }
}

impl Socket {
    pub(crate) async fn send(&mut self, encoding: Encoding, message: &ToClient) {
        let frame = message.encode(encoding).unwrap();
        let frame = if encoding.is_text() { Message::text(frame) } else { Message::binary(frame) };
        self.0.send(frame).await.unwrap();
    }

    pub(crate) async fn send_text(&mut self, text: &'static str) {
        self.0.send(Message::text(text)).await.unwrap();
    }

    /// The next message of the client.
    pub(crate) async fn receive(&mut self, encoding: Encoding) -> ToServer {
        let frame = self.0.next().await.unwrap().unwrap();
        assert_eq!(frame.is_text(), encoding.is_text(), "{frame:?}");
        ToServer::decode(encoding, frame.as_payload()).unwrap()
    }

    /// How the client closes; all before it is taken.
    pub(crate) async fn closed(&mut self) -> Option<(u16, String)> {
        while let Some(Ok(frame)) = self.0.next().await {
            if let Some((code, reason)) = frame.as_close() {
                return Some((code.into(), reason.to_owned()));
            }
        }
        None
    }

    pub(crate) async fn close(&mut self, code: u16, reason: &str) {
        let code = CloseCode::try_from(code).unwrap();
        self.0.send(Message::close(Some(code), reason)).await.unwrap();
    }

    /// Answers so many pings.
    pub(crate) async fn pings(&mut self, count: usize) {
        for _ in 0..count {
            assert!(self.0.next().await.unwrap().unwrap().is_ping());
            self.0.flush().await.unwrap();
        }
    }
}

/// Ends a test that hangs.
pub(crate) async fn within<T>(test: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), test).await.expect("the test ends in time")
}
