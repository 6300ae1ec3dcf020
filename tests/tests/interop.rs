//! The official JavaScript client, unmodified, against a callboard server: every check of the conformance driver, in
//! every encoding.
//!
//! Needs Node and npm.

use callboard_tests::{Process, javascript::node};

/// How many checks the driver has.
const CHECKS: usize = 41;

/// How many the driver of raw requests and raw sockets has.
const RAW_CHECKS: usize = 8;

/// How many the driver of queues has.
const QUEUE_CHECKS: usize = 8;

#[test]
fn the_javascript_client_is_served_in_json() {
    assert_passes("run.mjs", CHECKS, "json");
}

#[test]
fn the_javascript_client_is_served_in_cbor() {
    assert_passes("run.mjs", CHECKS, "cbor");
}

#[test]
fn the_javascript_client_is_served_in_bare() {
    assert_passes("run.mjs", CHECKS, "bare");
}

#[test]
fn the_javascript_client_sends_raw_requests_and_opens_raw_sockets() {
    assert_passes("raw.mjs", 3 * RAW_CHECKS, "json,cbor,bare");
}

#[test]
fn the_javascript_client_sends_messages_to_queues() {
    assert_passes("queues.mjs", 3 * QUEUE_CHECKS, "json,cbor,bare");
}

/// A server looks at the name that it is reached by.
#[test]
fn the_javascript_client_is_served_at_localhost_too() {
    assert_passes_at("localhost", "run.mjs", CHECKS, "json");
}

fn assert_passes(driver: &str, checks: usize, encodings: &str) {
    assert_passes_at("127.0.0.1", driver, checks, encodings);
}

fn assert_passes_at(host: &str, driver: &str, checks: usize, encodings: &str) {
    let program = env!("CARGO_BIN_EXE_conformance-server");
    let server = Process::start(program, &["--listen", "127.0.0.1:0", "--ephemeral"]);
    let endpoint = server.url.replace("127.0.0.1", host);
    let output = node()
        .arg(driver)
        .env("ENDPOINT", &endpoint)
        .env("ENCODINGS", encodings)
        .env("STRICT", "1")
        .output()
        .unwrap_or_else(|error| panic!("`node` cannot be run, and this test needs Node: {error}"));
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.ends_with(&format!("\n{checks} passed, 0 failed\n")),
        "`{driver}` did not pass {checks} of {checks} checks in {encodings}:\n{said}\n{complained}"
    );
}
