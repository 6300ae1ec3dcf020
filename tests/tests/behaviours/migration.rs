//! States that outlive their type: the same actor, before and after its code has changed.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use callboard::{
    prelude::*,
    store::{MemoryStore, Store},
};

/// The actor as it was.
mod old {
    use super::*;

    #[derive(Debug, Default, Serialize, Deserialize)]
    pub(crate) struct Account {
        pub(crate) owner: String,
        pub(crate) cents: Vec<i64>,
    }

    #[actor]
    impl Account {
        #[action]
        fn pay(&mut self, owner: String, cents: i64) {
            self.owner = owner;
            self.cents.push(cents);
        }
    }
}

/// The actor with a field more, which has a default.
mod grown {
    use super::*;

    #[derive(Debug, Default, Serialize, Deserialize)]
    pub(crate) struct Account {
        owner: String,
        cents: Vec<i64>,
        #[serde(default)]
        closed: bool,
    }

    #[actor]
    impl Account {
        #[action]
        fn describe(&self) -> String {
            format!("{} {:?} {}", self.owner, self.cents, self.closed)
        }
    }
}

/// The actor with other fields, which knows the old ones.
mod migrated {
    use super::*;

    #[derive(Debug, Default, Serialize, Deserialize)]
    pub(crate) struct Account {
        pub(crate) holder: String,
        pub(crate) balance: i64,
    }

    #[derive(Debug, thiserror::Error)]
    #[error("SECRET: {0} has nothing")]
    pub(crate) struct Empty(String);

    #[actor]
    impl Account {
        #[on_migrate]
        fn migrate(old: old::Account) -> Result<Self, Empty> {
            if old.cents.is_empty() {
                return Err(Empty(old.owner));
            }
            Ok(Self { holder: old.owner, balance: old.cents.iter().sum() })
        }

        #[action]
        fn describe(&self) -> String {
            format!("{} {}", self.holder, self.balance)
        }

        #[action]
        fn pay(&mut self, cents: i64) -> i64 {
            self.balance += cents;
            self.balance
        }
    }
}

/// The actor with a field of another type, which does not know the old one.
mod changed {
    use super::*;

    #[derive(Debug, Default, Serialize, Deserialize)]
    pub(crate) struct Account {
        owner: String,
        cents: Vec<Entry>,
    }

    #[derive(Debug, Default, Serialize, Deserialize)]
    struct Entry {
        amount: i64,
    }

    #[actor]
    impl Account {
        #[action]
        fn owner(&self) -> String {
            self.owner.clone()
        }
    }
}

/// A store with the accounts of ann, who paid twice, and bob, who did not pay.
async fn before() -> Arc<MemoryStore> {
    let store = Arc::new(MemoryStore::new());
    let registry = Registry::new().register::<old::Account>().store(Arc::clone(&store));
    let ann = registry.client().get_or_create::<old::Account>("ann");
    ann.pay("Ann".into(), 100).await.unwrap();
    ann.pay("Ann".into(), 50).await.unwrap();
    registry.client().create::<old::Account>("bob").await.unwrap();
    registry.stop().await;
    store
}

#[tokio::test]
async fn a_state_gets_a_new_field_from_its_default() {
    let registry = Registry::new().register::<grown::Account>().store(before().await);
    let ann = registry.client().get::<grown::Account>("ann");
    assert_eq!(ann.describe().await.unwrap(), "Ann [100, 50] false");
}

#[tokio::test]
async fn an_older_state_is_migrated_once_and_saved_with_the_next_change() {
    let store = before().await;
    let registry = Registry::new().register::<migrated::Account>().store(Arc::clone(&store));
    let ann = registry.client().get::<migrated::Account>("ann");
    assert_eq!(ann.describe().await.unwrap(), "Ann 150");
    assert_eq!(ann.pay(7).await.unwrap(), 157);
    registry.stop().await;
    let saved = store.claim("account", &Key::from("ann")).await.unwrap().unwrap().state;
    assert_eq!(callboard::__private::load::<migrated::Account>(&saved).unwrap().balance, 157);
    let registry = Registry::new().register::<migrated::Account>().store(store);
    assert_eq!(registry.client().get::<migrated::Account>("ann").describe().await.unwrap(), "Ann 157");
}

#[tokio::test]
async fn a_state_that_cannot_be_migrated_stops_its_actor_alone() {
    let registry = Registry::new().register::<migrated::Account>().store(before().await);
    let error = registry.client().get::<migrated::Account>("bob").describe().await.unwrap_err();
    assert!(error.fault().is_some_and(|fault| fault.code() == "internal_error"), "{error}");
    assert!(!format!("{error:?}").contains("SECRET"));
    assert_eq!(registry.client().get::<migrated::Account>("ann").describe().await.unwrap(), "Ann 150");
}

#[tokio::test]
async fn a_state_that_no_longer_decodes_stops_its_actor_alone_and_names_the_field() {
    let store = before().await;
    let saved = store.claim("account", &Key::from("ann")).await.unwrap().unwrap().state;
    let error = <changed::Account as Actor>::load(&saved).unwrap_err().to_string();
    assert!(error.contains("changed::Account") && error.contains("cents[0]"), "{error}");

    let registry = Registry::new().register::<changed::Account>().store(Arc::clone(&store));
    let get = |key: &str| registry.client().get::<changed::Account>(key);
    let error = get("ann").owner().await.unwrap_err();
    let fault = error.fault().unwrap();
    assert!(fault.is("rivetkit", "internal_error"), "{fault}");
    assert!(!format!("{fault:?}").contains("cents"), "its text is nowhere outside the log");
    assert!(get("ann").connect().opened().await.is_err());
    assert_eq!(get("bob").owner().await.unwrap(), "");
    registry.stop().await;
    let after = store.claim("account", &Key::from("ann")).await.unwrap().unwrap().state;
    assert_eq!(after, saved, "what cannot be read is not overwritten");
}
