//! How many lines a crate has once its macros are expanded.

use std::{path::Path, process::Command};

/// The lines of a source, in prettyplease's format.
pub fn lines(source: &str) -> usize {
    let file = syn::parse_file(source).expect("Rust that syn can read");
    prettyplease::unparse(&file).lines().filter(|line| !line.trim().is_empty()).count()
}

/// The lines of a package, as rustc sees them.
pub fn expanded_lines(workspace: &Path, package: &str) -> usize {
    let output = Command::new(env!("CARGO"))
        .args(["rustc", "--quiet", "--profile", "check", "--package", package, "--", "-Zunpretty=expanded"])
        .current_dir(workspace)
        // A flag of the nightly compiler, which the stable one has too.
        .env("RUSTC_BOOTSTRAP", "1")
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    lines(&String::from_utf8(output.stdout).expect("rustc prints text"))
}
