// Check that a field that serde cannot carry is reported at its type, with the way out.

use callboard::prelude::*;

#[derive(Debug, thiserror::Error, ActorError)]
enum GameError {
    #[error("not saved: {cause}")]
    NotSaved { cause: std::io::Error },
}

fn main() {}
