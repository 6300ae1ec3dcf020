//! Actors whose state the program cannot read.

use callboard::store::{ActorRecord, Commit, RawState, SqliteStore, Store};

use super::*;

/// The program that saved it: a huge shape is a struct there, which it can read.
mod before {
    use super::*;

    #[derive(Debug, Serialize, Deserialize)]
    pub(super) struct OldShape {
        pub(super) kind: String,
        pub(super) id: u128,
    }

    #[derive(Debug, Default, Serialize, Deserialize)]
    pub(super) struct Sheet {
        pub(super) shapes: Vec<OldShape>,
    }

    #[actor]
    impl Sheet {
        #[action]
        fn draw(&mut self, id: u128) {
            self.shapes.push(OldShape { kind: "Huge".into(), id });
        }
    }
}

/// The program that cannot read it.
mod current {
    use super::*;

    #[derive(Debug, Default, Serialize, Deserialize)]
    pub(super) struct Sheet {
        shapes: Vec<Shape>,
    }

    #[actor]
    impl Sheet {
        #[action]
        fn clear(&mut self) {
            self.shapes.clear();
        }
    }
}

/// A newer program, which is asked about what it cannot read.
mod newer {
    use super::*;

    #[derive(Debug, Default, Serialize, Deserialize)]
    pub(super) struct Sheet {
        ids: Vec<String>,
        bytes: usize,
    }

    #[actor]
    impl Sheet {
        #[on_migrate]
        fn migrate(raw: RawState) -> Self {
            let ids = raw
                .read()
                .map(|old: before::Sheet| old.shapes.iter().map(|old| old.id.to_string()).collect());
            Self { ids: ids.unwrap_or_default(), bytes: raw.bytes().len() }
        }

        #[action]
        fn ids(&self) -> Vec<String> {
            self.ids.clone()
        }

        #[action]
        fn bytes(&self) -> usize {
            self.bytes
        }

        #[action]
        fn add(&mut self, id: String) {
            self.ids.push(id);
        }
    }
}

async fn saved(store: &impl Store) -> bytes::Bytes {
    store.claim("sheet", &Key::from("s")).await.unwrap().unwrap().state
}

#[tokio::test]
async fn an_actor_whose_state_cannot_be_read_keeps_it_until_a_newer_program_repairs_it() {
    let directory = tempfile::tempdir().unwrap();
    let open = || SqliteStore::open(directory.path()).unwrap();

    let registry = Registry::new().store(open()).register::<before::Sheet>();
    let sheet = registry.client().get_or_create::<before::Sheet>("s");
    for id in [5, 1 << 100] {
        sheet.draw(id).await.unwrap();
    }
    registry.stop().await;
    let store = open();
    let before = saved(&store).await;
    store.close().await;

    for _ in 0..2 {
        let registry = Registry::new().store(open()).register::<current::Sheet>();
        let sheet = registry.client().get_or_create::<current::Sheet>("s");
        assert!(is_internal(sheet.clear().await));
        assert!(
            sheet.clear().await.unwrap_err().fault().is_some_and(|fault| fault.is("actor", "backing_off"))
        );
        assert!(sheet.connect().opened().await.is_err());
        registry.stop().await;
    }
    let store = open();
    assert_eq!(saved(&store).await, before, "it is as it was");
    store.close().await;

    let ids = ["5".to_owned(), (1_u128 << 100).to_string(), "7".to_owned()];
    let registry = Registry::new().store(open()).register::<newer::Sheet>();
    let sheet = registry.client().get::<newer::Sheet>("s");
    assert_eq!(sheet.ids().await.unwrap(), ids[..2]);
    assert_eq!(sheet.bytes().await.unwrap(), before.len());
    sheet.add(ids[2].clone()).await.unwrap();
    registry.stop().await;

    let registry = Registry::new().store(open()).register::<newer::Sheet>();
    assert_eq!(registry.client().get::<newer::Sheet>("s").ids().await.unwrap(), ids);
    registry.stop().await;
}

/// What no program has written as a state.
#[tokio::test]
async fn bytes_that_are_no_state_at_all_are_there_for_the_newer_program() {
    for bytes in [&b""[..], b"\xff\xff\xff", &[0x81; 300], b"not cbor at all"] {
        let directory = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(directory.path()).unwrap();
        let record = ActorRecord::new(ActorId::generate(), "sheet", Key::from("s"), 0);
        let (alarms, messages, state) = (vec![], vec![], bytes::Bytes::from_static(bytes));
        store.commit(vec![Commit::Create { record, state, alarms, messages }]).await.unwrap();
        let registry = Registry::new().store(store).register::<newer::Sheet>();
        let sheet = registry.client().get::<newer::Sheet>("s");
        assert_eq!(sheet.bytes().await.unwrap(), bytes.len());
        registry.stop().await;
    }
}
