// Check that an action whose name the clients have is another method, and keeps its name on the wire.

use callboard::{contract::Action as _, prelude::*};

#[derive(Default, Serialize, Deserialize)]
struct Switchboard {
    lines: Vec<String>,
}

#[actor]
impl Switchboard {
    #[action(name = "connect")]
    fn connect_line(&mut self, number: String) -> usize {
        self.lines.push(number);
        self.lines.len()
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    assert_eq!(SwitchboardAction::TABLE[0].name, "connect");
    let registry = Registry::new().in_memory().register::<Switchboard>();
    let board = registry.client().get_or_create::<Switchboard>("town");
    assert_eq!(board.connect_line("555 1".to_owned()).await?, 1);
    assert_eq!(board.connect().connect_line("555 2".to_owned()).await?, 2);
    registry.stop().await;
    Ok(())
}
