// Check that a type that is no actor is named as such.

use callboard::prelude::*;

struct Counter;

fn get(client: &Client) {
    client.get_or_create::<Counter>(["general"]);
}

fn main() {}
