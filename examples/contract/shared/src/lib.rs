//! An auction, as its clients see it: a contract that is a trait. What an auction remembers, and how it decides, is in
//! the server's crate alone.

use callboard::prelude::*;

/// What is sold: what an auction is made from.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Lot {
    /// What it is.
    pub title: String,
    /// What it must bring at least.
    pub reserve: u32,
}

/// Who bids: what a client passes to `connect`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Bidder {
    /// The bidder's name.
    pub name: String,
}

/// Somebody bids more than everybody before: the event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Raised {
    /// Who does.
    pub by: String,
    /// How much.
    pub to: u32,
}

/// Why a bid does not count.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, ActorError)]
pub enum AuctionError {
    /// It is no more than what is there already.
    #[error("a bid must be at least {least}")]
    TooLow {
        /// What would do.
        least: u32,
    },
}

/// An auction of one lot.
#[actor(events(Raised), params = Bidder, input = Lot)]
pub trait Auction {
    /// Bids, for as long as the auction lasts.
    async fn bid(&mut self, conn: &Conn<Self>, amount: u32) -> Result<(), AuctionError>;

    /// What is sold.
    fn title(&self) -> String;

    /// The highest bid so far, and whose it is.
    fn highest(&self) -> Option<(String, u32)>;
}
