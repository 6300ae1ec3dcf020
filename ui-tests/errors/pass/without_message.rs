// Check that an error has a message by `thiserror::Error`, or by a `Display` of its own, and that clients get it.

use std::fmt;

use callboard::prelude::*;

#[derive(Debug, thiserror::Error, ActorError)]
enum OvenError {
    #[error("it has {0} degrees already")]
    TooHot(u16),
}

#[derive(Debug, ActorError)]
struct DoorOpen;

impl fmt::Display for DoorOpen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("close the door first")
    }
}

impl std::error::Error for DoorOpen {}

#[derive(Default, Serialize, Deserialize)]
struct Oven;

#[actor]
impl Oven {
    #[action]
    fn heat(&mut self, degrees: u16) -> Result<(), OvenError> {
        Err(OvenError::TooHot(degrees))
    }

    #[action]
    fn start(&mut self) -> Result<(), DoorOpen> {
        Err(DoorOpen)
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Oven>();
    let oven = registry.client().get_or_create::<Oven>("kitchen");
    assert_eq!(oven.heat(300).await.expect_err("hot").to_string(), "it has 300 degrees already");
    assert_eq!(oven.start().await.expect_err("open").to_string(), "close the door first");
    registry.stop().await;
    Ok(())
}
