//! The official JavaScript client, unmodified, against a callboard server: every check of the conformance driver, in
//! every encoding.
//!
//! Needs Node and npm.

use callboard_tests::{Process, javascript::node};

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
    let program = env!("CARGO_BIN_EXE_conformance-server");
    let server = Process::start(program, &["--listen", "127.0.0.1:0", "--ephemeral"]);
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
