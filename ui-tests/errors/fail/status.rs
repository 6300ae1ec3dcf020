// Check that only the HTTP status of an error is taken for one.

use callboard::prelude::*;

#[derive(Debug, thiserror::Error, ActorError)]
#[actor_error(status = 200)]
enum GameError {
    #[error("not found")]
    #[actor_error(status = 600)]
    NotFound,
    #[error("full")]
    #[actor_error(status = "409")]
    Full,
    #[error("not yours")]
    #[actor_error(staus = 403)]
    NotYours,
    #[error("broken")]
    #[actor_error(internal, status = 503)]
    Broken,
    #[error("forgotten")]
    #[actor_error(status)]
    Forgotten,
    #[error("by its name")]
    #[actor_error(status = StatusCode::CONFLICT)]
    ByItsName,
}

#[derive(Debug, thiserror::Error, ActorError)]
#[error("late")]
#[actor_error(status = 399)]
struct Late;

fn code(error: GameError) -> &'static str {
    error.code()
}

fn main() {}
