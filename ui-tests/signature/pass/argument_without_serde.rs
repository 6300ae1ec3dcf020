// Check that an argument and a reply travel once serde can carry them and what is in them.
// The way out of `argument_without_serde` and `reply_without_serde`.

use callboard::prelude::*;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Pin(Vec<Digit>);

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Digit(u8);

#[derive(Default, Serialize, Deserialize)]
struct Safe {
    pin: Option<Pin>,
}

#[actor]
impl Safe {
    #[action]
    fn set(&mut self, pin: Pin) -> Option<Pin> {
        self.pin.replace(pin)
    }

    #[action]
    async fn forgotten(&self) -> Result<Pin, std::io::Error> {
        self.pin.clone().ok_or_else(|| std::io::Error::other("it was never set"))
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Safe>();
    let safe = registry.client().get_or_create::<Safe>("office");
    assert!(safe.forgotten().await.is_err());
    let pin = Pin(vec![Digit(4), Digit(2)]);
    assert_eq!(safe.set(pin.clone()).await?, None);
    assert_eq!(safe.forgotten().await?, pin);
    registry.stop().await;
    Ok(())
}
