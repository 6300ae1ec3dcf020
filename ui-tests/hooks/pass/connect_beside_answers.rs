// Check the ways out: an error refuses, and a yes or no that is the connection's state is in a struct.

use callboard::prelude::*;

#[derive(Debug, thiserror::Error, ActorError)]
#[error("not for you")]
struct Refused;

#[derive(Default, Serialize, Deserialize)]
struct Counter;

#[actor]
impl Counter {
    #[on_before_connect]
    fn check(caller: &Caller) -> Result<(), Refused> {
        if caller.key().to_string() == "ann" { Ok(()) } else { Err(Refused) }
    }
}

#[derive(Serialize, Deserialize)]
struct Visitor {
    is_member: bool,
    table: Option<u8>,
}

#[derive(Default, Serialize, Deserialize)]
struct Stopwatch;

#[actor]
impl Stopwatch {
    #[on_before_connect]
    fn check(name: Option<String>) -> Visitor {
        Visitor { is_member: name.is_some(), table: None }
    }

    #[action]
    fn is_member(&self, conn: &Conn<Self>) -> bool {
        conn.state().is_member && conn.state().table.is_none()
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Counter>().register::<Stopwatch>();
    let client = registry.client();
    client.get_or_create::<Counter>("ann").connect().opened().await?;
    assert!(client.get_or_create::<Counter>("bob").connect().opened().await.is_err());
    let stopwatch = client.get_or_create::<Stopwatch>("x");
    assert!(stopwatch.connect(Some("ann".to_owned())).is_member().await?);
    assert!(!stopwatch.connect(None).is_member().await?);
    registry.stop().await;
    Ok(())
}
