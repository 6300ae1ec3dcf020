//! Who may send is asked of `#[on_before_connect]`.

use super::*;

/// Lets in who knows the word.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Club;

#[derive(Debug, thiserror::Error, ActorError)]
enum Refusal {
    #[error("say the word")]
    WrongWord,
}

#[actor(queues(Letter))]
impl Club {
    #[on_before_connect]
    fn admit(&self, word: Option<String>) -> Result<(), Refusal> {
        if word.as_deref() == Some("please") { Ok(()) } else { Err(Refusal::WrongWord) }
    }
}

both_worlds!(
    who_is_not_let_in_sends_nothing,
    Registry::new().register::<Club>().store(MemoryStore::new()),
    async |world: &World| {
        let club = world.client.get_or_create::<Club>("door");
        let wrong = club.with_params(Some("now".to_owned())).unwrap();
        assert_eq!(code(wrong.send(letter(1)).await), "user.wrong_word");
        let conn = club.connect(Some("now".to_owned()));
        assert_eq!(code(conn.send(letter(1)).await), "user.wrong_word");
        if world.url.is_some() {
            assert_eq!(code(club.send(letter(1)).await), "user.wrong_word");
        }
        let right = club.with_params(Some("please".to_owned())).unwrap();
        right.send(letter(1)).await.unwrap();
        club.connect(Some("please".to_owned())).send(letter(1)).await.unwrap();
    }
);
