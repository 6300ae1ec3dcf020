//! The official JavaScript client, unmodified, against a callboard server: every check of the conformance driver, in
//! every encoding.
//!
//! Needs Node and npm.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
};

use callboard_tests::javascript::node;

/// How many checks the driver has.
const CHECKS: usize = 41;

#[test]
fn the_javascript_client_is_served_in_json() {
    assert_passes("json");
}

#[test]
fn the_javascript_client_is_served_in_cbor() {
    assert_passes("cbor");
}

#[test]
fn the_javascript_client_is_served_in_bare() {
    assert_passes("bare");
}

fn assert_passes(encoding: &str) {
    let server = Server::start();
    let output = node()
        .arg("run.mjs")
        .env("ENDPOINT", &server.url)
        .env("ENCODINGS", encoding)
        .env("STRICT", "1")
        .output()
        .unwrap_or_else(|error| panic!("`node` cannot be run, and this test needs Node: {error}"));
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.ends_with(&format!("\n{CHECKS} passed, 0 failed\n")),
        "the driver did not pass {CHECKS} of {CHECKS} checks in {encoding}:\n{said}\n{complained}"
    );
}

/// A running conformance server.
struct Server {
    process: Child,
    url: String,
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
        let url = line.trim().strip_prefix("listening on ").expect("it says where it listens").to_owned();
        Self { process, url }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself, which the driver will have noticed.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
