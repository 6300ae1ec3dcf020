//! Node, with the official JavaScript client installed.
//!
//! The client comes from the npm registry, in the version that the lock file pins. The lock leaves out what is
//! optional: binaries of RivetKit's own server, one per platform, which no client needs.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{Mutex, PoisonError},
};

/// Node, in a directory where scripts can import the client.
pub fn node() -> Command {
    install();
    tool("node")
}

/// Installs the client, unless it is there.
fn install() {
    static INSTALLING: Mutex<()> = Mutex::new(());
    let _one_at_a_time = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
    let changed = |path: &str| fs::metadata(directory().join(path)).and_then(|file| file.modified()).ok();
    if changed("node_modules/.package-lock.json") >= changed("package-lock.json") {
        return;
    }
    let status = tool("npm")
        .args(["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"])
        .status()
        .unwrap_or_else(|error| panic!("`npm` cannot be run, and this test needs it: {error}"));
    assert!(status.success(), "`npm ci` did not install the JavaScript client");
}

fn tool(name: &str) -> Command {
    let mut command = Command::new(name);
    command.current_dir(directory());
    command
}

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("interop")
}
