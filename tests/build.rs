//! Takes the program out of README.md, so that the tests can run it.

use std::{env, fs, path::Path};

fn main() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    println!("cargo::rerun-if-changed={}", readme.display());
    let text = fs::read_to_string(readme).expect("there is a README.md");
    let (_, program) = text.split_once("```rust,no_run\n").expect("README.md begins with a program");
    let (program, _) = program.split_once("```").expect("and the program ends");
    let out = env::var("OUT_DIR").expect("cargo says where to write");
    fs::write(Path::new(&out).join("readme.rs"), program).expect("the program is written");
}
