//! A chat room with a page: run it, open the address that it prints in two tabs, and talk.
//!
//! ```text
//! cargo run --example chat_room
//! ```
//!
//! What happens there is in the log, of which `RUST_LOG` says how much to show, and with `--metrics` at `/metrics`.
//!
//! The actor is in `chat.rs`. The page speaks the same protocol as every other client, `chat_client` for example.

mod chat;

use std::{io::IsTerminal, net::SocketAddr, path::PathBuf};

use axum::{Router, http::header, routing::get};
use callboard::Registry;
use clap::Parser;
use tokio::net::TcpListener;
use tracing_subscriber::filter::{EnvFilter, LevelFilter};

use chat::ChatRoom;

/// A chat room: serves the page and the actor behind it.
#[derive(Debug, Parser)]
#[command(name = "chat_room")]
struct Args {
    /// The address to listen on
    #[arg(short, long, value_name = "ADDR", default_value = "127.0.0.1:6420")]
    listen: SocketAddr,

    /// The port to listen on, in place of the one in ADDR; 0 takes any that is free
    #[arg(short, long)]
    port: Option<u16>,

    /// Where the rooms are kept
    #[arg(short, long, value_name = "DIR", default_value = "callboard-data")]
    data: PathBuf,

    /// Serve metrics for Prometheus at /metrics
    #[arg(short, long)]
    metrics: bool,
}

#[tokio::main]
async fn main() -> callboard::Result<()> {
    let args = Args::parse();
    // What there is to log is `RUST_LOG`'s to say: `RUST_LOG=info,callboard::access=off`, `RUST_LOG=callboard=trace`.
    let filter = EnvFilter::builder().with_default_directive(LevelFilter::INFO.into()).from_env_lossy();
    // Without `log_internal_errors`: once nobody reads it any more, a line of the log is lost, and panics nowhere.
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .log_internal_errors(false);
    log.with_ansi(std::io::stderr().is_terminal()).init();

    let mut address = args.listen;
    address.set_port(args.port.unwrap_or(address.port()));
    let listener = TcpListener::bind(address).await.map_err(|error| cannot_listen(address, &error))?;
    let stop = callboard::server::shutdown_signal();
    println!("The chat room is open: {}", url(listener.local_addr()?));

    let mut registry = Registry::new().data_dir(args.data).register::<ChatRoom>().merge(page());
    if args.metrics {
        registry = registry.prometheus();
    }
    registry.serve_listener(listener, stop).await
}

/// The files of the page, which are compiled in.
fn page() -> Router {
    let file = |kind: &'static str, content: &'static str| {
        let headers = [
            (header::CONTENT_TYPE, kind),
            (header::CACHE_CONTROL, "no-cache"),
            // The page loads nothing from elsewhere, so neither can anything that got into it.
            (header::CONTENT_SECURITY_POLICY, "default-src 'self'; img-src data:; base-uri 'none'"),
        ];
        get(async move || (headers, content))
    };
    Router::new()
        .route("/", file("text/html; charset=utf-8", include_str!("page/index.html")))
        .route("/chat.js", file("text/javascript; charset=utf-8", include_str!("page/chat.js")))
        .route("/callboard.js", file("text/javascript; charset=utf-8", include_str!("page/callboard.js")))
        .route("/style.css", file("text/css; charset=utf-8", include_str!("page/style.css")))
}

/// Where a browser on this machine finds the page.
fn url(address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        return format!("http://localhost:{}/", address.port());
    }
    format!("http://{address}/")
}

fn cannot_listen(address: SocketAddr, error: &std::io::Error) -> callboard::Error {
    let hint = if error.kind() == std::io::ErrorKind::AddrInUse {
        "; choose another port, or `--port 0` for any that is free"
    } else {
        ""
    };
    callboard::Error::msg(format_args!("cannot listen on {address}: {error}{hint}"))
}
