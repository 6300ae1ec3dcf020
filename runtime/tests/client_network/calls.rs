//! Calls without a connection, and the control API.

use std::time::Duration;

use callboard::{
    CallError, Client, Contract, Fault,
    wire::{
        ActorRef, Encoding,
        http::{ActionCall, ActionOutput, ErrorBody},
    },
};

use super::{
    ACTOR,
    board::{Board, BoardAction, BoardError, posted},
    board_of, client, encoded,
    peer::{Exchange, Server, within},
};

/// A call of `post` without a connection, and the server's part in it.
async fn exchange(
    encoding: Encoding,
    serve: impl AsyncFnOnce(Exchange),
) -> Result<u32, CallError<BoardError>> {
    let server = Server::start().await;
    let board = board_of(&client(&server, encoding));
    let call = board.call(BoardAction::Post { text: "hi".to_owned() });
    let (reply, ()) =
        within(async { tokio::join!(call, async { serve(server.request().await).await }) }).await;
    posted(reply)
}

#[tokio::test]
async fn a_call_is_one_post_in_every_encoding() {
    for encoding in Encoding::ALL {
        let reply = exchange(encoding, async |request| {
            assert_eq!(
                request.line,
                "POST /gateway/board/action/post?rvt-namespace=default&rvt-method=getOrCreate&rvt-runner=default\
                 &rvt-key=a%2Cb%5C%2Cc&rvt-crash-policy=sleep HTTP/1.1"
            );
            assert_eq!(request.header("x-rivet-encoding"), encoding.name());
            assert_eq!(request.header("content-type"), encoding.content_type());
            let (call, _) = ActionCall::decode(encoding, &request.body).unwrap();
            assert_eq!(call.args, encoded(encoding, &["hi"]));
            let output = ActionOutput { output: encoded(encoding, &41) }.encode(encoding, 4).unwrap();
            request.respond("200 OK", encoding.content_type(), &output).await;
        });
        assert_eq!(reply.await.unwrap(), 41);
    }
}

#[tokio::test]
async fn a_declared_error_comes_back_in_every_encoding() {
    for encoding in Encoding::ALL {
        let reply = exchange(encoding, async |request| {
            let actor = Some(ActorRef { actor_id: ACTOR.to_owned(), generation: 1, key: None });
            let body = ErrorBody { fault: Fault::from_declared(&BoardError::Full { limit: 3 }), actor };
            let body = body.encode(encoding, 4).unwrap();
            request.respond("500 Internal Server Error", encoding.content_type(), &body).await;
        });
        assert_eq!(reply.await.unwrap_err().action(), Some(BoardError::Full { limit: 3 }));
    }
}

#[tokio::test]
async fn an_error_of_the_gateway_is_read_as_json_whatever_the_encoding() {
    let reply = exchange(Encoding::Bare, async |request| {
        let body = br#"{"group":"actor","code":"not_found","message":"gone"}"#;
        request.respond("404 Not Found", "application/json", body).await;
    });
    assert!(reply.await.unwrap_err().fault().is_some_and(|fault| fault.is("actor", "not_found")));
}

#[tokio::test]
async fn what_something_in_between_answers_is_told_honestly() {
    let reply = exchange(Encoding::Cbor, async |request| {
        request.respond("502 Bad Gateway", "text/html", b"<h1>502</h1>").await;
    });
    assert!(matches!(reply.await, Err(CallError::MaybeApplied(_))));
    let reply = exchange(Encoding::Cbor, async |request| {
        request.respond("413 Payload Too Large", "text/html", b"<h1>413</h1>").await;
    });
    assert!(reply.await.unwrap_err().fault().is_some_and(|fault| fault.is("http", "status_413")));
}

#[tokio::test]
async fn a_call_to_nobody_was_not_sent() {
    // Bound, so that nobody else gets the port, but not listening.
    let port = tokio::net::TcpSocket::new_v4().unwrap();
    port.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let board = board_of(&Client::new(&format!("http://{}", port.local_addr().unwrap())).unwrap());
    let reply = within(board.call(BoardAction::Clear {})).await;
    assert!(matches!(reply, Err(CallError::NotSent(_))), "{reply:?}");
}

#[tokio::test]
async fn a_call_that_breaks_after_it_was_sent_may_have_been_applied() {
    let reply = exchange(Encoding::Json, async |request| drop(request));
    assert!(matches!(reply.await, Err(CallError::MaybeApplied(_))));
}

#[tokio::test]
async fn a_call_that_takes_too_long_may_have_been_applied() {
    let server = Server::start().await;
    let client = Client::builder(server.url()).call_timeout(Duration::from_millis(300)).build().unwrap();
    let board = board_of(&client);
    let (reply, _request) =
        within(async { tokio::join!(board.call(BoardAction::Clear {}), server.request()) }).await;
    assert!(matches!(reply, Err(CallError::MaybeApplied(_))));
}

#[cfg(feature = "tls")]
#[tokio::test]
async fn what_does_not_reach_the_server_in_its_time_was_not_sent() {
    // It accepts, and does not shake hands.
    let server = Server::start().await;
    let url = server.url().replace("http", "https");
    let client = Client::builder(url).call_timeout(Duration::from_millis(100)).build().unwrap();
    let board = board_of(&client);
    let reply = within(board.call(BoardAction::Clear {})).await;
    assert!(matches!(reply, Err(CallError::NotSent(_))), "{reply:?}");
    let told = within(board.tell(BoardAction::Clear {})).await;
    assert!(matches!(told, Err(CallError::NotSent(_))), "{told:?}");
    let made = within(client.create_with::<BoardOfSize>("x", 7)).await.map(drop);
    assert!(matches!(made, Err(CallError::NotSent(_))), "{made:?}");
}

#[tokio::test]
async fn actors_are_found_and_made_through_the_control_api() {
    let server = Server::start().await;
    let client = Client::builder(server.url()).token("secret").namespace("blue").build().unwrap();
    let found = format!(r#"{{"actor":{{"actor_id":"{ACTOR}","name":"board"}},"created":true}}"#);
    let answer = async |line: &str, body: &str| {
        let request = server.request().await;
        assert_eq!(request.line, format!("{line} HTTP/1.1"));
        assert_eq!(request.header("authorization"), "Bearer secret");
        let sent = String::from_utf8(request.body.clone()).unwrap();
        request.respond("200 OK", "application/json", body.as_bytes()).await;
        sent
    };

    let board = board_of(&client);
    let (id, sent) =
        within(async { tokio::join!(board.resolve(), answer("PUT /actors?namespace=blue", &found)) }).await;
    assert_eq!(id.unwrap(), ACTOR.parse().unwrap());
    let expected =
        r#"{"name":"board","key":"a/b,c","runner_name_selector":"default","crash_policy":"sleep"}"#;
    assert_eq!(sent, expected);

    let create = client.create_with::<BoardOfSize>(["x/y"], 7);
    let (made, sent) =
        within(async { tokio::join!(create, answer("POST /actors?namespace=blue", &found)) }).await;
    assert_eq!(made.unwrap().key(), Some(&["x/y"].into()));
    let expected = r#"{"name":"board","key":"x\\/y","runner_name_selector":"default","input":"Bw==","crash_policy":"sleep"}"#;
    assert_eq!(sent, expected);

    let missing = client.get::<Board>("nobody");
    let line = "GET /actors?name=board&key=nobody&namespace=blue";
    let (id, _) = within(async { tokio::join!(missing.resolve(), answer(line, r#"{"actors":[]}"#)) }).await;
    assert!(id.unwrap_err().fault().is_some_and(|fault| fault.is("actor", "not_found")));
}

#[cfg(feature = "tls")]
#[tokio::test]
async fn https_and_wss_begin_with_a_tls_handshake() {
    let server = Server::start().await;
    for scheme in ["https", "wss"] {
        let client = Client::new(&server.url().replace("http", scheme)).unwrap();
        let board = board_of(&client);
        let call = board.call(BoardAction::Clear {});
        let (reply, hello) = within(async { tokio::join!(call, server.first_bytes()) }).await;
        assert!(matches!(reply, Err(CallError::NotSent(_))), "{reply:?}");
        assert_eq!(hello, [0x16, 3, 1]);
        let _connection = super::connect(&client);
        assert_eq!(within(server.first_bytes()).await, [0x16, 3, 1]);
    }
}

/// A board that is made from an input.
struct BoardOfSize;

impl Contract for BoardOfSize {
    const NAME: &'static str = Board::NAME;
    type Action = BoardAction;
    type Event = <Board as Contract>::Event;
    type Params = <Board as Contract>::Params;
    type Input = u32;
    type Handle = callboard::Handle<Self>;
    type Connection = callboard::Connection<Self>;
}
