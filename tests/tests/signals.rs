//! A served process and its signals: the first one stops it gracefully, the second one at once.

#![cfg(unix)]

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Child, Command, ExitStatus, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

/// A connection whose client will never say goodbye.
const HANDSHAKE: &str = "GET /gateway/chatRoom/connect?rvt-namespace=default&rvt-method=getOrCreate HTTP/1.1\r\n\
    host: x\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
    sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start() -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_conformance-server"))
            .args(["--listen", "127.0.0.1:0", "--ephemeral"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let mut line = String::new();
        let said = process.stdout.take().expect("its output is piped");
        BufReader::new(said).read_line(&mut line).expect("the server says where it listens");
        let address = line.trim().rsplit('/').next().expect("a line has an end").to_owned();
        Self { process, address }
    }

    /// Opens a connection, and waits until it is open.
    fn connect(&self) -> TcpStream {
        let mut socket = TcpStream::connect(&self.address).expect("it listens");
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

    fn signal(&self, name: &str) {
        let status = Command::new("kill").args([name, &self.process.id().to_string()]).status();
        assert!(status.expect("`kill` can be run").success());
    }

    fn is_running(&mut self) -> bool {
        self.process.try_wait().expect("it is our child").is_none()
    }

    fn ends_within(&mut self, limit: Duration) -> ExitStatus {
        let began = Instant::now();
        while self.is_running() {
            assert!(began.elapsed() < limit, "it still runs after {limit:?}");
            sleep(Duration::from_millis(10));
        }
        self.process.wait().expect("it is our child")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended by itself, unless a test failed.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn one_signal_stops_a_server_gracefully() {
    for name in ["-INT", "-TERM"] {
        let mut server = Server::start();
        let mut socket = server.connect();
        server.signal(name);
        let mut goodbye = [0; 29];
        socket.read_exact(&mut goodbye).expect("the server closes the connection");
        assert_eq!(&goodbye, b"\x88\x1b\x03\xf3guard.service_unavailable");
        drop(socket);
        assert!(server.ends_within(Duration::from_secs(5)).success());
    }
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let mut server = Server::start();
    let socket = server.connect();
    server.signal("-TERM");
    sleep(Duration::from_millis(500));
    assert!(server.is_running(), "it waits for a goodbye that does not come");
    server.signal("-TERM");
    assert_eq!(server.ends_within(Duration::from_secs(1)).code(), Some(130));
    drop(socket);
}
