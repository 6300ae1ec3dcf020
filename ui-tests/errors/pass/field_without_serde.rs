// Check that a field is shown to clients once serde can carry it, and that an error with one it cannot is hidden.

use callboard::prelude::*;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Seat {
    row: u8,
}

#[derive(Debug, thiserror::Error, ActorError)]
enum BookingError {
    #[error("row {} is taken", seat.row)]
    Taken { seat: Seat },
    #[error("not saved: {0}")]
    #[actor_error(internal)]
    NotSaved(#[from] std::io::Error),
}

#[derive(Default, Serialize, Deserialize)]
struct Cinema;

#[actor]
impl Cinema {
    #[action]
    fn book(&self, row: u8) -> Result<(), BookingError> {
        Err(BookingError::Taken { seat: Seat { row } })
    }

    #[action]
    fn save(&self) -> Result<(), BookingError> {
        Err(std::io::Error::other("the disk is called /dev/secret"))?
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Cinema>();
    let cinema = registry.client().get_or_create::<Cinema>("odeon");
    let taken = cinema.book(7).await.err().and_then(CallError::action);
    assert!(matches!(taken, Some(BookingError::Taken { seat: Seat { row: 7 } })));
    let hidden = cinema.save().await.expect_err("it fails");
    assert!(!hidden.to_string().contains("secret"));
    registry.stop().await;
    Ok(())
}
