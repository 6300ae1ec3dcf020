// Check that errors of every shape compile.

use callboard::prelude::*;

#[derive(Debug, thiserror::Error, ActorError)]
enum GameError {
    #[error("not found")]
    NotFound,
    #[error("player {player_id} is not connected")]
    PlayerNotFound { player_id: String, since: Option<u64> },
    #[error("{0}")]
    #[actor_error(code = "other")]
    Custom(String),
    #[error("{0} is over {1}")]
    Over(u32, u32),
    #[error("broken")]
    #[actor_error(internal)]
    Broken(#[from] std::io::Error),
    #[error("nothing")]
    Nothing {},
}

#[derive(Debug, thiserror::Error, ActorError)]
#[error("full: {limit}")]
#[actor_error(code = "room_full")]
struct Full {
    limit: u32,
}

#[derive(Debug, thiserror::Error, ActorError)]
enum Never {}

fn codes() -> [&'static str; 2] {
    [GameError::NotFound.code(), Full { limit: 1 }.code()]
}

fn never(error: Never) -> &'static str {
    error.code()
}

#[test]
fn runs() {
    let _ = never;
    assert_eq!(codes(), ["not_found", "room_full"]);
    assert_eq!(GameError::Custom(String::new()).code(), "other");
    assert_eq!(
        GameError::PlayerNotFound { player_id: "ann".to_owned(), since: None }.code(),
        "player_not_found"
    );
    assert_eq!(Full { limit: 1 }.to_string(), "full: 1");
}
