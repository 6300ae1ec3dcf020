//! Bids in an auction that another program runs.
//!
//! ```text
//! cargo run -p contract-server
//! cargo run -p contract-client -- ann 120
//! ```
//!
//! This build knows the contract, and nothing of those who implement it.

use callboard::{CallError, Client};
use contract_shared::{AuctionContract, Bidder, Lot, Raised};

#[tokio::main]
async fn main() -> callboard::Result<()> {
    const USAGE: &str = "usage: contract-client NAME AMOUNT [URL]";
    let mut args = std::env::args().skip(1);
    let (Some(name), Some(amount)) = (args.next(), args.next()) else {
        return Err(callboard::Error::msg(USAGE));
    };
    let amount = amount.parse().map_err(|_| callboard::Error::msg(USAGE))?;
    let url = args.next().unwrap_or_else(|| "http://127.0.0.1:6420".to_owned());

    let lot = Lot { title: "a clock".to_owned(), reserve: 100 };
    let auction = Client::new(&url)?.get_or_create_with::<AuctionContract>("clock", lot)?;
    let conn = auction.connect(Bidder { name });
    println!("for sale: {}", conn.title().await?);
    conn.on(|raised: Raised| println!("{} bids {}", raised.by, raised.to));
    match conn.bid(amount).await {
        Ok(()) => {}
        Err(CallError::Action(why)) => println!("your bid does not count: {why}"),
        Err(error) => return Err(error.into()),
    }
    if let Some((by, amount)) = conn.highest().await? {
        println!("it would go to {by}, for {amount}");
    }
    conn.close().await;
    Ok(())
}
