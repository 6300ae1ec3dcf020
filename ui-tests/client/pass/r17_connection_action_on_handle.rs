// Check that an action that takes the calling connection is called on one, which `connect(params)` makes.
// The way out of `r15_missing_params` and `r17_connection_action_on_handle`.

use callboard::prelude::*;

#[derive(Debug, Serialize, Deserialize)]
struct Badge {
    name: String,
    floor: u8,
}

#[derive(Default, Serialize, Deserialize)]
struct Elevator {
    floor: u8,
}

#[actor]
impl Elevator {
    #[on_before_connect]
    fn admit(&self, badge: Badge) -> Badge {
        badge
    }

    #[action]
    fn go_home(&mut self, conn: &Conn<Self>) -> String {
        self.floor = conn.state().floor;
        format!("{} is on {}", conn.params().name, self.floor)
    }

    #[action]
    fn floor(&self) -> u8 {
        self.floor
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Elevator>();
    let elevator = registry.client().get_or_create::<Elevator>("east");
    let conn = elevator.connect(Badge { name: "bo".to_owned(), floor: 9 });
    assert_eq!(conn.go_home().await?, "bo is on 9");
    assert_eq!(elevator.floor().await?, 9);
    registry.stop().await;
    Ok(())
}
