//! What README.md shows is what happens: its program, its errors, its JavaScript and its first command.
#![allow(clippy::unwrap_used)]
// Its code prints, as examples do.
#![allow(clippy::print_stdout)]

use std::{collections::BTreeSet, fs, path::Path, process::Stdio, time::Duration};

use callboard::prelude::*;
use callboard_tests::{World, in_time, javascript::node};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    process::{Child, Command},
};

/// The first program in README.md, which the build script took out of it.
#[allow(dead_code, unreachable_pub)]
mod program {
    include!(concat!(env!("OUT_DIR"), "/readme.rs"));
}

#[tokio::test]
async fn the_javascript_client_talks_to_the_program() {
    let world = World::network(Registry::new().in_memory().register::<program::ChatRoom>()).await;
    let script = block("js", "").replace("http://127.0.0.1:6420", world.url.as_ref().unwrap());
    let node = move || node().args(["--input-type=module", "--eval", &script]).output().unwrap();
    let said = tokio::task::spawn_blocking(node).await.unwrap();
    let complaints = String::from_utf8_lossy(&said.stderr);
    assert_eq!(String::from_utf8_lossy(&said.stdout), "1: hello from JavaScript\n", "{complaints}");
    world.stop().await;
}

#[tokio::test]
async fn the_program_goes_on_from_what_it_saved_when_it_is_started_again() {
    let directory = tempfile::tempdir().unwrap();
    for greeting in ["1: hello", "2: hello"] {
        let mut server = start(directory.path());
        assert_eq!(says(&mut server).await, [greeting, "answered"]);
        server.kill().await.unwrap();
    }
}

#[tokio::test]
async fn the_program_started_twice_at_a_time_says_why_the_second_cannot_run() {
    let directory = tempfile::tempdir().unwrap();
    let mut first = start(directory.path());
    assert_eq!(says(&mut first).await, ["1: hello", "answered"]);

    let second = in_time(start(directory.path()).wait_with_output()).await.unwrap();
    assert!(!second.status.success());
    let complaint = String::from_utf8(second.stderr).unwrap();
    // Wherever it is started: the whole path.
    let store = directory.path().canonicalize().unwrap().join("callboard-data").join("callboard.db");
    let reason = format!(
        "Error: The store is unavailable: the store `{}` is in use by another process",
        store.display()
    );
    assert!(complaint.starts_with(&reason), "{complaint}");
    assert_eq!(complaint.lines().count(), 1, "{complaint}");
}

#[test]
fn the_first_program_fits_on_a_screen() {
    assert!(block("rust,no_run", "").lines().count() <= 25);
}

#[test]
fn the_errors_are_those_that_rustc_prints_for_the_program_with_mistakes_in_it() {
    let case = fs::read_to_string(root().join("ui-tests/readme/fail/mistyped_event.rs")).unwrap();
    let printed = fs::read_to_string(root().join("ui-tests/readme/fail/mistyped_event.stderr")).unwrap();
    let printed = printed.replace("readme/fail/mistyped_event.rs", "src/main.rs");
    let shown = block("text", "error[");
    for error in shown.split("\n\n") {
        assert!(printed.contains(error.trim_end()), "rustc does not print\n{error}\nbut\n{printed}");
    }
    // The first line of a case says, in a comment at its end, what it checks.
    for (line, told) in block("rust,no_run", "").lines().zip(case.lines()).skip(1) {
        let is_mistake = || shown.contains(told.trim()) || printed.contains(told.trim());
        assert!(line == told || is_mistake(), "the case has `{told}`, README.md has `{line}`");
    }
}

/// rustdoc and a registry show the page elsewhere, where a path of the repository leads nowhere.
#[test]
fn every_link_leads_somewhere_wherever_the_page_is_shown() {
    for page in ["README.md", "macros/README.md"] {
        let text = fs::read_to_string(root().join(page)).unwrap();
        // Code has brackets of its own.
        let prose: String = text.split("```").step_by(2).collect();
        let anchors: BTreeSet<_> =
            prose.lines().filter_map(|line| line.strip_prefix("## ")).map(anchor).collect();
        let links = prose.split("](").skip(1).map(|link| link.split(')').next().unwrap());
        let dead: Vec<_> =
            links.filter(|link| !link.starts_with("https://") && !anchors.contains(*link)).collect();
        assert!(dead.is_empty(), "{page} has links that lead nowhere in other places: {dead:?}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn the_first_command_starts_a_chat_room_that_ends_when_it_is_told_to() {
    let shell = block("sh", "cargo run");
    let command = shell.lines().next().unwrap().split('#').next().unwrap();
    let mut words = command.split_whitespace();
    assert_eq!(words.next(), Some("cargo"));
    // `cargo run` becomes the program, so the process is the server itself.
    let mut server = Command::new(env!("CARGO"))
        .args(words)
        .args(["--quiet", "--", "--listen", "127.0.0.1:0", "--data"])
        .arg(std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("readme-rooms"))
        .current_dir(root())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
    let built = Duration::from_mins(10);
    let line =
        tokio::time::timeout(built, lines.next_line()).await.unwrap().unwrap().expect("it says where it is");
    let (_, address) =
        line.split_once("http://").unwrap_or_else(|| panic!("there is no address in `{line}`"));
    let page = in_time(get(address.trim_end_matches('/'))).await;
    assert!(page.starts_with("HTTP/1.1 200 OK\r\n"), "{page}");

    let id = server.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().await.unwrap().success());
    assert!(in_time(server.wait()).await.unwrap().success(), "it ends as it should");
}

/// The first program, in a directory of its own.
fn start(directory: &Path) -> Child {
    let mut program = Command::new(env!("CARGO_BIN_EXE_readme"));
    program.current_dir(directory).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    program.spawn().unwrap()
}

/// What it has heard, which may not be saved yet, and that its call was answered: then it is.
async fn says(program: &mut Child) -> [String; 2] {
    let mut lines = BufReader::new(program.stdout.as_mut().unwrap()).lines();
    let mut next = async || in_time(lines.next_line()).await.unwrap().expect("it prints a line");
    [next().await, next().await]
}

/// What a link to this heading is.
fn anchor(heading: &str) -> String {
    let text = heading.to_lowercase().replace(' ', "-");
    format!("#{}", text.replace(|letter: char| !letter.is_alphanumeric() && letter != '-', ""))
}

/// The whole response to `GET /`.
async fn get(address: &str) -> String {
    let mut socket = TcpStream::connect(address).await.unwrap();
    let request = format!("GET / HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut response = String::new();
    socket.read_to_string(&mut response).await.unwrap();
    response
}

/// The first code block of README.md in this language that begins so.
fn block(language: &str, begin: &str) -> String {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let (_, rest) = readme.split_once(&format!("```{language}\n{begin}")).unwrap();
    let (block, _) = rest.split_once("```").unwrap();
    format!("{begin}{block}")
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}
