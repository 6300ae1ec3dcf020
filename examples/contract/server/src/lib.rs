//! What an auction remembers, and how it decides.

use callboard::prelude::*;
use contract_shared::{Auction, AuctionError, Bidder, Lot, Raised};

/// An auction that goes to the highest bid.
#[derive(Debug, Serialize, Deserialize)]
pub struct English {
    lot: Lot,
    bids: Vec<(String, u32)>,
}

#[actor(sleep_timeout = "10m")]
impl Auction for English {
    #[on_create]
    fn open(lot: Lot) -> Self {
        Self { lot, bids: Vec::new() }
    }

    /// The state of a connection is its bidder's name.
    #[on_before_connect]
    fn admit(&self, bidder: Bidder) -> String {
        bidder.name
    }

    async fn bid(&mut self, ctx: &Ctx<Self>, conn: &Conn<Self>, amount: u32) -> Result<(), AuctionError> {
        let least = self.bids.last().map_or(self.lot.reserve, |(_, highest)| highest + 1);
        if amount < least {
            return Err(AuctionError::TooLow { least });
        }
        let by = conn.state().to_string();
        ctx.broadcast(&Raised { by: by.clone(), to: amount });
        self.bids.push((by, amount));
        Ok(())
    }

    fn title(&self) -> String {
        self.lot.title.clone()
    }

    fn highest(&self) -> Option<(String, u32)> {
        self.bids.last().cloned()
    }
}
