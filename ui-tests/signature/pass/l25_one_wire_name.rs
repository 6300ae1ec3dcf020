// Check that two actions are two by their methods' names and by their names on the wire.
// The way out of `l25_one_wire_name` and `one_variant`.

use callboard::{contract::Action as _, prelude::*};

#[derive(Default, Serialize, Deserialize)]
struct Sensor {
    x: u64,
    y: u64,
}

#[actor]
impl Sensor {
    #[action]
    fn add(&mut self, x: u64) {
        self.x += x;
    }

    #[action(name = "add-both")]
    fn plus(&mut self, x: u64, y: u64) {
        self.x += x;
        self.y += y;
    }

    #[action]
    fn get_2d(&self) -> (u64, u64) {
        (self.x, self.y)
    }

    #[action(name = "get2D")]
    fn get_flat(&self) -> Vec<u64> {
        vec![self.x, self.y]
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let names: Vec<_> = SensorAction::TABLE.iter().map(|action| action.name).collect();
    assert_eq!(names, ["add", "add-both", "get2d", "get2D"]);
    let registry = Registry::new().in_memory().register::<Sensor>();
    let sensor = registry.client().get_or_create::<Sensor>("roof");
    sensor.add(1).await?;
    sensor.plus(2, 5).await?;
    assert_eq!((sensor.get_2d().await?, sensor.get_flat().await?), ((3, 5), vec![3, 5]));
    registry.stop().await;
    Ok(())
}
