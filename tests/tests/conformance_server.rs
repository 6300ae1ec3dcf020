//! The program that serves the conformance driver, and whoever tries callboard out: its options do what its help says.
#![allow(clippy::unwrap_used)]

use std::{
    collections::BTreeSet,
    io::{Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::Command,
};

use callboard::Client;
use callboard_tests::{Process, chat_room::ChatRoom};

const TOKEN: &str = "0123456789abcdef";

fn program() -> &'static str {
    env!("CARGO_BIN_EXE_conformance-server")
}

fn start(args: &[&str]) -> Process {
    Process::start(program(), &[&["--listen", "127.0.0.1:0"], args].concat())
}

/// The status of the answer to this request, and all of the answer.
fn ask(server: &Process, request: &str, headers: &str) -> (u16, String) {
    ask_as(server.address(), server, request, headers)
}

fn ask_as(host: &str, server: &Process, request: &str, headers: &str) -> (u16, String) {
    let mut socket = TcpStream::connect(server.address()).unwrap();
    let head = format!("{request} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{headers}\r\n");
    socket.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    (answer[9..12].parse().unwrap(), answer)
}

#[test]
fn every_option_of_the_help_is_one_and_others_are_refused_with_it() {
    let help = Command::new(program()).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let options: BTreeSet<_> = help
        .split(|char: char| char.is_whitespace() || "[]`,;".contains(char))
        .filter(|word| word.starts_with("--"))
        .collect();
    assert!(options.len() > 5, "{options:?}");
    for option in options {
        // None of these lines is right, so nothing is served.
        let output = Command::new(program()).args([option, "x", "--nonsense"]).output().unwrap();
        let complaint = String::from_utf8(output.stderr).unwrap();
        assert!(!complaint.contains(&format!("unknown argument `{option}`")), "{option}: {complaint}");
    }
    let unknown = Command::new(program()).arg("--nonsense").output().unwrap();
    assert_eq!(unknown.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&unknown.stderr).ends_with(&help), "it says what there is");
}

#[test]
fn control_lets_whoever_has_the_token_list_and_destroy() {
    for (args, anonymous, token) in
        [(&["--memory"][..], 403, 403), (&["--memory", "--control", TOKEN], 401, 200)]
    {
        let server = start(args);
        let authorization = format!("authorization: Bearer {TOKEN}\r\n");
        assert_eq!(ask(&server, "GET /actors?name=chatRoom", "").0, anonymous);
        assert_eq!(ask(&server, "GET /actors?name=chatRoom", &authorization).0, token);
    }
    let output =
        Command::new(program()).args(["--listen", "127.0.0.1:0", "--memory", "--control", "short"]).output();
    let output = output.unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && complaint.contains("is easily guessed"), "{complaint}");
}

#[test]
fn hosts_are_the_names_that_are_answered() {
    for (args, of_name) in [(&["--memory"][..], 403), (&["--memory", "--hosts", "a.example,b.example"], 200)]
    {
        let server = start(args);
        for host in ["a.example", "b.example:80"] {
            assert_eq!(ask_as(host, &server, "GET /health", "").0, of_name, "{host}");
        }
        assert_eq!(ask_as("c.example", &server, "GET /health", "").0, 403);
        assert_eq!(ask(&server, "GET /health", "").0, 200);
    }
}

#[test]
fn memory_and_ephemeral_write_nothing_and_data_does() {
    for (option, is_written) in
        [(&["--memory"][..], false), (&["--ephemeral"], false), (&["--data", "kept"], true)]
    {
        let directory = tempfile::tempdir().unwrap();
        let server = start_in(directory.path(), option);
        assert_eq!(ask(&server, "GET /health", "").0, 200);
        let files = std::fs::read_dir(directory.path()).unwrap().count();
        assert_eq!(files > 0, is_written, "{option:?}");
    }
}

#[tokio::test]
async fn a_room_that_is_not_saved_is_served_under_the_same_name_and_forgets() {
    for (option, remembered) in [(&[][..], 1), (&["--unsaved"], 0)] {
        let directory = tempfile::tempdir().unwrap();
        let args = [&["--data", directory.path().to_str().unwrap()], option].concat();
        let server = start(&args);
        let room = Client::new(&server.url).unwrap().get_or_create::<ChatRoom>("a");
        room.send_message("ann".to_owned(), "hello".to_owned()).await.unwrap();
        assert_eq!(room.get_messages().await.unwrap().len(), 1);
        server.kill();
        let server = start(&args);
        let room = Client::new(&server.url).unwrap().get_or_create::<ChatRoom>("a");
        assert_eq!(room.get_messages().await.unwrap().len(), remembered, "{option:?}");
    }
}

/// By default one address may have 1,000 connections.
#[test]
fn without_limits_one_address_has_as_many_connections_as_it_opens() {
    for (args, is_served) in [(&["--memory"][..], false), (&["--memory", "--limits", "none"], true)] {
        let server = start(args);
        let open = || {
            let mut socket = TcpStream::connect(server.address()).unwrap();
            let request = format!(
                "GET /gateway/chatRoom/connect?rvt-namespace=default&rvt-method=getOrCreate HTTP/1.1\r\nhost: {}\r\n\
                 connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
                 sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-protocol: rivet\r\n\r\n",
                server.address()
            );
            socket.write_all(request.as_bytes()).unwrap();
            let mut answer = Vec::new();
            while !answer.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                socket.read_exact(&mut byte).unwrap();
                answer.push(byte[0]);
            }
            let mut frame = [0];
            socket.read_exact(&mut frame).unwrap();
            (socket, frame[0] & 0x0f)
        };
        let (text, close) = (1, 8);
        let sockets: Vec<_> = (0..1000).map(|_| open()).collect();
        assert!(sockets.iter().all(|(_, frame)| *frame == text));
        assert_eq!(open().1, if is_served { text } else { close }, "{args:?}");
    }
}

fn start_in(directory: &Path, args: &[&str]) -> Process {
    let script = r#"cd "$1" && shift && exec "$@""#;
    let before = ["-c", script, "sh", directory.to_str().unwrap(), program(), "--listen", "127.0.0.1:0"];
    Process::start("sh", &[&before, args].concat())
}
