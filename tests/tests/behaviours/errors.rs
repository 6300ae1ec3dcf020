//! What callers learn of errors: in the same process more than over the network.
#![allow(clippy::unwrap_used)]

use std::{error::Error as _, io};

use callboard::{
    prelude::*,
    store::{SqliteStore, StoreError},
};
use callboard_tests::{World, both_worlds};
use tempfile::tempdir;
use tokio::net::TcpListener;

#[derive(Debug, thiserror::Error, ActorError)]
enum LampError {
    #[error("the lamp is broken")]
    #[actor_error(internal)]
    Broken(#[source] io::Error),
}

/// An error that is only a text.
#[derive(Debug)]
struct Text;

impl std::fmt::Display for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SECRET text")
    }
}

fn secret() -> io::Error {
    io::Error::other("SECRET: swordfish")
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Lamp;

#[actor]
impl Lamp {
    #[on_before_connect]
    fn admit(&self, params: Option<String>) -> Result<(), Fault> {
        match params {
            Some(name) if name == "mallory" => Err(Fault::new("auth", "forbidden", "not for you")),
            Some(_) | None => Ok(()),
        }
    }

    #[action]
    fn light(&self, name: String) -> Result<(), Fault> {
        let fault = Fault::try_new("lamp", name, "it is dark").unwrap();
        Err(fault.with_metadata(serde_json::json!({ "watts": 40 })))
    }

    #[action]
    fn fail(&self) -> Result<(), io::Error> {
        Err(secret())
    }

    #[action]
    fn fail_in_any_way(&self) -> callboard::Result<()> {
        Err(secret())?
    }

    #[action]
    fn fail_as_declared(&self) -> Result<(), LampError> {
        Err(LampError::Broken(secret()))
    }

    #[action]
    fn fail_with_a_text(&self) -> Result<(), Text> {
        Err(Text)
    }
}

fn registry() -> Registry {
    Registry::new().in_memory().register::<Lamp>()
}

/// The texts of an error and of what is behind it.
fn chain(error: &dyn std::error::Error) -> Vec<String> {
    let mut chain = vec![error.to_string()];
    let mut error = error.source();
    while let Some(cause) = error {
        chain.push(cause.to_string());
        error = cause.source();
    }
    chain
}

both_worlds!(a_fault_of_a_user_keeps_its_name_and_its_metadata, registry(), async |world: &World| {
    let lamp = world.client.get_or_create::<Lamp>("desk");
    let conn = lamp.connect(None);
    for error in
        [lamp.light("out".to_owned()).await.unwrap_err(), conn.light("out".to_owned()).await.unwrap_err()]
    {
        let fault = error.fault().unwrap();
        assert_eq!((fault.group(), fault.code(), fault.message()), ("lamp", "out", "it is dark"));
        assert_eq!(fault.metadata().unwrap()["watts"], 40);
        assert_eq!(error.to_string(), "it is dark (lamp.out)");
    }
    let refused = lamp.connect(Some("mallory".to_owned()));
    let error = refused.opened().await.unwrap_err();
    assert!(error.fault().unwrap().is("auth", "forbidden"), "{error}");
});

both_worlds!(an_internal_error_tells_its_id_and_not_what_it_is, registry(), async |world: &World| {
    let lamp = world.client.get_or_create::<Lamp>("desk");
    let errors = [
        lamp.fail().await.map_err(|error| error.to_string()).unwrap_err(),
        lamp.fail_in_any_way().await.map_err(|error| error.to_string()).unwrap_err(),
        lamp.fail_as_declared().await.map_err(|error| error.to_string()).unwrap_err(),
        lamp.fail_with_a_text().await.map_err(|error| error.to_string()).unwrap_err(),
    ];
    let fault = lamp.fail().await.unwrap_err().fault().cloned().unwrap();
    let id = fault.error_id().unwrap();
    assert_eq!(
        fault.to_string(),
        format!("An internal error occurred (internal_error, its id in the log is {id})")
    );
    for error in errors {
        assert!(
            error.starts_with("An internal error occurred (internal_error, its id in the log is "),
            "{error}"
        );
    }
});

#[tokio::test]
async fn in_one_process_an_error_keeps_what_is_behind_it() {
    let world = World::in_process(registry());
    let lamp = world.client.get_or_create::<Lamp>("desk");
    let failed = lamp.fail().await.unwrap_err();
    let cause = failed.source().unwrap().downcast_ref::<io::Error>().unwrap();
    assert_eq!(cause.to_string(), "SECRET: swordfish");
    let told =
        |error: callboard::Error| format!("{error:?}").lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    let secret = "caused by: SECRET: swordfish";
    assert_eq!(told(failed.into()), [secret]);
    assert_eq!(told(lamp.fail_in_any_way().await.unwrap_err().fault().cloned().unwrap().into()), [secret]);
    let declared = lamp.connect(None).fail_as_declared().await.unwrap_err();
    assert_eq!(told(declared.into()), ["caused by: the lamp is broken", secret]);
    let text = lamp.fail_with_a_text().await.unwrap_err();
    assert!(text.fault().unwrap().source().is_none(), "a text is no error that could be behind another");
}

#[tokio::test]
async fn what_is_behind_an_error_does_not_cross_the_network() {
    let world = World::network(registry()).await;
    let lamp = world.client.get_or_create::<Lamp>("desk");
    for error in [lamp.fail().await.unwrap_err(), lamp.connect(None).fail().await.unwrap_err()] {
        assert!(error.fault().unwrap().source().is_none());
        assert!(!format!("{error:?}").contains("SECRET"));
    }
    world.stop().await;
}

#[tokio::test]
async fn callers_in_the_same_process_learn_why_a_store_cannot_be_opened() {
    let directory = tempdir().unwrap();
    let held = SqliteStore::open(&directory).unwrap();
    let registry = Registry::new().data_dir(directory.path()).register::<Lamp>();
    let client = registry.client();
    let lamp = client.get_or_create::<Lamp>("desk");
    let conn = lamp.connect(None);
    // Often enough for an actor that cannot start by its own fault to be left alone.
    for _ in 0..5 {
        let fault = lamp.light("out".to_owned()).await.unwrap_err().fault().cloned().unwrap();
        assert!(fault.is("store", "unavailable"), "{fault}");
        let path = directory.path().join("callboard.db");
        let reason =
            format!("The store is unavailable: the store `{}` is in use: this process", path.display());
        assert!(fault.to_string().starts_with(&reason), "{fault}");
        assert_eq!(chain(&fault).len(), 1, "it is told once");
        assert!(fault.error_id().is_some());
    }
    let refused = conn.opened().await.unwrap_err();
    assert!(refused.to_string().contains("is in use"), "{refused}");
    let unknown = client.get_for_id::<Lamp>(ActorId::generate()).light("out".to_owned()).await.unwrap_err();
    assert!(unknown.fault().unwrap().is("store", "unavailable"), "{unknown}");
    drop(held);
    assert!(
        lamp.light("out".to_owned()).await.unwrap_err().fault().unwrap().is("lamp", "out"),
        "it is tried again"
    );
}

#[tokio::test]
async fn an_address_that_is_taken_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap();
    let error = registry().serve(address).await.unwrap_err();
    assert!(error.to_string().starts_with(&format!("cannot listen on {address}: ")), "{error}");
    let kind = error.inner().downcast_ref::<io::Error>().unwrap().kind();
    assert_eq!(kind, io::ErrorKind::AddrInUse);
    let several = registry().serve(&[address, address][..]).await.unwrap_err();
    assert!(
        several.to_string().starts_with(&format!("cannot listen on {address}, {address}: ")),
        "{several}"
    );
}

#[test]
fn a_store_of_ones_own_says_that_it_is_not_there() {
    let gone = StoreError::unavailable(io::Error::other("the database is gone"));
    assert!(gone.is_unavailable() && !StoreError::new("a row is damaged").is_unavailable());
    assert_eq!(gone.to_string(), "the database is gone");
}
