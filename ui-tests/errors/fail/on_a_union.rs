// Check that a union is no error.

use callboard::prelude::*;

#[derive(ActorError)]
union GameError {
    code: u32,
}

fn main() {}
