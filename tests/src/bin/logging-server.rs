//! Serves the chat room on any port, and logs all that there is to standard error: each line, and the beginning, the turns
//! and the end of each span. Its subscriber panics when it cannot write.

use callboard::Registry;
use callboard_tests::chat_room::ChatRoom;
use tokio::net::TcpListener;
use tracing_subscriber::{filter::LevelFilter, fmt::format::FmtSpan};

#[tokio::main]
async fn main() -> callboard::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let stop = callboard::server::shutdown_signal();
    #[allow(clippy::print_stdout, reason = "this is how its caller finds it")]
    {
        println!("listening on http://{}", listener.local_addr()?);
    }
    tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_span_events(FmtSpan::FULL)
        .with_writer(std::io::stderr)
        .init();
    Registry::new().in_memory().register::<ChatRoom>().serve_listener(listener, stop).await
}
