//! Takes the program out of README.md, so that the tests can run it.

use std::{env, fs, path::Path};

fn main() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    println!("cargo::rerun-if-changed={}", readme.display());
    let text = fs::read_to_string(readme).expect("there is a README.md");
    let (_, program) = text.split_once("```rust,no_run\n").expect("README.md begins with a program");
    let (program, _) = program.split_once("```").expect("and the program ends");
    let out = env::var("OUT_DIR").expect("cargo says where to write");
    let write = |name, text: &str| fs::write(Path::new(&out).join(name), text).expect("it is written");
    write("readme.rs", program);
    // For a process of its own, which must not take the port of another one, and says when its call is answered.
    let serve = "registry.serve(\"127.0.0.1:6420\")";
    assert!(program.contains(serve), "the program serves");
    let any_port = "{ println!(\"answered\"); registry.serve(\"127.0.0.1:0\") }";
    write("readme_any_port.rs", &program.replace(serve, any_port));
}
