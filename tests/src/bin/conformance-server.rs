//! Serves the chat room of the conformance driver, and says where.

use std::{env, process::ExitCode};

use callboard::Registry;
use callboard_tests::chat_room::ChatRoom;
use tokio::{net::TcpListener, signal};

const HELP: &str = "\
Serves the `chatRoom` actor that the RivetKit conformance driver expects.

Usage: conformance-server [--listen ADDR]

  --listen ADDR   where to listen [default: 127.0.0.1:6420]; port 0 takes a free one
  --help          print this

Prints one line with the address it listens on, and serves until SIGINT.";

#[tokio::main]
async fn main() -> ExitCode {
    let listen = match parse(env::args().skip(1)) {
        Ok(Some(listen)) => listen,
        Ok(None) => {
            say(HELP);
            return ExitCode::SUCCESS;
        }
        Err(mistake) => {
            complain(&format!("{mistake}\n\n{HELP}"));
            return ExitCode::from(2);
        }
    };
    match serve(&listen).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("{listen}: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// Where to listen; `None` for somebody who asks for help.
fn parse(mut args: impl Iterator<Item = String>) -> Result<Option<String>, String> {
    let mut listen = "127.0.0.1:6420".to_owned();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--help" | "-h" => return Ok(None),
            "--listen" => listen = args.next().ok_or("`--listen` needs an address")?,
            _ => return Err(format!("unknown argument `{arg}`")),
        }
    }
    Ok(Some(listen))
}

async fn serve(listen: &str) -> callboard::Result<()> {
    let listener = TcpListener::bind(listen).await?;
    say(&format!("listening on http://{}", listener.local_addr()?));
    let interrupted = async { drop(signal::ctrl_c().await) };
    Registry::new().register::<ChatRoom>().serve_listener(listener, interrupted).await
}

#[allow(clippy::print_stdout, reason = "this is what the program is for")]
fn say(line: &str) {
    println!("{line}");
}

#[allow(clippy::print_stderr, reason = "this is a program")]
fn complain(line: &str) {
    eprintln!("{line}");
}
