// Check that an unknown argument of `#[actor_error]` gets the nearest one suggested.

use callboard::prelude::*;

#[derive(Debug, thiserror::Error, ActorError)]
enum GameError {
    #[error("not found")]
    #[actor_error(cod = "gone")]
    NotFound,
    #[error("broken")]
    #[actor_error(hidden)]
    Broken,
}

fn code(error: GameError) -> &'static str {
    error.code()
}

fn main() {}
