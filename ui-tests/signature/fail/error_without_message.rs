// Check that an error without a message is reported at its type.

use callboard::prelude::*;

struct VoteError;

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    #[action]
    fn vote(&self) -> Result<u64, VoteError> {
        Err(VoteError)
    }
}

fn main() {}
