//! Serves the chat room of the conformance driver, and an actor that takes its time, and says where.

use std::{env, process::ExitCode};

use callboard::{Limits, Registry};
use callboard_tests::{
    chat_room::{ChatRoom, UnsavedChatRoom},
    slowpoke::Slowpoke,
};
use tokio::net::TcpListener;

const HELP: &str = "\
Serves the `chatRoom` actor that the RivetKit conformance driver expects.

Usage: conformance-server [--listen ADDR] [--data DIR | --memory] [--unsaved] [--control TOKEN]
                          [--hosts LIST] [--limits none] [--requests-per-second N]

  --listen ADDR     where to listen [default: 127.0.0.1:6420]; port 0 takes a free one
  --data DIR        where to keep actors, in a SQLite file [default: callboard-data]
  --memory          keep actors in memory only; `--ephemeral` is the same
  --unsaved         serve a room that is not saved at all, as `#[actor(ephemeral)]` makes one
  --control TOKEN   let whoever sends this token list and destroy actors [default: nobody]
  --hosts LIST      names that the server answers to beside those of this machine, with commas between them
  --limits none     for loads from one address: any number of sockets and of connections, of one address and in all,
                    and any number of bytes held for them
  --requests-per-second N   how many of one address are answered [default: all]
  --help            print this

Prints one line with the address it listens on, and serves until SIGINT or SIGTERM.";

#[tokio::main]
async fn main() -> ExitCode {
    let settings = match parse(env::args().skip(1)) {
        Ok(Some(settings)) => settings,
        Ok(None) => {
            say(HELP);
            return ExitCode::SUCCESS;
        }
        Err(mistake) => {
            complain(&format!("{mistake}\n\n{HELP}"));
            return ExitCode::from(2);
        }
    };
    match serve(&settings).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("{}: {error}", settings.listen));
            ExitCode::FAILURE
        }
    }
}

struct Settings {
    listen: String,
    /// `None`: in memory.
    data: Option<String>,
    unsaved: bool,
    control: Option<String>,
    hosts: Vec<String>,
    limits: Limits,
}

/// What the arguments say; `None` for somebody who asks for help.
fn parse(mut args: impl Iterator<Item = String>) -> Result<Option<Settings>, String> {
    let mut settings = Settings {
        listen: "127.0.0.1:6420".to_owned(),
        data: Some("callboard-data".to_owned()),
        unsaved: false,
        control: None,
        hosts: Vec::new(),
        limits: Limits::new(),
    };
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--help" | "-h" => return Ok(None),
            "--listen" => settings.listen = args.next().ok_or("`--listen` needs an address")?,
            "--data" => settings.data = Some(args.next().ok_or("`--data` needs a directory")?),
            "--memory" | "--ephemeral" => settings.data = None,
            "--unsaved" => settings.unsaved = true,
            "--control" => settings.control = Some(args.next().ok_or("`--control` needs a token")?),
            "--hosts" => {
                let list = args.next().ok_or("`--hosts` needs names")?;
                settings.hosts = list.split(',').map(str::to_owned).collect();
            }
            "--limits" => match args.next().as_deref() {
                Some("none") => settings.limits = unlimited(settings.limits),
                _ => return Err("`--limits` can be `none`".to_owned()),
            },
            "--requests-per-second" => {
                let number = args.next().and_then(|number| number.parse().ok());
                let number = number.ok_or("`--requests-per-second` needs a number")?;
                settings.limits = settings.limits.requests_per_second(number);
            }
            _ => return Err(format!("unknown argument `{arg}`")),
        }
    }
    Ok(Some(settings))
}

/// Without the limits on how many peers there are, and on what is held for them.
fn unlimited(limits: Limits) -> Limits {
    let limits = limits.sockets(usize::MAX).sockets_per_address(usize::MAX);
    let limits = limits.connections(usize::MAX).connections_per_address(usize::MAX);
    let limits = limits.reads_in_flight_per_address(usize::MAX);
    let limits = limits.actors_awake(0).actors_made_per_second(0).actors_made_per_second_per_address(0);
    limits.buffered(usize::MAX).buffered_per_address(usize::MAX)
}

async fn serve(settings: &Settings) -> callboard::Result<()> {
    let registry = Registry::new().register::<Slowpoke>().limits(settings.limits.clone());
    let registry = if settings.unsaved {
        registry.register::<UnsavedChatRoom>()
    } else {
        registry.register::<ChatRoom>()
    };
    let registry = match &settings.control {
        Some(token) => registry.control(token),
        None => registry,
    };
    let registry = if settings.hosts.is_empty() { registry } else { registry.hosts(&settings.hosts) };
    let registry = match &settings.data {
        Some(directory) => registry.data_dir(directory),
        None => registry.in_memory(),
    };
    let listener = TcpListener::bind(&settings.listen).await?;
    // Whoever reads the line may stop it at once.
    let stop = callboard::server::shutdown_signal();
    say(&format!("listening on http://{}", listener.local_addr()?));
    registry.serve_listener(listener, stop).await
}

#[allow(clippy::print_stdout, reason = "this is what the program is for")]
fn say(line: &str) {
    println!("{line}");
}

#[allow(clippy::print_stderr, reason = "this is a program")]
fn complain(line: &str) {
    eprintln!("{line}");
}
