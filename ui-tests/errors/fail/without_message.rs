// Check that an error without a message is reported at its name.

use callboard::prelude::*;

#[derive(Debug, ActorError)]
enum GameError {
    NotFound,
}

fn main() {}
