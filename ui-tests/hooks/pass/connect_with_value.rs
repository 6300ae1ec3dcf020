// Check that `#[on_connect]` finds what a client passed in `conn.params()`, and what the actor remembers in
// `conn.state()`.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Lobby {
    greetings: Vec<String>,
}

#[actor]
impl Lobby {
    #[on_before_connect]
    fn admit(&self, name: String) -> usize {
        name.len()
    }

    #[on_connect]
    fn joined(&mut self, conn: &Conn<Self>) {
        self.greetings.push(format!("{} has {} letters", conn.params(), conn.state()));
    }

    #[action]
    fn greetings(&self) -> Vec<String> {
        self.greetings.clone()
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Lobby>();
    let lobby = registry.client().get_or_create::<Lobby>("hotel");
    let conn = lobby.connect("eve".to_owned());
    assert_eq!(conn.greetings().await?, ["eve has 3 letters"]);
    registry.stop().await;
    Ok(())
}
