// Check that one `#[actor]` block has all actions, and that other blocks, here and in other modules, help it.
// The way out of `twice` and `twice_in_two_modules`.

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Playlist {
    songs: Vec<String>,
}

#[actor]
impl Playlist {
    #[action]
    fn add(&mut self, song: String) -> usize {
        self.songs.push(song);
        self.len()
    }

    #[action]
    fn shortest(&self) -> Option<String> {
        self.by_length().first().cloned()
    }
}

impl Playlist {
    fn len(&self) -> usize {
        self.songs.len()
    }
}

mod more {
    impl super::Playlist {
        pub(crate) fn by_length(&self) -> Vec<String> {
            let mut songs = self.songs.clone();
            songs.sort_by_key(String::len);
            songs
        }
    }
}

#[tokio::test]
async fn runs() -> callboard::Result<()> {
    let registry = Registry::new().in_memory().register::<Playlist>();
    let list = registry.client().get_or_create::<Playlist>("slow");
    list.add("Yesterday".to_owned()).await?;
    assert_eq!(list.add("Help!".to_owned()).await?, 2);
    assert_eq!(list.shortest().await?.as_deref(), Some("Help!"));
    registry.stop().await;
    Ok(())
}
