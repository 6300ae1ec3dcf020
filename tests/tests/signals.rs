//! A served process and its signals: the first one stops it gracefully, the second one at once.

#![cfg(unix)]

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use callboard_tests::Process;

/// A connection whose client will never say goodbye.
const HANDSHAKE: &str = "GET /gateway/chatRoom/connect?rvt-namespace=default&rvt-method=getOrCreate HTTP/1.1\r\n\
    host: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
    sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

fn start() -> Process {
    Process::start(env!("CARGO_BIN_EXE_conformance-server"), &["--listen", "127.0.0.1:0", "--ephemeral"])
}

/// Opens a connection, and waits until it is open.
fn connect(server: &Process) -> TcpStream {
    let mut socket = TcpStream::connect(server.address()).expect("it listens");
    socket.write_all(HANDSHAKE.as_bytes()).expect("it reads");
    let mut said = Vec::<u8>::new();
    while !said.windows(6).any(|part| part == b"\"Init\"") {
        let mut bytes = [0; 1024];
        let length = socket.read(&mut bytes).expect("it answers");
        assert!(length > 0, "it closed the connection");
        said.extend(&bytes[..length]);
    }
    socket
}

/// Waits until the server closes the connection, because it stops.
fn hear_goodbye(socket: &mut TcpStream) {
    let mut goodbye = [0; 29];
    socket.read_exact(&mut goodbye).expect("the server closes the connection");
    assert_eq!(&goodbye, b"\x88\x1b\x03\xf3guard.service_unavailable");
}

#[test]
fn one_signal_stops_a_server_gracefully() {
    for name in ["-INT", "-TERM"] {
        let mut server = start();
        let mut socket = connect(&server);
        server.signal(name);
        hear_goodbye(&mut socket);
        drop(socket);
        assert!(server.ends_within(Duration::from_secs(5)).success());
    }
}

/// A supervisor that changes its mind: no signal falls between the line and the first time that it is listened to.
#[test]
fn a_server_that_says_it_listens_can_be_stopped_at_once() {
    for _ in 0..20 {
        let mut server = start();
        server.signal("-TERM");
        assert!(server.ends_within(Duration::from_secs(5)).success());
    }
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let mut server = start();
    let mut socket = connect(&server);
    server.signal("-TERM");
    // It has heard the first one, and waits for a goodbye that does not come.
    hear_goodbye(&mut socket);
    assert!(server.is_running());
    server.signal("-TERM");
    assert_eq!(server.ends_within(Duration::from_secs(1)).code(), Some(130));
    drop(socket);
}
