// Check that two errors with one code are reported at the second.

use callboard::prelude::*;

#[derive(Debug, thiserror::Error, ActorError)]
enum GameError {
    #[error("not found")]
    NotFound,
    #[error("no player of that name")]
    #[actor_error(code = "not_found")]
    PlayerNotFound,
}

fn main() {}
