// Check that the two forms of `#[on_before_connect]` with params of two types are reported at the one without `self`.

use callboard::prelude::*;

#[derive(Serialize, Deserialize)]
struct Card {
    name: String,
}

#[derive(Default, Serialize, Deserialize)]
struct Counter;

#[actor]
impl Counter {
    #[on_before_connect]
    fn check(_caller: &Caller, _name: Option<String>) {}

    #[on_before_connect]
    fn admit(&self, card: Card) -> String {
        card.name
    }
}

fn main() {}
