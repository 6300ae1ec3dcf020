//! Votes in a poll that another program runs, and shows how it stands.
//!
//! ```text
//! cargo run -p split-server
//! cargo run -p split-client -- ann noodles
//! ```
//!
//! This build has the poll's types and signatures, but not its bodies, and nothing of what runs them.

use callboard::{CallError, Client};
use split_shared::{NewPoll, Poll, Voted, Voter};

#[tokio::main]
async fn main() -> callboard::Result<()> {
    let mut args = std::env::args().skip(1);
    let (Some(name), Some(option)) = (args.next(), args.next()) else {
        return Err(callboard::Error::msg("usage: split-client NAME OPTION [URL]"));
    };
    let url = args.next().unwrap_or_else(|| "http://127.0.0.1:6420".to_owned());

    let options = ["noodles", "soup", "salad"].map(str::to_owned).to_vec();
    let poll = Client::new(&url)?.get_or_create_with::<Poll>("lunch", NewPoll { options })?;
    let conn = poll.connect(Voter { name });
    conn.on(|voted: Voted| println!("{} has voted: {:?}", voted.name, voted.tally));

    match conn.vote(option).await {
        Ok(votes) => println!("your vote makes {votes}"),
        Err(CallError::Action(why)) => println!("your vote does not count: {why}"),
        Err(error) => return Err(error.into()),
    }
    println!("it stands at {:?}", conn.tally().await?);
    conn.close().await;
    Ok(())
}
