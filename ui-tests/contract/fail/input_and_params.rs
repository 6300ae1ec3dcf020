// Check that the hooks take what the contract says that clients pass.

use callboard::prelude::*;

#[derive(Serialize, Deserialize)]
pub struct NewCounter {
    pub first: u64,
}

#[derive(Serialize, Deserialize)]
pub struct Join {
    pub name: String,
}

#[actor(params = Join, input = NewCounter)]
pub trait Counter {
    fn total(&self) -> u64;
}

#[derive(Default, Serialize, Deserialize)]
struct Typed {
    total: u64,
}

#[actor]
impl Counter for Typed {
    #[on_create]
    fn create(input: u64) -> Self {
        Self { total: input }
    }

    #[on_before_connect]
    fn admit(&self, name: String) -> String {
        name
    }

    fn total(&self) -> u64 {
        self.total
    }
}

#[derive(Default, Serialize, Deserialize)]
struct Untyped {
    total: u64,
}

#[actor]
impl Counter for Untyped {
    fn total(&self) -> u64 {
        self.total
    }
}

fn main() {}
