// Check that an error has the HTTP status that it or its enum says, or 400.

use callboard::prelude::*;

#[derive(Debug, thiserror::Error, ActorError)]
#[actor_error(status = 409)]
enum GameError {
    #[error("not found")]
    #[actor_error(status = 404)]
    NotFound,
    #[error("full")]
    Full,
    #[error("broken")]
    #[actor_error(internal)]
    Broken,
}

#[derive(Debug, thiserror::Error, ActorError)]
enum PlainError {
    #[error("no")]
    No,
    #[error("not yours")]
    #[actor_error(status = 403, code = "mine")]
    NotYours,
}

#[derive(Debug, thiserror::Error, ActorError)]
#[error("late")]
#[actor_error(status = 599)]
struct Late;

#[test]
fn runs() {
    let statuses = [GameError::NotFound.status(), GameError::Full.status(), Late.status()];
    assert_eq!(statuses.map(|status| status.as_u16()), [404, 409, 599]);
    let statuses = [PlainError::No.status(), PlainError::NotYours.status()];
    assert_eq!(statuses.map(|status| status.as_u16()), [400, 403]);
    assert_eq!((GameError::Broken.code(), PlainError::NotYours.code()), ("internal_error", "mine"));
}
