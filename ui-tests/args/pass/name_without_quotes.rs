// Check that a name in quotes, given once, is the one on the wire, and that without `name` the Rust names are.
// The way out of `actor_argument_twice`, `empty_name` and `name_without_quotes`.

use callboard::{contract::Action as _, prelude::*};

#[derive(Default, Serialize, Deserialize)]
struct ParkingLot {
    cars: u32,
}

#[actor(name = "car-park")]
impl ParkingLot {
    #[action]
    fn drive_in(&mut self) -> u32 {
        self.cars += 1;
        self.cars
    }
}

#[derive(Default, Serialize, Deserialize)]
struct BikeRack;

#[actor]
impl BikeRack {
    #[action(name = "lock up")]
    fn lock(&self) {}
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    assert_eq!((ParkingLot::NAME, BikeRack::NAME), ("car-park", "bikeRack"));
    assert_eq!((ParkingLotAction::TABLE[0].name, BikeRackAction::TABLE[0].name), ("driveIn", "lock up"));
    let registry = Registry::new().in_memory().register::<ParkingLot>().register::<BikeRack>();
    assert_eq!(registry.client().get_or_create::<ParkingLot>("north").drive_in().await?, 1);
    registry.client().get_or_create::<BikeRack>("north").lock().await?;
    registry.stop().await;
    Ok(())
}
