//! Runs the auctions, for clients that are programs of their own.
//!
//! ```text
//! cargo run -p contract-server
//! cargo run -p contract-client -- ann 120
//! ```

use callboard::Registry;
use contract_server::English;

#[tokio::main]
async fn main() -> callboard::Result<()> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:6420".to_owned());
    println!("auctions are held on {address}");
    Registry::new().register::<English>().serve(address).await
}
