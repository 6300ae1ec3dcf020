//! Connections: the handshake, the frames, and how they end.

use std::time::Duration;

use callboard::{
    CallError, Client, Fault,
    client::{ConnectionError, Status},
    wire::{Encoding, ToClient, ToServer, write_event},
};

use super::{
    ACTOR,
    board::{BoardError, Posted, post},
    client, connect, encoded,
    peer::{Server, within},
};

fn init() -> ToClient {
    ToClient::Init { actor_id: ACTOR.to_owned(), connection_id: "00000000000000ff-1".to_owned() }
}

#[tokio::test]
async fn a_connection_speaks_every_encoding() {
    for encoding in Encoding::ALL {
        let server = Server::start().await;
        let client = client(&server, encoding);
        let connection = connect(&client);
        let (listener, mut heard) = tokio::sync::mpsc::unbounded_channel();
        connection.on(move |posted: Posted| listener.send(posted).unwrap());
        let server_side = async {
            let mut socket = server.socket().await;
            socket.send(encoding, &init()).await;
            let subscription = ToServer::SubscriptionRequest { event: "posted".to_owned(), subscribe: true };
            assert_eq!(socket.receive(encoding).await, subscription);
            let ToServer::ActionRequest { id: 0, name, args } = socket.receive(encoding).await else {
                panic!("not the first call");
            };
            assert_eq!((name.as_str(), args), ("post", encoded(encoding, &["hi"])));
            let text = Posted { text: "hi".to_owned() };
            let args = write_event(encoding.format(), &text).unwrap();
            socket.send(encoding, &ToClient::Event { name: "unheard of".into(), args: args.clone() }).await;
            socket.send(encoding, &ToClient::Event { name: "posted".into(), args }).await;
            socket.send(encoding, &ToClient::ActionResponse { id: 0, output: encoded(encoding, &41) }).await;
            let ToServer::ActionRequest { id: 1, .. } = socket.receive(encoding).await else {
                panic!("not the second call");
            };
            let fault = Fault::from_declared(&BoardError::Full { limit: 3 });
            socket.send(encoding, &ToClient::Error { action_id: Some(1), fault, actor: None }).await;
            assert_eq!(socket.closed().await, Some((1000, "Disposed".to_owned())));
        };
        let client_side = async {
            assert_eq!(post(&connection, "hi").await.unwrap(), 41);
            assert_eq!(heard.recv().await, Some(Posted { text: "hi".to_owned() }));
            assert_eq!(connection.actor_id(), Some(ACTOR.parse().unwrap()));
            assert_eq!(connection.id(), "00000000000000ff-1".parse().ok());
            let error = post(&connection, "more").await.unwrap_err();
            assert_eq!(error.action(), Some(BoardError::Full { limit: 3 }));
            connection.close().await;
        };
        within(async { tokio::join!(client_side, server_side) }).await;
    }
}

#[tokio::test]
async fn a_connection_is_opened_as_the_official_clients_open_it() {
    let server = Server::start().await;
    let client = Client::builder(server.url()).token("secret").header("x-tenant", "blue").build().unwrap();
    let _connection = connect(&client);
    let upgrade = within(server.upgrade()).await;
    assert_eq!(
        upgrade.target,
        "/gateway/board/connect?rvt-namespace=default&rvt-method=getOrCreate&rvt-runner=default\
         &rvt-key=a%2Cb%5C%2Cc&rvt-crash-policy=sleep&rvt-token=secret"
    );
    assert_eq!(
        upgrade.header("sec-websocket-protocol"),
        "rivet, rivet_encoding.cbor, rivet_conn_params.%7B%22name%22%3A%22ada%20%28n%C3%A9e%20K.%29%22%7D"
    );
    assert_eq!(upgrade.header("x-tenant"), "blue");
}

#[tokio::test]
async fn a_rejection_is_the_typed_error() {
    for encoding in Encoding::ALL {
        let server = Server::start().await;
        let connection = connect(&client(&server, encoding));
        let server_side = async {
            let mut socket = server.socket().await;
            let fault = Fault::from_declared(&BoardError::Full { limit: 3 });
            socket.send(encoding, &ToClient::Error { action_id: None, fault, actor: None }).await;
            socket.close(1011, "user.full#ray").await;
        };
        let error = within(async { tokio::join!(connection.opened(), server_side) }).await.0.unwrap_err();
        assert_eq!(error.declared(), Some(BoardError::Full { limit: 3 }));
        let error = post(&connection, "later").await.unwrap_err();
        assert!(error.fault().is_some_and(|fault| fault.is("user", "full")), "{error}");
    }
}

#[tokio::test]
async fn a_socket_that_breaks_leaves_its_calls_in_doubt_and_comes_back() {
    let server = Server::start().await;
    let connection = connect(&client(&server, Encoding::Json));
    let server_side = async {
        let mut socket = server.socket().await;
        socket.send(Encoding::Json, &init()).await;
        socket.receive(Encoding::Json).await;
        drop(socket);
        let mut socket = server.socket().await;
        socket.send(Encoding::Json, &init()).await;
        let ToServer::ActionRequest { id, .. } = socket.receive(Encoding::Json).await else {
            panic!("not the second call");
        };
        socket.send(Encoding::Json, &ToClient::ActionResponse { id, output: "7".into() }).await;
        socket
    };
    let client_side = async {
        assert!(matches!(post(&connection, "one").await, Err(CallError::MaybeApplied(_))));
        assert_eq!(post(&connection, "two").await.unwrap(), 7);
    };
    within(async { tokio::join!(client_side, server_side) }).await;
}

#[tokio::test]
async fn a_frame_that_cannot_be_decoded_breaks_the_link_rather_than_hang_a_call() {
    let server = Server::start().await;
    let connection = connect(&client(&server, Encoding::Json));
    let server_side = async {
        let mut socket = server.socket().await;
        socket.send(Encoding::Json, &init()).await;
        socket.receive(Encoding::Json).await;
        socket.send_text(r#"{"body":{"tag":"Surprise","val":{}}}"#).await;
        socket
    };
    let (reply, _socket) = within(async { tokio::join!(post(&connection, "one"), server_side) }).await;
    assert!(matches!(reply, Err(CallError::MaybeApplied(_))));
}

#[tokio::test]
async fn an_answer_that_does_not_fit_the_contract_is_told_to_its_caller() {
    let server = Server::start().await;
    let connection = connect(&client(&server, Encoding::Json));
    let server_side = async {
        let mut socket = server.socket().await;
        socket.send(Encoding::Json, &init()).await;
        socket.receive(Encoding::Json).await;
        socket.send(Encoding::Json, &ToClient::ActionResponse { id: 0, output: r#""text""#.into() }).await;
        socket
    };
    let (reply, _socket) = within(async { tokio::join!(post(&connection, "one"), server_side) }).await;
    assert!(matches!(reply, Err(CallError::Decode(_))));
}

#[tokio::test]
async fn a_peer_that_falls_silent_is_taken_for_dead() {
    let server = Server::start().await;
    let client = Client::builder(server.url())
        .encoding(Encoding::Json)
        .idle_timeout(Duration::from_millis(300))
        .build()
        .unwrap();
    let connection = connect(&client);
    let mut socket = within(server.socket()).await;
    socket.send(Encoding::Json, &init()).await;
    within(connection.opened()).await.unwrap();
    // The socket is still there, but nobody reads from it, so no ping is answered.
    let (lost, is_lost) = tokio::sync::oneshot::channel();
    let mut lost = Some(lost);
    connection.on_error(move |error| {
        assert!(matches!(error, ConnectionError::Lost(why) if why.contains("nothing heard")), "{error}");
        lost.take().map(|lost| lost.send(()));
    });
    within(is_lost).await.unwrap();
    assert_ne!(connection.status(), Status::Connected);
}

#[tokio::test]
async fn a_quiet_peer_that_answers_pings_is_alive() {
    let server = Server::start().await;
    let client = Client::builder(server.url())
        .encoding(Encoding::Json)
        .idle_timeout(Duration::from_millis(600))
        .build()
        .unwrap();
    let connection = connect(&client);
    connection.on_error(|error| panic!("{error}"));
    let mut socket = within(server.socket()).await;
    socket.send(Encoding::Json, &init()).await;
    within(socket.pings(3)).await;
    assert_eq!(connection.status(), Status::Connected);
}

#[tokio::test]
async fn a_server_that_refuses_the_upgrade_for_good_is_final() {
    let server = Server::start().await;
    let connection = connect(&client(&server, Encoding::Json));
    let refuse = async { server.request().await.respond("404 Not Found", "text/plain", b"no").await };
    let (opened, ()) = within(async { tokio::join!(connection.opened(), refuse) }).await;
    let error = opened.unwrap_err();
    assert!(error.fault().is_some_and(|fault| fault.is("client", "upgrade_refused")), "{error}");
}
