//! RivetKit's own Rust client, unmodified, against a callboard server: actions, keys, connections, events, raw requests,
//! raw sockets and queues, in every encoding.
//!
//! It is built on the way: see `tests/rust-client/Cargo.toml`.

use std::{env, path::Path, process::Command};

use callboard_tests::Process;

/// How many tests it has.
const CHECKS: usize = 6;

#[test]
fn rivetkits_rust_client_is_served() {
    let program = Path::new(env!("CARGO_BIN_EXE_conformance-server"));
    let server = Process::start(&program.to_string_lossy(), &["--listen", "127.0.0.1:0", "--ephemeral"]);
    // Beside what is built for the workspace, so that it goes with it.
    let target = program.ancestors().nth(2).expect("the program is in target/debug").join("rust-client");
    let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["test", "--locked", "--manifest-path"])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("rust-client/Cargo.toml"))
        .arg("--target-dir")
        .arg(target)
        .env("ENDPOINT", &server.url)
        .output()
        .expect("cargo can be run");
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains(&format!("test result: ok. {CHECKS} passed; 0 failed")),
        "it did not pass {CHECKS} checks:\n{said}\n{complained}"
    );
}
