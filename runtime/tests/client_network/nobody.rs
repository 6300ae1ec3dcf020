//! A client whose server is not there.

use std::time::Duration;

use callboard::{
    CallError, Client,
    client::ConnectionError,
    wire::{Encoding, ToClient},
};
use tokio::net::TcpListener;
use tracing::Level;

use super::{
    ACTOR,
    board::post,
    capture::{Capture, Line},
    connect,
    peer::{Server, within},
};

/// An address at which nobody listens.
async fn nobody() -> String {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().to_string()
}

#[tokio::test]
async fn a_call_on_a_connection_to_nobody_was_not_sent() {
    let url = format!("http://{}", nobody().await);
    let client = Client::builder(url).call_timeout(Duration::from_millis(200)).build().unwrap();
    let connection = connect(&client);
    let error = within(post(&connection, "hi")).await.unwrap_err();
    assert!(matches!(&error, CallError::NotSent(why) if why.contains("refused")), "{error}");
    let error = within(connection.opened_within(Duration::from_millis(10))).await.unwrap_err();
    assert!(matches!(&error, ConnectionError::NotOpen(why) if why.contains("refused")), "{error}");
}

#[tokio::test]
async fn the_first_attempt_that_fails_is_a_warning_with_the_address_and_no_secrets() {
    let capture = Capture::install();
    let server = Server::start().await;
    let address = server.url().replace("http://", "");
    let url = format!("http://space:swordfish@{address}/prefix/");
    let client = Client::builder(url).encoding(Encoding::Json).header("x-key", "swordfish").build().unwrap();
    let connection = connect(&client);
    // It closes each socket before it is open, then opens one, and is gone for good.
    for _ in 0..3 {
        drop(within(server.upgrade()).await);
    }
    let warnings = || {
        let is_ours = |line: &Line| line.field("address").is_some_and(|at| at.contains(&address));
        let lines = capture.lines(|line| line.level == Level::WARN && is_ours(line));
        assert!(!format!("{:?}", capture.lines(is_ours)).contains("swordfish"));
        lines
    };
    let mut socket = within(server.socket()).await;
    let [line] = &warnings()[..] else { panic!("{:?}", warnings()) };
    assert_eq!(line.field("address"), Some(format!("http://{address}/prefix").as_str()));
    assert_eq!(line.field("actor"), Some("board"));
    assert!(line.field("error").is_some() && line.target.starts_with("callboard"), "{line:?}");
    let init = ToClient::Init { actor_id: ACTOR.to_owned(), connection_id: "00000000000000ff-1".to_owned() };
    socket.send(Encoding::Json, &init).await;
    within(connection.opened()).await.unwrap();
    drop((socket, server));
    // Another time without a server is another warning.
    within(async {
        while warnings().len() < 2 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
}
