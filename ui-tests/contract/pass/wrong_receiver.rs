// Check that the contract says what writes and what awaits, and that the actor follows it.
// The way out of `async_or_not` and `wrong_receiver`.

use callboard::prelude::*;

#[actor]
pub trait TicketMachine {
    /// Writes, and may await.
    async fn draw(&mut self) -> u32;

    /// Reads, and does not.
    fn waiting(&self) -> u32;
}

#[derive(Default, Serialize, Deserialize)]
struct Office {
    last: u32,
}

#[actor]
impl TicketMachine for Office {
    async fn draw(&mut self) -> u32 {
        tokio::task::yield_now().await;
        self.last += 1;
        self.last
    }

    fn waiting(&self) -> u32 {
        self.last
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Office>();
    let machine = registry.client().get_or_create::<TicketMachineContract>("hall");
    assert_eq!((machine.draw().await?, machine.draw().await?), (1, 2));
    assert_eq!(machine.waiting().await?, 2);
    registry.stop().await;
    Ok(())
}
