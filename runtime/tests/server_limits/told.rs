//! The limit that clients are told.

use callboard::{CallError, Client, Fault};

use super::*;

fn fault(error: &CallError) -> Fault {
    error.fault().unwrap_or_else(|| panic!("{error}")).clone()
}

#[tokio::test]
async fn a_client_refuses_what_is_too_long_once_it_was_told_and_not_before() {
    let server = Server::start().await;
    let client = Client::new(&format!("http://{}", server.address)).expect("a client");
    let handle = client.get_or_create::<Desk>("test");
    let long = "x".repeat(70_000);
    let of_server = fault(&handle.note(long.clone()).await.unwrap_err());
    assert!(of_server.is("message", "incoming_too_long") && of_server.metadata().is_none(), "{of_server:?}");
    let own = fault(&handle.note(long.clone()).await.unwrap_err());
    assert!(own.is("message", "incoming_too_long"), "{own}");
    assert_eq!(own.metadata().expect("what was told")["limit"], 65_536);

    let connection = handle.connect(None);
    let slow = connection.note_slowly(200, "meanwhile".to_owned());
    let refused = async {
        let own = fault(&connection.note(long).await.unwrap_err());
        assert_eq!(own.metadata().expect("what was told")["limit"], 65_536);
    };
    assert_eq!(tokio::join!(slow, refused).0.expect("it is not touched"), 1);
    // As long as may be, in the client's own encoding.
    assert_eq!(connection.note("x".repeat(65_400)).await.expect("it is taken"), 2);
}

#[tokio::test]
async fn the_limit_is_told_with_handshakes_and_answers() {
    let server = Server::start_with(Limits::new().incoming_message(1234)).await;
    let (_, head) = server.open(&address("desk", "/connect"), "rivet").await;
    assert!(head.contains("x-callboard-max-message: 1234\r\n"), "{head}");
    for args in ["[]", "[1]", "nonsense"] {
        let reply = server.call("here", args).await;
        assert_eq!(reply.headers["x-callboard-max-message"], "1234");
    }
}
