// Check that `#[actor]` on a function says where it belongs.

use callboard::prelude::*;

#[actor]
async fn counter() {}

fn main() {
    let _ = counter();
}
