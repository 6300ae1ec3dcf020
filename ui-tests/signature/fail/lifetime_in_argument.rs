// Check that an argument that borrows by a lifetime of its own method is reported at its type.

use std::borrow::Cow;

use callboard::prelude::*;

#[derive(Default, Serialize, Deserialize)]
struct Words {
    all: Vec<String>,
}

#[actor]
impl Words {
    #[action]
    fn push<'a>(&mut self, word: Cow<'a, str>) -> usize {
        self.all.push(word.into_owned());
        self.all.len()
    }
}

fn main() {}
