//! What tests in a real browser need: Chromium, and Node.js with the scripts that drive it.

use std::{
    env,
    path::{Path, PathBuf},
};

use tokio::process::Command;

pub(crate) fn chromium() -> PathBuf {
    find("chromium", "install it (Debian: `apt-get install chromium`)")
}

pub(crate) fn node() -> PathBuf {
    find("node", "install Node.js")
}

/// A script that drives the browser, with what it imports.
pub(crate) async fn driver(script: &str) -> PathBuf {
    let directory = root().join("tests/browser");
    if !directory.join("node_modules/playwright-core").exists() {
        let npm = find("npm", "install it with Node.js");
        let installed =
            Command::new(npm).arg("ci").current_dir(&directory).status().await.expect("npm starts");
        assert!(installed.success(), "`npm ci` failed in {}", directory.display());
    }
    directory.join(script)
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn find(program: &str, way_out: &str) -> PathBuf {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut candidates = env::split_paths(&path).map(|directory| directory.join(program));
    candidates
        .find(|file| file.is_file())
        .unwrap_or_else(|| panic!("`{program}` is not on the PATH: {way_out}"))
}
