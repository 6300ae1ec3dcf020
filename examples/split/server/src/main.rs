//! Runs the poll, for clients that are programs of their own.
//!
//! ```text
//! cargo run -p split-server
//! cargo run -p split-client -- ann noodles
//! ```

use callboard::Registry;
use split_shared::Poll;

#[tokio::main]
async fn main() -> callboard::Result<()> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:6420".to_owned());
    println!("the poll is open on {address}");
    Registry::new().register::<Poll>().serve(address).await
}
