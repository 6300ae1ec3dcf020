//! The page of the `chat_room` example in a real browser: the example's own binary, and headless Chromium, in which
//! `browser/drive.mjs` does what people do.
//!
//! It needs Chromium, Node.js and npm, and says so if one of them is missing. Screenshots go to
//! `target/tmp/browser`.

mod chromium;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    time::timeout,
};

/// A build of the example from scratch is not in it.
const PATIENCE: Duration = Duration::from_mins(2);

#[tokio::test]
async fn two_tabs_chat_whisper_refuse_a_taken_name_and_survive_a_restart() {
    let (chromium, node) = (chromium::chromium(), chromium::node());
    let driver = chromium::driver("drive.mjs").await;
    let binary = build_example().await;
    let screenshots = Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser");
    fs::create_dir_all(&screenshots).expect("the target directory is writable");
    // What an earlier run said in these rooms is still there: that is what the store is for.
    let _ = fs::remove_dir_all(data());

    let mut server = Some(Server::start(&binary, 0).await);
    let (url, port) =
        server.as_ref().map(|server| (server.url.clone(), server.port())).expect("it has started");
    let mut browser = Command::new(node)
        .args([driver.as_os_str(), url.as_ref(), chromium.as_os_str(), screenshots.as_os_str()])
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("node starts");
    let mut lines = lines_of(&mut browser);

    let play = async {
        while let Some(line) = lines.next_line().await.expect("the driver speaks UTF-8") {
            match line.as_str() {
                // Dropped, it is killed: no goodbye, no save.
                "stop" => server = None,
                "start" => server = Some(Server::start(&binary, port).await),
                line => panic!("the driver asks for `{line}`"),
            }
        }
        browser.wait().await.expect("node has started")
    };
    let ended = timeout(PATIENCE, play).await.expect("the browser is done in time");
    assert!(ended.success(), "the browser saw something else; screenshots are in {}", screenshots.display());
}

/// The example, running; killed when dropped.
struct Server {
    url: String,
    _process: Child,
}

impl Server {
    async fn start(binary: &Path, port: u16) -> Self {
        let mut process = Command::new(binary)
            .args(["--port", &port.to_string()])
            .arg("--data")
            .arg(data())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the example was built");
        let first = lines_of(&mut process).next_line().await.expect("the example speaks UTF-8");
        let line = first.expect("the example prints where it listens");
        let url = line.find("http://").map(|at| line[at..].to_owned());
        Self { url: url.unwrap_or_else(|| panic!("there is no URL in `{line}`")), _process: process }
    }

    fn port(&self) -> u16 {
        let port = self.url.trim_end_matches('/').rsplit(':').next();
        port.and_then(|port| port.parse().ok()).unwrap_or_else(|| panic!("there is no port in {}", self.url))
    }
}

/// Where the rooms of this test are kept.
fn data() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser-rooms")
}

/// Builds the `chat_room` example, and says where its binary is.
async fn build_example() -> PathBuf {
    let mut cargo = Command::new(env!("CARGO"));
    // The whole workspace has one set of features, so nothing is built twice.
    cargo.args(["build", "--workspace", "--example", "chat_room", "--message-format=json"]);
    let output =
        cargo.current_dir(chromium::root()).stderr(Stdio::inherit()).output().await.expect("cargo starts");
    assert!(output.status.success(), "the example cannot be built");
    let messages = String::from_utf8_lossy(&output.stdout);
    let mut paths = messages.lines().filter_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        (message["target"]["name"] == "chat_room")
            .then(|| message["executable"].as_str().map(PathBuf::from))?
    });
    paths.next_back().expect("cargo names the example's binary")
}

fn lines_of(process: &mut Child) -> Lines<BufReader<ChildStdout>> {
    BufReader::new(process.stdout.take().expect("its stdout is piped")).lines()
}
