// Check that two types of one name are reported at the second.

use callboard::prelude::*;

#[derive(Clone, Serialize, Deserialize)]
struct Changed {
    total: u64,
}

#[derive(Clone, Serialize, Deserialize)]
struct ScoreChanged {
    score: u64,
}

#[derive(Default, Serialize, Deserialize)]
struct Counter {
    total: u64,
}

#[actor(events(Changed, score::Changed = "scoreChanged"))]
impl Counter {
    #[action]
    fn add(&mut self, amount: u64) -> u64 {
        self.total += amount;
        self.total
    }
}

mod score {
    use callboard::prelude::*;

    #[derive(Clone, Serialize, Deserialize)]
    pub(crate) struct Changed {
        pub(crate) score: u64,
    }
}

fn main() {}
