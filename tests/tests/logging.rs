//! A server whose log cannot be written: whoever read its standard output and standard error has gone away.

#![cfg(unix)]

use std::time::Duration;

use callboard::Client;
use callboard_tests::{
    Process,
    chat_room::{ChatRoom, Job, JoinParams, MessageReceived},
};
use serde_json::json;
use tokio::sync::mpsc;

#[tokio::test]
async fn no_line_of_the_log_costs_a_call_a_connection_or_a_stop() {
    let mut server = Process::start_unheard(env!("CARGO_BIN_EXE_logging-server"), &[]);
    let client = Client::new(&server.url).expect("a URL");
    let room = client.get_or_create::<ChatRoom>("a");
    for nth in 1..=20 {
        room.send_message("ann".to_owned(), format!("{nth}")).await.expect("it is answered");
        assert_eq!(
            room.get_messages().await.expect("it is answered").len(),
            nth,
            "what was done was answered"
        );
    }
    room.fail().await.expect_err("its error has a line in the log");
    client.get::<ChatRoom>("nobody").get_messages().await.expect_err("there is none");

    let params = JoinParams { player_id: "ann".to_owned(), role: None };
    let conn = room.connect(Some(params));
    let (heard, mut hears) = mpsc::unbounded_channel();
    conn.on(move |message: MessageReceived| drop(heard.send(message.text)));
    conn.opened().await.expect("it opens");
    conn.send_message("ann".to_owned(), "to all".to_owned()).await.expect("it is answered");
    assert_eq!(hears.recv().await.as_deref(), Some("to all"));
    conn.fail().await.expect_err("it fails");

    let done = room.send_and_wait(Job(json!("job")), Duration::from_secs(10)).await.expect("it is handled");
    assert_eq!(done.expect("in time").done, json!("job"));

    server.signal("-TERM");
    // The client is to go on meanwhile.
    let ended = tokio::task::spawn_blocking(move || server.ends_within(Duration::from_secs(20)));
    let status = ended.await.expect("it ends in time");
    assert!(status.success(), "{status}");
}
